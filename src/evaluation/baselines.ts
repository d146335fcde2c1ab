import { differences } from '../data/differencing';
import { formatError } from '../errors';

/** A Gaussian for each step ahead. */
export interface GaussianForecast {
  means: Float64Array;
  deviations: Float64Array;
}

/** Forecasts `horizon` steps past the end of the history, in which missing values are NaN. */
export type Baseline = (history: Float64Array, horizon: number) => GaussianForecast;

/**
 * Returns the three baselines that a forecast should beat, each with a spread estimated from its past one-step errors.
 *
 * @param season steps after which the series repeats; fewer than the history has
 * @see https://otexts.com/fpp3/prediction-intervals.html
 */
export function baselinesOf(season: number): Record<'naive' | 'seasonalNaive' | 'drift', Baseline> {
  return { naive, seasonalNaive: seasonalNaive(season), drift };
}

/** Repeats the last value. */
const naive: Baseline = (history, horizon) => seasonalNaive(1)(history, horizon);

/** Repeats the value one season ago, or several seasons ago if that is missing. */
const seasonalNaive =
  (season: number): Baseline =>
  (history, horizon) => {
    requireLength(history, season + 1);
    const deviation = rootMeanSquare(differences(history, season));
    const cycles = (step: number) => Math.floor(step / season) + 1;
    return {
      means: stepsAhead(horizon, (step) => lastInPhase(history, season, step)),
      deviations: stepsAhead(horizon, (step) => deviation * Math.sqrt(cycles(step))),
    };
  };

/** Extends the line through the first and the last value. */
const drift: Baseline = (history, horizon) => {
  requireLength(history, 3);
  const [start, end] = [history.findIndex(isThere), history.findLastIndex(isThere)];
  const numDifferences = Math.max(end - start, 1);
  const last = history[end]!;
  const slope = (last - history[start]!) / numDifferences;
  const errors = differences(history, 1).map((difference) => difference - slope);
  const deviation = rootMeanSquare(errors) * Math.sqrt(numDifferences / Math.max(numDifferences - 1, 1));
  const ahead = (step: number) => step + history.length - end;
  return {
    means: stepsAhead(horizon, (step) => last + slope * ahead(step)),
    deviations: stepsAhead(horizon, (step) => deviation * Math.sqrt(ahead(step) * (1 + ahead(step) / numDifferences))),
  };
};

function isThere(value: number): boolean {
  return !Number.isNaN(value);
}

function lastInPhase(history: Float64Array, season: number, step: number): number {
  let index = history.length - season + (step % season);
  while (index >= 0 && Number.isNaN(history[index])) index -= season;
  return index >= 0 ? history[index]! : history.findLast(isThere)!;
}

function stepsAhead(horizon: number, of: (step: number) => number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, step) => of(step));
}

/** Ignores missing values; 0 if there are no others. */
function rootMeanSquare(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value ** 2;
    count++;
  }
  return Math.sqrt(sum / Math.max(count, 1));
}

function requireLength(history: Float64Array, length: number): void {
  if (history.length >= length) return;
  throw formatError(`Expected a history of at least ${length} values but received ${history.length}`);
}
