import type { LegendEntry } from './legend';
import type { Palette } from './palette';

type VegaLite = typeof import('vega-lite', { with: { 'resolution-mode': 'import' }});
export type ChartSpec = Parameters<VegaLite['compile']>[0];
type ChartConfig = NonNullable<NonNullable<Parameters<VegaLite['compile']>[1]>['config']>;

/** A chart with its texts on a page. */
export interface Chart {
  title: string;
  /** Text alternative, for readers who cannot see the chart. */
  description: string;
  spec: ChartSpec;
  /** If there are several colours. */
  legend?: LegendEntry[];
  /** How to read the chart, if it is not obvious. */
  note?: string;
}

/** Returns the common style of all charts. */
export function chartConfig({ text, muted, grid, surface }: Palette): ChartConfig {
  const font = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
  return {
    font,
    background: 'transparent',
    view: { stroke: null },
    axis: {
      labelColor: muted,
      titleColor: text,
      gridColor: grid,
      domainColor: muted,
      tickColor: muted,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 'normal',
      titlePadding: 8,
    },
    axisX: { grid: false, labelFlush: true },
    axisY: { domain: false, ticks: false, tickCount: 5 },
    legend: {
      title: null,
      orient: 'top',
      offset: 10,
      labelColor: text,
      labelFontSize: 12,
      symbolStrokeWidth: 3,
      symbolSize: 140,
      columnPadding: 16,
    },
    line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
    rule: { color: muted },
    text: { color: text, fontSize: 12 },
    title: { color: text },
    point: { filled: true, size: 60, stroke: surface, strokeWidth: 1 },
  };
}
