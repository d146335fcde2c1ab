import { LibtorchGenerativeError } from '../errors';

/** A Gaussian for each step ahead. */
export interface GaussianForecast {
  means: Float64Array;
  deviations: Float64Array;
}

/** Forecasts `horizon` steps past the history's end. */
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

/** The value of a season ago. */
const seasonalNaive =
  (season: number): Baseline =>
  (history, horizon) => {
    requireLength(history, season + 1);
    const deviation = rootMeanSquare(differences(history, season));
    const cycles = (step: number) => Math.floor(step / season) + 1;
    return {
      means: stepsAhead(horizon, (step) => history[history.length - season + (step % season)]!),
      deviations: stepsAhead(horizon, (step) => deviation * Math.sqrt(cycles(step))),
    };
  };

/** The line through the first value and the last. */
const drift: Baseline = (history, horizon) => {
  requireLength(history, 3);
  const numDifferences = history.length - 1;
  const last = history[numDifferences]!;
  const slope = (last - history[0]!) / numDifferences;
  const errors = differences(history, 1).map((difference) => difference - slope);
  const deviation = rootMeanSquare(errors) * Math.sqrt(numDifferences / (numDifferences - 1));
  return {
    means: stepsAhead(horizon, (step) => last + slope * (step + 1)),
    deviations: stepsAhead(horizon, (step) => deviation * Math.sqrt((step + 1) * (1 + (step + 1) / numDifferences))),
  };
};

function stepsAhead(horizon: number, of: (step: number) => number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, step) => of(step));
}

/** Each value less that of `lag` steps ago. */
export function differences(values: Float64Array, lag: number): Float64Array {
  return values.subarray(lag).map((value, index) => value - values[index]!);
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

function requireLength(history: Float64Array, length: number): void {
  if (history.length >= length) return;
  throw new LibtorchGenerativeError(
    'ERR_DATA_FORMAT',
    `Expected a history of at least ${length} values but received ${history.length}`,
  );
}
