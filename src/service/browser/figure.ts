import { expressionInterpreter } from 'vega-interpreter';
import { drawChart } from '../../report/browser/draw-chart';
import { type Chart, chartConfig } from '../../report/chart';
import { html } from '../../report/html';
import { legendList } from '../../report/legend';
import { PAGE_PALETTE } from '../../report/palette';

type View = ReturnType<typeof drawChart>;
const views = new WeakMap<Element, View[]>();
const config = chartConfig(PAGE_PALETTE);

/** Draws charts into a part of the page, in place of those that are there. */
export function showCharts(part: Element, charts: Chart[]): void {
  for (const view of views.get(part) ?? []) view.finalize();
  part.innerHTML = charts.map(figure).join('');
  const containers = [...part.querySelectorAll<HTMLElement>('.chart')];
  views.set(
    part,
    charts.map(({ spec, description }, index) =>
      drawChart(
        containers[index]!,
        { ...spec, description } as Parameters<typeof drawChart>[1],
        config,
        expressionInterpreter,
      ),
    ),
  );
}

function figure({ title, legend, note }: Chart): string {
  return html`<figure><h3>${title}</h3>${legend && legendList(legend)}<div class="chart"></div>${
    note ? html`<figcaption class="note">${note}</figcaption>` : undefined
  }</figure>`.text;
}
