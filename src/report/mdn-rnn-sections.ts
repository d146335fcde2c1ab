import { backtestTable, seriesTable, verdict } from './backtest-table';
import { calibrationCharts } from './calibration-charts';
import { candidatesTable } from './candidates-table';
import type { Chart } from './chart';
import { type Fan, fanChart } from './fan-chart';
import type { Figures } from './figures';
import { count, percent, short } from './format';
import { type Html, html } from './html';
import { splitQuantiles } from './quantile-bands';
import type { ForecastScores, MdnRnnReport } from './run-report';
import { selectionNote } from './selection-note';

/** Shows the model's forecasts and their evaluation. */
export function mdnRnnSections(report: MdnRnnReport, figures: Figures): Html {
  const { scores, settings } = report;
  return html`<section>
<h2>Forecast</h2>
${forecasts(report, figures)}${candidatesTable(report.candidates)}
</section>
<section>
<h2>How good are the forecasts?</h2>
${scores ? evaluation(scores, selectionNote(settings), figures) : html`<p class="hint">${howToEvaluate(report)}</p>`}
</section>
`;
}

function howToEvaluate({ settings: { validation, test }, evaluateCommand }: MdnRnnReport): Html {
  if (validation === 0 && !test) {
    return html`Not evaluated: the model was trained on all values, without held-out data. Train with <code>--validation 0.2</code> to evaluate it.`;
  }
  return html`Not evaluated yet. For coverage, PIT and a backtest against naive forecasts, run <code>${evaluateCommand}</code>`;
}

function forecasts({ forecasts, numSeries, noForecast }: MdnRnnReport, figures: Figures): Html {
  if (noForecast) return html`<p class="hint">No forecast: ${noForecast}</p>`;
  const charts = forecasts.map(({ name, fan }) => figures.add(forecastChart(name, fan)));
  const numLeft = numSeries - forecasts.length;
  return html`<div class="grid">${charts}</div>
${numLeft > 0 ? html`<p class="note">And ${numLeft} more series, not shown.</p>` : undefined}`;
}

function forecastChart(column: string, fan: Fan): Chart {
  const { bands, lines } = splitQuantiles(fan.quantiles);
  const horizon = fan.quantiles[0]!.values.length;
  const median = lines.find(({ level }) => level === 0.5)?.values.at(-1);
  const [widest] = bands;
  const range =
    widest &&
    `, ${percent(widest.part)} interval ${short(widest.lower.values.at(-1))} to ${short(widest.upper.values.at(-1))}`;
  return {
    title: `${column}, ${count(horizon, 'step')} ahead`,
    description: `Forecast of ${column}: ${count(fan.history.length, 'observed value')}, the last ${short(fan.history.at(-1))}, then ${count(horizon, 'step')} to a median of ${short(median)}${range ?? ''}.`,
    ...fanChart(fan, { column }),
  };
}

function evaluation(scores: ForecastScores, note: string | undefined, figures: Figures): Html {
  const { text, isLost } = verdict(scores.backtest.rows);
  return html`<p class="verdict${isLost ? ' warning' : ''}">${text}</p>
${note && html`<p>${note}</p>`}
<div class="grid">${calibrationCharts(scores).map((chart) => figures.add(chart))}</div>
${backtestTable(scores)}${seriesTable(scores.backtest)}`;
}
