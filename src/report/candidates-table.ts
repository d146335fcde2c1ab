import { short } from './format';
import { type Html, html } from './html';
import type { ForecastCandidate } from './run-report';

/** Shows what a training chose between, the best first; undefined if there was no choice. */
export function candidatesTable(candidates: readonly ForecastCandidate[] = []): Html | undefined {
  if (candidates.length < 2) return undefined;
  const sorted = candidates.toSorted((a, b) => (a.score ?? Infinity) - (b.score ?? Infinity));
  const chosen = sorted.filter(({ isChosen }) => isChosen).length;
  const areOwn = sorted.some(({ ownOf }) => ownOf);
  const isScored = sorted.some(({ score }) => typeof score === 'number');
  const note = !isScored
    ? 'The series are too short for a backtest, so the most likely way was taken.'
    : `Each way was backtested on earlier values: CRPS relative to the usual change, lower is better. ${
        areOwn
          ? 'Each series takes the best of its own backtest, or the best two together.'
          : chosen > 1
            ? 'The two best together were better than the best alone, so forecasts are from both.'
            : 'The best was taken.'
      }`;
  return html`<div class="card">
<h3>Ways to see the series</h3>
<p class="note">${note}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Ways to see the series">
<table>
<thead><tr><th scope="col">Season</th><th scope="col">Link</th><th scope="col">Score</th><th scope="col">${areOwn ? 'Series' : 'Taken'}</th></tr></thead>
<tbody>
${sorted.map(
  ({ season, link, score, isChosen, ownOf }) =>
    html`<tr${isChosen ? html` class="own"` : undefined}><th scope="row">${season === 1 ? 'none' : season}</th><td>${link}</td><td>${short(score)}</td><td>${areOwn ? (ownOf?.length ?? 0) : isChosen ? 'yes' : ''}</td></tr>
`,
)}</tbody>
</table>
</div>
</div>
`;
}
