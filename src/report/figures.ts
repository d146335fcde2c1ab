import type { Chart, ChartSpec } from './chart';
import { type Html, html } from './html';
import { legendList } from './legend';

/** Makes the places of a page's charts, and keeps what is to be drawn there. */
export class Figures {
  /** By the ids of their places. */
  readonly specs: Record<string, ChartSpec> = {};

  add({ title, description, note, spec, legend }: Chart): Html {
    const id = `chart-${Object.keys(this.specs).length + 1}`;
    this.specs[id] = { ...spec, description };
    return html`<figure>
<h3>${title}</h3>
${legend && legendList(legend)}<div class="chart" id="${id}"><noscript>${description}</noscript></div>
${note ? html`<figcaption class="note">${note}</figcaption>` : undefined}
</figure>
`;
  }
}
