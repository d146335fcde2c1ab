import type { Chart, ChartSpec } from './chart';
import type { LegendEntry } from './legend';
import { PAGE_PALETTE } from './palette';
import { type PointerField, pointerRule } from './pointer-rule';

export interface Line {
  name: string;
  /** One value per x; the line is interrupted where a value is missing or not finite. */
  values: unknown[];
}

export interface LineChartOptions {
  x: { title: string; values: number[] };
  y: { title: string };
  lines: Line[];
  /** A value of x to mark, with a label. */
  mark?: { x: number; name: string };
}

/** Up to this many values are also marked by points. */
const FEW_VALUES = 30;

const DASHES = [[], [6, 4], [2, 4], [8, 4, 2, 4]];

/** As many ticks as fit. */
export const FITTING_TICKS = { expr: 'ceil(width / 70)' };
const WHOLE_NUMBERS = { tickCount: FITTING_TICKS, tickMinStep: 1, format: 'd' };

/** Draws lines that differ in colour and dashes, with a tooltip of their values. */
export function lineChart({ x, y, lines, mark }: LineChartOptions): Pick<Chart, 'spec' | 'legend'> {
  const styles = lines.map(
    ({ name }, index): LegendEntry => ({
      name,
      color: PAGE_PALETTE.series[index % PAGE_PALETTE.series.length]!,
      mark: { type: 'line', strokeDash: DASHES[index % DASHES.length]! },
    }),
  );
  const values = x.values.map((at, row) => ({
    x: at,
    ...Object.fromEntries(lines.map((line, index) => [`y${index}`, line.values[row]])),
  }));
  const spec: ChartSpec = {
    width: 'container',
    height: 260,
    data: { values },
    encoding: { x: { field: 'x', type: 'quantitative', title: x.title, scale: { nice: false }, axis: WHOLE_NUMBERS } },
    layer: [
      ...styles.map(({ name, color, mark: { strokeDash } }, index) => ({
        mark: {
          type: 'line' as const,
          description: name,
          color,
          strokeDash,
          point: x.values.length <= FEW_VALUES && { color },
        },
        encoding: {
          y: { field: `y${index}`, type: 'quantitative' as const, title: y.title, scale: { zero: false } },
        },
      })),
      ...(mark ? markLayers(mark) : []),
      valuesUnderPointer(x.title, lines),
    ],
  };
  return { spec, legend: lines.length > 1 ? styles : undefined };
}

function markLayers({ x, name }: { x: number; name: string }) {
  const data = { values: [{ x }] };
  return [
    { data, mark: { type: 'rule' as const, strokeDash: [2, 3] } },
    { data, mark: { type: 'text' as const, text: name, align: 'right' as const, dx: -6, y: 8 } },
  ];
}

function valuesUnderPointer(title: string, lines: Line[]) {
  const values = lines.map(({ name }, number): PointerField => {
    return { field: `y${number}`, type: 'quantitative', title: name, format: '.5~g' };
  });
  return pointerRule([{ field: 'x', type: 'quantitative', title }, ...values]);
}
