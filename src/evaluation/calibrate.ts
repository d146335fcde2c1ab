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
/** Enough to estimate quantiles. */
const MAX_FORECASTS = 200;
const MAX_FORECASTS_OF_SEVERAL = 600;
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
  return evenly(origins, series.length > 1 ? MAX_FORECASTS_OF_SEVERAL : MAX_FORECASTS);
}

/** The factors by which to widen forecasts, as for a {@link Forecaster}. */
export interface Calibration {
  /** (horizon) */
  spread: number[];
  /** By the name of a series, if there are several. */
  ownSpread: Record<string, number>;
}

/**
 * Fits the factors by which to widen the model's forecasts: for each step ahead, the factor at which its central 90 %
 * interval about the median would have covered 90 % of the actual values, and one for each series at which this holds of
 * it alone; at most 3 together. What all values miss in the same direction is a bias, and no reason to widen.
 *
 * @returns yields after each forecast
 * @see https://arxiv.org/abs/1905.03222
 */
export function* fitSpread(
  forecaster: Forecaster,
  origins: Origin[],
  horizon: number,
  seed: number,
): Generator<WorkProgress, Calibration> {
  const errors: { name: string; steps: number[] }[] = [];
  for (const [index, { series, step: origin }] of origins.entries()) {
    const history = upTo(series, origin);
    if (!forecaster.hasHistory(history)) continue;
    const paths = forecaster.pathsSync(history, { horizon, paths: PATHS, seed: seedAt(seed, origin) });
    const { link } = forecaster.encodingsFor(series)[0]!;
    const steps = sortedSteps(paths, horizon).map((draws, step) =>
      relativeError(link, draws, series.values[origin + step]!),
    );
    errors.push({ name: series.name, steps });
    yield { task: 'calibrate', done: index + 1, total: origins.length };
  }
  const spread = Array.from({ length: horizon }, (_, step) =>
    bounded(widthOf(errors.map(({ steps }) => steps[step]!))),
  );
  return { spread, ownSpread: ownSpreadOf(errors, spread) };
}

/** What all series tell counts as much as so many forecasts of a series. */
const FORECASTS_OF_ALL = 20;

/** Returns how much wider the forecasts of each series must be than those of all; none for a single series. */
function ownSpreadOf(errors: { name: string; steps: number[] }[], spread: number[]): Record<string, number> {
  const names = [...new Set(errors.map(({ name }) => name))];
  if (names.length < 2) return {};
  const most = MOST_SPREAD / Math.max(...spread);
  const factors = names.map((name) => {
    const own = errors.filter((each) => each.name === name);
    const ratio = widthOf(own.flatMap(({ steps }) => steps.map((error, step) => error / spread[step]!)));
    const share = own.length / (own.length + FORECASTS_OF_ALL);
    return [name, Math.min(Math.max(ratio, LEAST_SPREAD) ** share, most)];
  });
  return Object.fromEntries(factors);
}

/** Returns the half-width of the central 90 % interval about the median of errors; 1 if none is known. */
function widthOf(errors: number[]): number {
  const known = Float64Array.from(errors.filter(Number.isFinite));
  if (known.length === 0) return 1;
  const bias = sortedQuantile(known.toSorted(), 0.5);
  return sortedQuantile(known.map((error) => Math.abs(error - bias)).sort(), COVERAGE);
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
