import type { Forecaster } from '../data/forecaster';
import type { Link } from '../data/link';
import type { Series } from '../data/series';
import { upTo } from '../data/split';
import { LibtorchGenerativeError } from '../errors';
import { sortedQuantile, sortedSteps } from '../models/forecast';

/** The interval whose width is fitted. */
const COVERAGE = 0.9;
const PATHS = 200;
/** Enough for a quantile. */
const MAX_FORECASTS = 200;
const LEAST_FORECASTS = 10;

/** A series and its part that is kept from training, to calibrate by. */
export interface CalibrationSeries {
  series: Series;
  start: number;
  end: number;
}

/**
 * How much wider than the model's own its forecasts have to be: for each step ahead the factor by which its central 90 %
 * interval about the median would have held 90 % of the values that came.
 *
 * @returns (horizon)
 * @throws ERR_DATA_FORMAT if there are too few values to forecast
 * @see https://arxiv.org/abs/1905.03222
 */
export function fitSpread(forecaster: Forecaster, parts: CalibrationSeries[], horizon: number, seed: number): number[] {
  const origins = parts.flatMap(({ series, start, end }) =>
    Array.from({ length: Math.max(end - start - horizon + 1, 0) }, (_, index) => ({ series, origin: start + index })),
  );
  if (origins.length < LEAST_FORECASTS) {
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
      `Expected at least ${horizon + LEAST_FORECASTS - 1} validation values to calibrate forecasts of ${horizon} steps by: keep a larger part for validation, or calibrate fewer steps`,
    );
  }
  const stride = Math.ceil(origins.length / MAX_FORECASTS);
  const ratios = Array.from({ length: horizon }, (): number[] => []);
  for (const { series, origin } of origins.filter((_, index) => index % stride === 0)) {
    const paths = forecaster.paths(upTo(series, origin), { horizon, paths: PATHS, seed: seed + origin });
    for (const [step, draws] of sortedSteps(paths, horizon).entries()) {
      const ratio = widthNeeded(forecaster.encoding.link, draws, series.values[origin + step]!);
      if (!Number.isNaN(ratio)) ratios[step]!.push(ratio);
    }
  }
  return ratios.map((each) => (each.length > 0 ? sortedQuantile(Float64Array.from(each).sort(), COVERAGE) : 1));
}

/** Where a value lies as a multiple of the interval's half on its side of the median; NaN for a missing one. */
function widthNeeded(link: Link, draws: Float64Array, value: number): number {
  const quantiles = [(1 - COVERAGE) / 2, 0.5, (1 + COVERAGE) / 2].map((level) => sortedQuantile(draws, level));
  const [low, median, high, linked] = link.apply(Float64Array.of(...quantiles, value)) as unknown as number[];
  return linked! > median! ? (linked! - median!) / (high! - median!) : (median! - linked!) / (median! - low!);
}
