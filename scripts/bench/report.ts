import { type BusyRow, medianMs, slowdown } from './busy-case';
import type { Machine } from './machine';
import {
  type Column,
  isBeyondLimit,
  limit,
  medianOf,
  missesTarget,
  OWN_LOOP_TARGET,
  overFloor,
  overOurs,
  type Row,
  speedup,
} from './row';
import { formatService, type ServiceReport } from './service-case';
import type { Ratio } from './statistics';
import { formatNumber, formatTable } from './table';
import type { GruStep } from './work';

export interface GridRow extends Row {
  cell: GruStep;
}

/** All that a run measured; `--json` keeps it. */
export interface Report {
  machine: Machine;
  rows: Row[];
  busy: BusyRow[];
  grid: GridRow[];
  service?: ServiceReport | undefined;
  /** Why a figure is missing. */
  notes: string[];
}

export function formatReport({ machine, rows, busy, grid, service, notes }: Report): string {
  const parts = [
    rows.length > 0 && formatRows(rows),
    busy.length > 0 && formatBusy(busy),
    grid.length > 0 && formatGrid(grid),
    service && formatService(service),
    notes.map((note) => `- ${note}`).join('\n'),
    formatMisses([...rows, ...grid]),
    formatMachine(machine),
  ];
  return parts.filter(Boolean).join('\n\n');
}

const HEADER = ['case', 'threads', 'PyTorch', 'ours', 'ratio', 'quartiles', 'target', 'limit', 'floor', 'ours / floor'];
const OWN_LOOP = 'own loop / ours';
const PEERS: [Column, string][] = [
  ['defaultAdam', 'default Adam'],
  ['compiled', 'torch.compile'],
  ['tfjs', 'tfjs'],
];

function formatRows(rows: Row[]): string {
  const peers = PEERS.filter(([column]) => rows.some(({ rounds }) => rounds[column]));
  const hasOwnLoop = rows.some(({ rounds }) => rounds.ownLoop);
  const cells = rows.map((row) => {
    const { median, lowerQuartile, upperQuartile } = speedup(row);
    return [
      row.title,
      row.threads === undefined ? 'default' : String(row.threads),
      formatFigure(row, 'pytorch'),
      formatFigure(row, 'ours'),
      median.toFixed(2),
      `${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)}`,
      row.target === undefined ? '-' : `≥ ${row.target}`,
      limit(row)?.toFixed(2) ?? '-',
      formatFigure(row, 'floor'),
      formatAtMost(overFloor(row), row.floorTarget),
      ...(hasOwnLoop ? [formatAtMost(overOurs(row), OWN_LOOP_TARGET)] : []),
      ...peers.map(([column]) => formatFigure(row, column)),
    ];
  });
  return formatTable([...HEADER, ...(hasOwnLoop ? [OWN_LOOP] : []), ...peers.map(([, name]) => name)], cells);
}

function formatFigure(row: Row, column: Column): string {
  const figure = medianOf(row, column);
  return figure === undefined ? '-' : `${formatNumber(figure)} ${row.unit}`;
}

function formatAtMost(ratio: Ratio | undefined, most: number | undefined): string {
  if (!ratio) return '-';
  return most === undefined ? ratio.median.toFixed(2) : `${ratio.median.toFixed(2)} (≤ ${most})`;
}

const BUSY_HEADER = ['threads', 'PyTorch', 'busy', 'times', 'ours', 'busy', 'times', 'quartiles', 'target'];

function formatBusy(busy: BusyRow[]): string {
  const cells = busy.map((row) => {
    const { median, lowerQuartile, upperQuartile } = slowdown(row, 'ours');
    const ms = (column: Parameters<typeof medianMs>[1]) => `${formatNumber(medianMs(row, column))} ms`;
    return [
      row.title,
      String(row.threads),
      ...[ms('pytorch'), ms('pytorchBusy'), slowdown(row, 'pytorch').median.toFixed(2)],
      ...[ms('ours'), ms('oursBusy'), median.toFixed(2)],
      `${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)}`,
      `≤ ${row.target} ${median <= row.target ? '(met)' : '(missed)'}`,
    ];
  });
  return formatTable(['busy cores', ...BUSY_HEADER], cells);
}

/** Ratios only, a line for each batch and hidden size, and the cell where ours does worst. */
function formatGrid(grid: GridRow[]): string {
  const threads = distinct(grid.map((row) => row.threads!));
  const tables = (['train', 'inference'] as const).map((mode) => {
    const cells = grid.filter(({ cell }) => cell.mode === mode);
    const windows = distinct(cells.map(({ cell }) => cell.window));
    const lines = distinct(cells.map(lineOf)).map((line) => {
      const inLine = cells.filter((row) => lineOf(row) === line);
      const at = (window: number) => inLine.filter(({ cell }) => cell.window === window);
      return [line, ...windows.map((window) => formatCell(at(window), threads.length))];
    });
    return lines.length > 0 && formatTable([`GRU, ${mode}`, ...windows.map((window) => `T ${window}`)], lines);
  });
  const ratios = `PyTorch / ours, threads ${threads.join(' / ')}${threads.length > 1 ? '; * only the most' : ''}:`;
  return [ratios, ...tables.filter(Boolean), formatWorst(grid)].join('\n\n');
}

const lineOf = ({ cell }: GridRow) => `B ${cell.batch} H ${cell.hidden}`;

/** @param numRatios as many as there are unless the cell is heavy */
function formatCell(rows: GridRow[], numRatios: number): string {
  if (rows.length === 0) return '-';
  const ratios = rows.map((row) => speedup(row).median.toFixed(2)).join(' / ');
  return rows.length < numRatios ? `${ratios} *` : ratios;
}

function formatWorst(grid: GridRow[]): string {
  const worst = grid.reduce((a, b) => (speedup(b).median < speedup(a).median ? b : a));
  const { median, lowerQuartile, upperQuartile } = speedup(worst);
  const spread = `${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)}`;
  const figures = `PyTorch ${formatFigure(worst, 'pytorch')}, ours ${formatFigure(worst, 'ours')}`;
  const floor = `the GEMMs alone ${formatFigure(worst, 'floor')}`;
  return `Worst cell: ${nameOf(worst)}: ${median.toFixed(2)} (${spread}); ${figures}, ${floor}.`;
}

function formatMisses(rows: Row[]): string {
  const withTarget = rows.filter((row) => missesTarget(row) !== undefined);
  const misses = withTarget.filter(missesTarget);
  if (withTarget.length === 0) return '';
  const named = (what: string, some: Row[]) => some.length > 0 && `${what}: ${some.map(nameOf).join(', ')}`;
  const parts = [
    `${withTarget.length - misses.length} of ${withTarget.length} targets are met`,
    named(
      'missed',
      misses.filter((row) => !isBeyondLimit(row)),
    ),
    named('beyond the limit', misses.filter(isBeyondLimit)),
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

function nameOf({ case: name, threads }: Row): string {
  return threads === undefined ? name : `${name} (${threads} threads)`.replace('(1 threads)', '(1 thread)');
}

function formatMachine({ cpu, cores, node, pytorch, libtorch, date }: Machine): string {
  return `${cpu}, ${cores} cores; Node ${node}, PyTorch ${pytorch}, libtorch ${libtorch}; ${date.slice(0, 10)}.`;
}

function distinct<T>(values: T[]): T[] {
  return [...new Set(values)];
}
