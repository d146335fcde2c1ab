/** What to forecast: series from several origins each, and how good a forecast is. */
import { differences } from '../../../src/data/differencing';
import { mean } from '../../../src/data/mean';
import { pinball } from '../../../src/evaluation/scores';
import type { StudySeries } from './series';

const NUM_ORIGINS = 3;
export const LEVELS = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);
export const PATHS = 500;

/** What is known at an origin, and what came. */
export interface Task extends Omit<StudySeries, 'values'> {
  past: Float64Array;
  future: Float64Array;
  /** Mean absolute seasonal difference of the past. */
  unit: number;
}

/** Returns forecasts to make of a series, a horizon apart. */
export function tasksOf({ values, ...series }: StudySeries): Task[] {
  const { horizon, season } = series;
  return Array.from({ length: NUM_ORIGINS }, (_, origin) => {
    const at = values.length - (origin + 1) * horizon;
    const past = values.subarray(0, at);
    const unit = mean(differences(past, season).map(Math.abs));
    return { ...series, past, future: values.subarray(at, at + horizon), unit };
  });
}

export interface Score {
  /** Twice the mean pinball loss, in units of the usual seasonal difference. */
  crps: number;
  /** Fraction of values within the 90 % interval. */
  inside: number;
  /** How far quantiles reach beyond the range of the past, in ranges. */
  beyond: number;
}

/** Scores quantiles by level, then step. */
export function scoreOf(quantiles: number[][], { future, past, unit }: Task): Score {
  const losses = LEVELS.flatMap((level, index) =>
    Array.from(future, (value, step) => pinball(quantiles[index]![step]!, level, value)),
  );
  const [low, high] = [quantiles[0]!, quantiles.at(-1)!];
  const [least, largest] = [Math.min(...past), Math.max(...past)];
  return {
    crps: (2 * mean(losses)) / unit,
    inside: mean(Array.from(future, (value, step) => Number(low[step]! <= value && value <= high[step]!))),
    beyond: Math.max(Math.max(...high) - largest, least - Math.min(...low)) / (largest - least),
  };
}
