import { createContext, runInContext } from 'node:vm';
import { invalidArgument } from '../errors';
import { browserScript } from './browser-script';
import { type ChartSpec, chartConfig } from './chart';
import { type Fan, fanChart } from './fan-chart';
import { html } from './html';
import { PRINT_PALETTE } from './palette';

export interface ForecastChartOptions extends Fan {
  title: string;
  /** Title of the value axis; default none. */
  column?: string;
}

const SIZE = { width: 760, height: 320 };

interface Library {
  vega: typeof import('vega', { with: { 'resolution-mode': 'import' }});
  vegaLite: typeof import('vega-lite', { with: { 'resolution-mode': 'import' }});
}

/**
 * Renders a {@link fanChart} as a self-contained SVG on a white background.
 *
 * @throws ERR_INVALID_ARGUMENT
 */
export async function forecastChartSvg({ title, column = '', ...fan }: ForecastChartOptions): Promise<string> {
  checkFan(fan);
  const { spec } = fanChart(fan, { column, palette: PRINT_PALETTE, legend: { symbolType: 'square' } });
  const heading = { text: title, anchor: 'start' as const, fontSize: 16, fontWeight: 'normal' as const, offset: 12 };
  return toSvg({ ...spec, ...SIZE, title: heading, padding: 16 }, title);
}

/** Uses the page's library, in a separate context, as it is a browser script that Node would load as a module. */
async function toSvg(spec: ChartSpec, title: string): Promise<string> {
  const context = createContext({ structuredClone, setTimeout, clearTimeout, performance, console });
  runInContext(browserScript('report', 'vega.js'), context);
  const { vega, vegaLite } = context as unknown as Library;
  const config = { ...chartConfig(PRINT_PALETTE), background: PRINT_PALETTE.surface };
  const view = new vega.View(vega.parse(vegaLite.compile(spec, { config }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  return svg.replace('<svg ', () => html`<svg role="img" aria-label="${title}" `.text);
}

function checkFan({ history, quantiles }: Fan): void {
  if (history.length === 0) throw invalidArgument('history', 'at least one value', history);
  if (quantiles.length === 0) throw invalidArgument('quantiles', 'at least one quantile', quantiles);
  const horizon = quantiles[0]!.values.length;
  for (const { level, values } of quantiles) {
    if (!(level > 0 && level < 1)) throw invalidArgument('a quantile level', 'a number above 0 and below 1', level);
    if (horizon === 0 || values.length !== horizon) {
      throw invalidArgument(`the values of quantile ${level}`, `${horizon || 'one or more'} values`, values);
    }
  }
  const forecast = quantiles.flatMap(({ values }) => values);
  const odd = [...history.filter((value) => !Number.isNaN(value)), ...forecast].find(
    (value) => !Number.isFinite(value),
  );
  if (odd !== undefined) throw invalidArgument('a value of the chart', 'a finite number', odd);
}
