import { showTooltip } from './tooltip';

type Spec = import('vega-lite').TopLevelSpec;
declare const vega: typeof import('vega');
declare const vegaLite: typeof import('vega-lite');

/**
 * Draws a chart into an element of the page.
 *
 * @param interpreter evaluates Vega's expressions where the page may not create functions from text
 * @returns the drawn chart; to be finalized before another one takes its place
 */
export function drawChart(
  container: HTMLElement,
  spec: Spec,
  config: object,
  interpreter?: import('vega').ViewOptions['expr'],
): import('vega').View {
  const { spec: compiled } = vegaLite.compile(spec, { config });
  const runtime = vega.parse(compiled, undefined, { ast: interpreter !== undefined });
  const view = new vega.View(runtime, {
    renderer: 'svg',
    container,
    hover: true,
    ...(interpreter && { expr: interpreter }),
  });
  view.tooltip(showTooltip).runAsync();
  return view;
}
