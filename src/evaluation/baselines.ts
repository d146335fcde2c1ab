import { formatError } from '../errors';

/** A Gaussian for each step ahead. */
export interface GaussianForecast {
  means: Float64Array;
  deviations: Float64Array;
}

/** Forecasts `horizon` steps past the history's end; missing values in it are NaN. */
export type Baseline = (history: Float64Array, horizon: number) => GaussianForecast;

/**
 * The three that every forecast has to beat, with the spread that their own past errors of one step give them.
 *
 * @param season steps after which the series repeats itself, in length below the history's
 * @see https://otexts.com/fpp3/prediction-intervals.html
 */
export function baselinesOf(season: number): Record<'naive' | 'seasonalNaive' | 'drift', Baseline> {
  return { naive, seasonalNaive: seasonalNaive(season), drift };
}

/** The last value, come what may. */
const naive: Baseline = (history, horizon) => seasonalNaive(1)(history, horizon);

/** The value of a season ago, or of several seasons where that is missing. */
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

/** The line through the first value and the last. */
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

/** Each value less that of `lag` steps ago; NaN where one is missing. */
export function differences(values: Float64Array, lag: number): Float64Array {
  return values.subarray(lag).map((value, index) => value - values[index]!);
}

/** Of what is there; 0 if nothing is. */
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
