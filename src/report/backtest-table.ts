import { count, enumerate, percent, short, words } from './format';
import { type Html, html } from './html';
import type { ForecasterScores, ForecastScores } from './run-report';

/** States in one sentence whether the model beats the baselines. */
export function verdict(rows: ForecasterScores[]): { text: string; isLost: boolean } {
  const model = rows.find(({ name }) => name === 'model')?.crps;
  if (typeof model !== 'number') return { text: 'The model’s forecasts have no valid score.', isLost: true };
  const baselines = rows.flatMap(({ name, crps }) =>
    name === 'model' || typeof crps !== 'number' ? [] : [{ name: words(name), crps }],
  );
  const better = baselines.filter(({ crps }) => crps < model);
  if (better.length > 0) {
    const names = enumerate(better.map(({ name, crps }) => `${name} (${short(crps)})`));
    return {
      text: `The model (CRPS ${short(model)}) loses to ${names}: ${
        better.length === 1 ? 'that naive forecast is' : 'those naive forecasts are'
      } the better choice here.`,
      isLost: true,
    };
  }
  const names = enumerate(baselines.map(({ name, crps }) => `${name} (${short(crps)})`));
  return { text: `The model (CRPS ${short(model)}) beats ${names}.`, isLost: false };
}

/** Compares the model with the baselines; the best value of each score is highlighted. */
export function backtestTable({ backtest, coverageLevels }: ForecastScores): Html {
  const { horizon, season, numForecasts, rows } = backtest;
  const scoreNames = ['crps', 'pinball', 'mase'] as const;
  const best = Object.fromEntries(
    scoreNames.map((score) => [score, Math.min(...rows.map((row) => row[score] ?? Number.POSITIVE_INFINITY))]),
  );
  return html`<div class="card backtest">
<h3>Backtest</h3>
<p class="note">${count(numForecasts, 'forecast')} of ${count(horizon, 'step')} ahead, season ${season}. CRPS and pinball loss are in the data’s units. Lower is better for all three scores.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Backtest">
<table>
<thead><tr><th scope="col">Forecaster</th><th scope="col">CRPS</th><th scope="col">Pinball</th><th scope="col">MASE</th>${coverageLevels.map(
    (level) => html`<th scope="col">in ${percent(level)}</th>`,
  )}</tr></thead>
<tbody>
${rows.map(
  (
    row,
  ) => html`<tr${row.name === 'model' ? html` class="own"` : undefined}><th scope="row">${words(row.name)}</th>${scoreNames.map(
    (score) => html`<td${row[score] === best[score] ? html` class="best"` : undefined}>${short(row[score])}</td>`,
  )}${row.coverage.map((part) => html`<td>${percent(part)}</td>`)}</tr>
`,
)}</tbody>
</table>
</div>
</div>
`;
}

/** Further series are only in evaluation.json. */
const MAX_SERIES = 50;

/** Compares the model with the best baseline on each series, if there are several. */
export function seriesTable({ bySeries = [] }: ForecastScores['backtest']): Html | undefined {
  if (bySeries.length === 0) return undefined;
  const scored = bySeries.map(({ name, rows }) => ({ name, ...bestOf(rows) }));
  const numLost = scored.filter(({ isLost }) => isLost).length;
  return html`<div class="card backtest">
<h3>By series</h3>
<p class="note">The model loses to a naive forecast on ${numLost} of ${count(scored.length, 'series', 'series')}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Backtest by series">
<table>
<thead><tr><th scope="col">Series</th><th scope="col">Model CRPS</th><th scope="col">Best naive CRPS</th><th scope="col">Best naive forecast</th></tr></thead>
<tbody>
${scored.slice(0, MAX_SERIES).map(
  ({
    name,
    model,
    best,
    isLost,
  }) => html`<tr><th scope="row">${name}</th><td${isLost ? undefined : html` class="best"`}>${short(model)}</td><td${
    isLost ? html` class="best"` : undefined
  }>${short(best?.crps)}</td><td>${best && words(best.name)}</td></tr>
`,
)}</tbody>
</table>
</div>
${scored.length > MAX_SERIES ? html`<p class="note">And ${scored.length - MAX_SERIES} more in evaluation.json.</p>` : undefined}
</div>
`;
}

/** Returns the model's CRPS and the best naive forecast's. */
function bestOf(rows: ForecasterScores[]) {
  const crpsOf = ({ crps }: ForecasterScores) => crps ?? Number.POSITIVE_INFINITY;
  const model = rows.find(({ name }) => name === 'model')?.crps;
  const [best] = rows.filter(({ name }) => name !== 'model').toSorted((a, b) => crpsOf(a) - crpsOf(b));
  return { model, best, isLost: !best || crpsOf(best) < (model ?? Number.POSITIVE_INFINITY) };
}
