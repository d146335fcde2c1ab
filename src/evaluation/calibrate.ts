import { seedAt } from '../data/forecast-options';
import type { Forecaster } from '../data/forecaster';
import type { Link } from '../data/link';
import type { Series } from '../data/series';
import { partEnds, type SplitOptions, upTo } from '../data/split';
import { worded } from '../errors';
import { sortedQuantile, sortedSteps } from '../models/forecast';

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
  const stride = Math.ceil(origins.length / MAX_FORECASTS);
  return origins.filter((_, index) => index % stride === 0);
}

/**
 * Fits the factors by which to widen the model's forecasts: for each step ahead, the factor at which its central 90 %
 * interval about the median would have covered 90 % of the actual values, at most 3.
 *
 * @returns (horizon)
 * @see https://arxiv.org/abs/1905.03222
 */
export function fitSpread(forecaster: Forecaster, origins: Origin[], horizon: number, seed: number): number[] {
  const ratios = Array.from({ length: horizon }, (): number[] => []);
  for (const { series, step: origin } of origins) {
    const history = upTo(series, origin);
    if (!forecaster.hasHistory(history)) continue;
    const paths = forecaster.paths(history, { horizon, paths: PATHS, seed: seedAt(seed, origin) });
    for (const [step, draws] of sortedSteps(paths, horizon).entries()) {
      const ratio = widthNeeded(forecaster.encodings[0]!.link, draws, series.values[origin + step]!);
      if (Number.isFinite(ratio)) ratios[step]!.push(ratio);
    }
  }
  return ratios.map((each) =>
    each.length > 0 ? bounded(sortedQuantile(Float64Array.from(each).sort(), COVERAGE)) : 1,
  );
}

function bounded(spread: number): number {
  return Math.min(Math.max(spread, LEAST_SPREAD), MOST_SPREAD);
}

/** Returns a value's distance from the median, relative to the half-interval on its side; NaN for a missing value. */
function widthNeeded(link: Link, draws: Float64Array, value: number): number {
  const quantiles = [(1 - COVERAGE) / 2, 0.5, (1 + COVERAGE) / 2].map((level) => sortedQuantile(draws, level));
  const [low = 0, median = 0, high = 0, linked = 0] = link.apply(Float64Array.of(...quantiles, value));
  return linked > median ? (linked - median) / (high - median) : (median - linked) / (median - low);
}
