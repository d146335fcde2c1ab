import { type Html, html } from './html';

/** A colour of a chart and its meaning. */
export interface LegendEntry {
  name: string;
  color: string;
  mark: { type: string; strokeDash?: number[] };
}

/** Renders a legend outside the chart, so that it wraps on narrow screens. */
export function legendList(entries: LegendEntry[]): Html {
  return html`<ul class="legend">${entries.map(
    ({ name, color, mark }) =>
      html`<li><svg width="22" height="10" aria-hidden="true">${
        mark.type === 'area'
          ? html`<rect width="22" height="10" fill="${color}"/>`
          : html`<line x2="22" y1="5" y2="5" stroke="${color}" stroke-width="2.5" stroke-dasharray="${mark.strokeDash?.join(' ') ?? 'none'}"/>`
      }</svg>${name}</li>`,
  )}</ul>
`;
}
