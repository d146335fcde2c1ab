import { backtestTable, verdict } from './backtest-table';
import { calibrationCharts } from './calibration-charts';
import type { Chart } from './chart';
import { type Fan, fanChart } from './fan-chart';
import type { Figures } from './figures';
import { count, percent, short } from './format';
import { type Html, html } from './html';
import { splitQuantiles } from './quantile-bands';
import type { ForecastScores, MdnRnnReport, SeriesReport } from './run-report';

/** What the model forecasts, and how far that can be trusted. */
export function mdnRnnSections(report: MdnRnnReport, figures: Figures): Html {
  const { series, noForecast, evaluateCommand } = report;
  const isEvaluated = series.some(({ scores }) => scores);
  return html`${noForecast ? html`<p class="hint">There is no forecast: ${noForecast}</p>` : undefined}
${series.map((each) => seriesSections(each, figures))}
${
  isEvaluated
    ? undefined
    : html`<section><h2>Evaluation</h2>
<p class="hint">Not evaluated yet. Coverage, PIT and the backtest beside naive forecasts come with <code>${evaluateCommand}</code></p></section>
`
}`;
}

function seriesSections({ name, forecast, scores }: SeriesReport, figures: Figures): Html {
  return html`${
    forecast &&
    html`<section>
<h2>Forecast of ${name}</h2>
${figures.add(forecastChart(name, forecast))}
</section>
`
  }${scores && evaluation(name, scores, figures)}`;
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
    title: `${count(horizon, 'step')} ahead`,
    description: `Forecast of ${column}: ${count(fan.history.length, 'observed value')}, the last ${short(fan.history.at(-1))}, then ${count(horizon, 'step')} to a median of ${short(median)}${range ?? ''}.`,
    ...fanChart(fan, { column }),
  };
}

function evaluation(name: string, scores: ForecastScores, figures: Figures): Html {
  const { text, isLost } = verdict(scores.backtest.rows);
  return html`<section>
<h2>How good are forecasts of ${name}?</h2>
<p class="verdict${isLost ? ' warning' : ''}">${text}</p>
<div class="grid">${calibrationCharts(name, scores).map((chart) => figures.add(chart))}</div>
${backtestTable(scores)}
</section>
`;
}
