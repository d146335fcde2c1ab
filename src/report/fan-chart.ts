import type { Chart, ChartSpec } from './chart';
import { percent, short } from './format';
import type { LegendEntry } from './legend';
import { FITTING_TICKS } from './line-chart';
import { PAGE_PALETTE, type Palette } from './palette';
import { type PointerField, pointerRule } from './pointer-rule';
import { isMedian, type QuantileSeries, splitQuantiles } from './quantile-bands';

export interface Fan {
  /** Observed values, the latest last; at least one, NaN where missing. */
  history: number[];
  /** At least one, all with the same number of steps. */
  quantiles: QuantileSeries[];
  /** Labels, such as dates, of the history's and then the forecast's steps; some may be missing. */
  labels?: string[];
}

export interface FanChartOptions {
  /** Title of the value axis. */
  column: string;
  /** Default the page's palette. */
  palette?: Palette;
  /** Legend inside the chart; default none, as the page has its own. */
  legend?: { symbolType: string } | null;
}

/**
 * Draws a forecast as a fan: the history, the median (level 0.5), a band between each pair of symmetric quantiles (such
 * as 0.1 and 0.9), and a dashed line for each quantile without a partner. The forecast starts from the last observed
 * value.
 */
export function fanChart(
  fan: Fan,
  { column, palette = PAGE_PALETTE, legend = null }: FanChartOptions,
): Pick<Chart, 'spec' | 'legend'> {
  const layers = fanLayers(fan, palette);
  const scale = { domain: layers.map(({ name }) => name), range: layers.map(({ color }) => color) };
  const spec: ChartSpec = {
    width: 'container',
    height: 320,
    params: [{ name: 'labels', value: fan.labels ?? [] }],
    data: { values: fanRows(fan, layers) },
    encoding: { x: { field: 'x', type: 'quantitative', ...stepAxis(fan) } },
    layer: [
      ...layers
        .map(({ name, mark }, index) => ({
          mark: { ...mark, description: name },
          encoding: {
            y: { field: `from${index}`, type: 'quantitative' as const, title: column, scale: { zero: false } },
            ...(mark.type === 'area' && { y2: { field: `to${index}` } }),
            color: { datum: name, scale, legend },
          },
        }))
        .toReversed(), // draw the first layer on top
      { data: { values: [{ x: 0 }] }, mark: { type: 'rule', strokeDash: [2, 3] } },
      valuesUnderPointer(layers),
    ],
  };
  return { spec, legend: layers };
}

/** A step of the history or of the forecast; the step where they meet belongs to both. */
interface Step {
  x: number;
  observed?: number;
  forecast?: (quantile: QuantileSeries) => number;
}

interface FanLayer extends LegendEntry {
  mark: { type: 'line' | 'area'; strokeWidth?: number; strokeDash?: number[] };
  /** Returns a line's value, or the two bounds of an area. */
  valuesAt: (step: Step) => (number | undefined)[];
}

/** Returns the layers in legend order, the widest band last. */
function fanLayers({ quantiles }: Fan, palette: Palette): FanLayer[] {
  const { bands, lines } = splitQuantiles(quantiles);
  const bandLayers = bands.map(
    ({ part, lower, upper }, index): FanLayer => ({
      name: `${percent(part)} interval`,
      color: palette.band(1 - 0.75 ** (index + 1)),
      mark: { type: 'area' },
      valuesAt: ({ forecast }) => [forecast?.(lower), forecast?.(upper)],
    }),
  );
  const lineLayers = lines.map(
    (line): FanLayer => ({
      name: isMedian(line) ? 'median' : `${percent(line.level)} quantile`,
      color: palette.forecast,
      mark: { type: 'line', ...(isMedian(line) ? { strokeWidth: 2 } : { strokeWidth: 1, strokeDash: [4, 3] }) },
      valuesAt: ({ forecast }) => [forecast?.(line)],
    }),
  );
  const observed: FanLayer = {
    name: 'observed',
    color: palette.observed,
    mark: { type: 'line', strokeWidth: 1.5 },
    valuesAt: (step) => [step.observed],
  };
  return [observed, ...lineLayers, ...bandLayers.toReversed()];
}

/** Returns a row per step: for each layer `from`, for areas also `to`, and a `text` of both. */
function fanRows({ history, quantiles, labels = [] }: Fan, layers: FanLayer[]): object[] {
  const last = history.at(-1)!;
  const past = history.map((observed, index): Step => ({ x: index - history.length + 1, observed }));
  const now: Step = { x: 0, observed: last, forecast: () => last };
  const future = quantiles[0]!.values.map(
    (_, index): Step => ({ x: index + 1, forecast: ({ values }) => values[index]! }),
  );
  return [...past.slice(0, -1), now, ...future].map((step) => {
    const row: Record<string, unknown> = { x: step.x, label: labels[step.x + history.length - 1] };
    for (const [index, layer] of layers.entries()) {
      const [from, to] = layer.valuesAt(step);
      if (from === undefined || !Number.isFinite(from)) continue;
      row[`from${index}`] = from;
      if (to !== undefined) row[`to${index}`] = to;
      row[`text${index}`] = to === undefined ? short(from) : `${short(from)} to ${short(to)}`;
    }
    return row;
  });
}

/** Steps are counted from the last observed one, where a dashed line separates history and forecast. */
function stepAxis({ history, labels }: Fan) {
  const count = "datum.value ? format(datum.value, '+') : '0'";
  const labelExpr = `labels[datum.value + ${history.length - 1}] || (${count})`;
  return {
    title: labels ? null : 'Steps from the last observed value',
    scale: { nice: false },
    axis: { tickCount: FITTING_TICKS, tickMinStep: 1, labelExpr },
  };
}

function valuesUnderPointer(layers: FanLayer[]) {
  return pointerRule([
    { field: 'label', type: 'nominal', title: 'Time' },
    { field: 'x', type: 'quantitative', title: 'Step' },
    ...layers.map(({ name }, index): PointerField => ({ field: `text${index}`, type: 'nominal', title: name })),
  ]);
}
