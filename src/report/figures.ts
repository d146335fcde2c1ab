import type { Chart, ChartSpec } from './chart';
import { type Html, html } from './html';
import { legendList } from './legend';

/** Creates placeholders for a page's charts and collects their specifications. */
export class Figures {
  /** Specifications by the id of the placeholder. */
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
