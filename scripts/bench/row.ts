import { median, type Ratio, ratioOf } from './statistics';

/** PyTorch's time is that with the fused Adam; `ownLoop` is the same step written by a user of the package. */
export type Column = 'pytorch' | 'ours' | 'ownLoop' | 'floor' | 'peak' | 'defaultAdam' | 'compiled' | 'tfjs';

/** What was measured of a case. */
export interface Row {
  case: string;
  title: string;
  /** Undefined: each side's own choice. */
  threads?: number;
  unit: 'ms' | 'MiB';
  /** At least this ratio of PyTorch's figure to ours. */
  target?: number;
  /** At most this ratio of our figure to the floor. */
  floorTarget?: number;
  /** A figure for each round, in the same order in all columns. */
  rounds: Partial<Record<Column, number[]>>;
}

export function medianOf({ rounds }: Row, column: Column): number | undefined {
  const figures = rounds[column];
  return figures && median(figures);
}

/** PyTorch's figure over ours. */
export function speedup({ rounds }: Row): Ratio {
  return ratioOf(rounds.pytorch!, rounds.ours!);
}

/** Our figure over the floor. */
export function overFloor({ rounds }: Row): Ratio | undefined {
  return rounds.floor && ratioOf(rounds.ours!, rounds.floor);
}

/** A loop of one's own takes at most this many times our step. */
export const OWN_LOOP_TARGET = 1.15;

/** The figure of a loop of one's own over ours. */
export function overOurs({ rounds }: Row): Ratio | undefined {
  return rounds.ownLoop && ratioOf(rounds.ownLoop, rounds.ours!);
}

/** PyTorch's figure over the least that the products alone can take, at the cores' peak: no ratio can be higher. */
export function limit(row: Row): number | undefined {
  return row.rounds.peak && medianOf(row, 'pytorch')! / Math.min(...row.rounds.peak);
}

/** Whether a row aims at a ratio that cannot be. */
export function isBeyondLimit(row: Row): boolean {
  return row.target !== undefined && row.target > (limit(row) ?? Number.POSITIVE_INFINITY);
}

/** Whether a row misses what it aims at; undefined if it aims at nothing. */
export function missesTarget(row: Row): boolean | undefined {
  const { target, floorTarget } = row;
  if (target === undefined && floorTarget === undefined) return undefined;
  const isSlow = target !== undefined && speedup(row).median < target;
  const isFarFromFloor = floorTarget !== undefined && (overFloor(row)?.median ?? 0) > floorTarget;
  return isSlow || isFarFromFloor || (overOurs(row)?.median ?? 0) > OWN_LOOP_TARGET;
}
