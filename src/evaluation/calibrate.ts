import { evenly } from '../data/evenly';
import { seedAt } from '../data/forecast-options';
import type { Forecaster } from '../data/forecaster';
import type { Link } from '../data/link';
import type { Series } from '../data/series';
import { upTo } from '../data/series-like';
import { partEnds, type SplitOptions } from '../data/split';
import { worded } from '../errors';
import { sortedQuantile, sortedSteps } from '../models/forecast';
import type { WorkProgress } from '../work';

/** Nominal coverage of the interval whose width is fitted. */
const COVERAGE = 0.9;
const PATHS = 200;
/** Enough to estimate a quantile. */
const MAX_FORECASTS = 200;
const LEAST_FORECASTS = 10;
/** Bounds of the factor: forecasts keep some width, and one that is wrong in another way is not made absurdly wide. */
const LEAST_SPREAD = 1e-3;
export const MOST_SPREAD = 3;

/** A step of a series to forecast from, given the values before it. */
export interface Origin {
  series: Series;
  step: number;
}

/**
 * Returns the origins from which to calibrate forecasts of `horizon` steps: all whose forecasts lie within a series'
 * validation part, or an evenly spaced subset that is large enough.
 *
 * @throws ERR_DATA_FORMAT if there are too few
 */
export function calibrationOrigins(series: Series[], horizon: number, split: SplitOptions): Origin[] {
  const origins = series.flatMap((each) => {
    const { training, validation } = partEnds(each, split);
    const count = Math.max(validation - training - horizon + 1, 0);
    return Array.from({ length: count }, (_, index) => ({ series: each, step: training + index }));
  });
  if (origins.length < LEAST_FORECASTS) {
    throw worded(
      'ERR_DATA_FORMAT',
      ({ option }) =>
        `Expected at least ${horizon + LEAST_FORECASTS - 1} validation values to calibrate forecasts of ${horizon} steps: raise ${option('validation')} or lower ${option('calibrate')}`,
    );
  }
  return evenly(origins, MAX_FORECASTS);
}

/**
 * Fits the factors by which to widen the model's forecasts: for each step ahead, the factor at which its central 90 %
 * interval about the median would have covered 90 % of the actual values, at most 3. What all values miss in the same
 * direction is a bias, and no reason to widen.
 *
 * @returns (horizon); yields after each forecast
 * @see https://arxiv.org/abs/1905.03222
 */
export function* fitSpread(
  forecaster: Forecaster,
  origins: Origin[],
  horizon: number,
  seed: number,
): Generator<WorkProgress, number[]> {
  const errors = Array.from({ length: horizon }, (): number[] => []);
  for (const [index, { series, step: origin }] of origins.entries()) {
    const history = upTo(series, origin);
    if (!forecaster.hasHistory(history)) continue;
    const paths = forecaster.paths(history, { horizon, paths: PATHS, seed: seedAt(seed, origin) });
    for (const [step, draws] of sortedSteps(paths, horizon).entries()) {
      const error = relativeError(forecaster.encodingsFor(series)[0]!.link, draws, series.values[origin + step]!);
      if (Number.isFinite(error)) errors[step]!.push(error);
    }
    yield { task: 'calibrate', done: index + 1, total: origins.length };
  }
  return errors.map((each) => (each.length > 0 ? bounded(widthOf(Float64Array.from(each))) : 1));
}

/** Returns the half-width of the central 90 % interval about the median of errors. */
function widthOf(errors: Float64Array): number {
  const bias = sortedQuantile(errors.toSorted(), 0.5);
  return sortedQuantile(errors.map((error) => Math.abs(error - bias)).sort(), COVERAGE);
}

function bounded(spread: number): number {
  return Math.min(Math.max(spread, LEAST_SPREAD), MOST_SPREAD);
}

/** Returns a value's distance above the median, relative to the half-interval on its side; NaN for a missing value. */
function relativeError(link: Link, draws: Float64Array, value: number): number {
  const quantiles = [(1 - COVERAGE) / 2, 0.5, (1 + COVERAGE) / 2].map((level) => sortedQuantile(draws, level));
  const [low = 0, median = 0, high = 0, linked = 0] = link.apply(Float64Array.of(...quantiles, value));
  return (linked - median) / (linked > median ? high - median : median - low);
}
