import { differences } from '../data/differencing';
import { mean } from '../data/mean';
import { observed } from '../data/scaling';
import { sortedQuantile, sortedSteps } from '../models/forecast';
import { Mixture } from '../models/mixture';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { baselinesOf, type GaussianForecast } from './baselines';
import { COVERAGE_LEVELS } from './one-step';
import { crpsOfDraws, mixtureCrps, pinball } from './scores';

/**
 * Draws joint futures of a series known for `length` steps: (paths, horizon) in row-major order, in the data's units.
 */
export type DrawPaths = (length: number, horizon: number) => Float64Array;

/** A series to forecast repeatedly. */
export interface BacktestSeries {
  name: string;
  /** In the data's units; NaN where missing. */
  values: Float64Array;
  /** Step of the first forecast value; earlier values are never scored. */
  start: number;
  drawPaths: DrawPaths;
  /** Returns whether the first `length` steps suffice to forecast from; default always. */
  canForecast?: (length: number) => boolean;
}

export interface BacktestOptions {
  /** Steps ahead of each forecast. */
  horizon: number;
  /** Steps after which the series repeat; fewer than any series has before its start. */
  season: number;
}

/** A forecaster's scores, averaged over all steps of all forecasts. */
export interface BacktestRow {
  /**
   * The model or a baseline: the last value, the value one season ago, or the line through the first and last value.
   */
  name: 'model' | 'naive' | 'seasonalNaive' | 'drift';
  /** Continuous ranked probability score, in the data's units; lower is better. */
  crps: number;
  /** Pinball loss, averaged over the levels 0.05 to 0.95, in the data's units; lower is better. */
  pinball: number;
  /**
   * Absolute error of the median relative to that of the seasonal naive forecast on the values before the first
   * forecast; undefined if the latter is 0.
   */
  mase?: number | undefined;
  /** Fraction of the values inside the central 50 %, 80 % and 90 % intervals. */
  coverage: number[];
}

/** Scores of repeated forecasts over held-out data. */
export interface Backtest {
  /** Steps ahead of each forecast. */
  horizon: number;
  /** Steps after which the seasonal naive forecast repeats. */
  season: number;
  /** Number of forecasts over all series. */
  numForecasts: number;
  /** Scores over all series: the model first, then the naive forecasts. */
  rows: BacktestRow[];
  /** Scores of each series that has values to score, if there are several series. */
  bySeries?:
    | {
        /** Name of the series. */
        name: string;
        /** The model first, then the naive forecasts. */
        rows: BacktestRow[];
      }[]
    | undefined;
}

/** A forecast of the steps ahead. */
interface Forecast {
  /** Returns the score of each step's value; meaningless for missing values. */
  crps(future: Float64Array): ArrayLike<number>;
  /** Quantiles of each step, at {@link LEVELS}. */
  quantiles: number[][];
}

type Forecaster = (length: number, horizon: number) => Forecast;

/** 0.05, 0.1, ... 0.95, which include the ends of the intervals of {@link COVERAGE_LEVELS}. */
const LEVELS = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);

/**
 * Scores the model and the baselines by rolling-origin forecasts: each starts where the previous one ended and sees
 * only the past. Missing values are not scored. Of many forecasts an evenly spaced part is made.
 *
 * @see https://otexts.com/fpp3/tscv.html
 */
export function backtest(series: BacktestSeries[], { horizon, season }: BacktestOptions): Backtest {
  const origins = { horizon, most: Math.ceil(MAX_FORECASTS / series.length) };
  const scored = scope(() => {
    const standard = standardNormal();
    return series.map((each) => ({ name: each.name, steps: scoreSeries(each, origins, season, standard) }));
  });
  const names = Object.keys(scored[0]!.steps) as BacktestRow['name'][];
  const rowsOf = (of: typeof scored) =>
    names.map((name) =>
      summarize(
        name,
        of.flatMap(({ steps }) => steps[name]!),
      ),
    );
  const numForecasts = series.reduce((count, each) => count + startsOf(each, origins).length, 0);
  const all = { horizon, season, numForecasts, rows: rowsOf(scored) };
  if (series.length === 1) return all;
  const withScores = scored.filter(({ steps }) => steps.model!.length > 0);
  return { ...all, bySeries: withScores.map((each) => ({ name: each.name, rows: rowsOf([each]) })) };
}

/** Returns the steps to forecast from: a horizon apart, or farther if there would be too many. */
function startsOf({ values, start, canForecast = () => true }: BacktestSeries, { horizon, most }: Origins): number[] {
  const count = Math.max(Math.floor((values.length - start) / horizon), 0);
  const stride = horizon * Math.ceil(count / most);
  const starts = Array.from({ length: count }, (_, index) => start + index * stride);
  return starts.filter((step) => step + horizon <= values.length).filter(canForecast);
}

interface Origins {
  horizon: number;
  /** Most forecasts of a series. */
  most: number;
}

/** More forecasts than this tell nothing new. */
const MAX_FORECASTS = 400;

/** Returns the scores of every step, by forecaster. */
function scoreSeries(
  series: BacktestSeries,
  origins: Origins,
  season: number,
  standard: StandardNormal,
): Partial<Record<BacktestRow['name'], StepScores[]>> {
  const { values, start, drawPaths } = series;
  const { horizon } = origins;
  const scale = mean(observed(differences(values.subarray(0, start), season)).map(Math.abs));
  const forecasters: [string, Forecaster][] = [['model', fromPaths(drawPaths)]];
  for (const [name, baseline] of Object.entries(baselinesOf(season))) {
    forecasters.push([
      name,
      (length, horizon) => fromGaussians(baseline(values.subarray(0, length), horizon), standard),
    ]);
  }
  return Object.fromEntries(
    forecasters.map(([name, forecaster]) => [
      name,
      startsOf(series, origins).flatMap((from) =>
        scoreForecast(forecaster(from, horizon), values.subarray(from, from + horizon), scale),
      ),
    ]),
  );
}

interface StepScores {
  crps: number;
  pinball: number;
  /** Absolute error of the median, scaled as in MASE; undefined if the scale is 0 or unknown. */
  scaledError: number | undefined;
  /** Whether the value is inside each interval of {@link COVERAGE_LEVELS}. */
  isInside: boolean[];
}

function scoreForecast({ crps, quantiles }: Forecast, future: Float64Array, scale: number): StepScores[] {
  const scores = crps(future);
  return quantiles.flatMap((levels, step) => {
    const value = future[step]!;
    if (Number.isNaN(value)) return [];
    const at = (level: number) => levels[Math.round(level * 20) - 1]!;
    return {
      crps: scores[step]!,
      pinball: mean(LEVELS.map((level) => pinball(at(level), level, value))),
      scaledError: scale > 0 ? Math.abs(value - at(0.5)) / scale : undefined,
      isInside: COVERAGE_LEVELS.map((level) => at(0.5 - level / 2) <= value && value <= at(0.5 + level / 2)),
    };
  });
}

function summarize(name: BacktestRow['name'], steps: StepScores[]): BacktestRow {
  const scaled = steps.flatMap(({ scaledError }) => scaledError ?? []);
  return {
    name,
    crps: mean(steps.map(({ crps }) => crps)),
    pinball: mean(steps.map(({ pinball }) => pinball)),
    mase: scaled.length > 0 ? mean(scaled) : undefined,
    coverage: COVERAGE_LEVELS.map((_, index) => mean(steps.map(({ isInside }) => Number(isInside[index])))),
  };
}

const fromPaths =
  (drawPaths: DrawPaths): Forecaster =>
  (length, horizon) => {
    const steps = sortedSteps(drawPaths(length, horizon), horizon);
    return {
      crps: (future) => steps.map((draws, step) => crpsOfDraws(draws, future[step]!)),
      quantiles: steps.map((draws) => LEVELS.map((level) => sortedQuantile(draws, level))),
    };
  };

/** The standard normal distribution and its quantiles at {@link LEVELS}. */
interface StandardNormal {
  mixture: Mixture;
  quantiles: number[];
}

function standardNormal(): StandardNormal {
  const raw = [0, Math.log(Math.expm1(1)), 0]; // mean, softplus of the variance, logit of the weight
  const mixture = new Mixture(tensor([[raw]], { dtype: 'float64' }), { varianceFloor: 0 });
  return { mixture, quantiles: [...mixture.quantile(LEVELS).squeeze(0).toArray()] };
}

function fromGaussians({ means, deviations }: GaussianForecast, standard: StandardNormal): Forecast {
  return {
    crps: (future) => {
      const errors = future.map((value, step) => (value - means[step]!) / (deviations[step] || 1));
      const scores = scope(() => mixtureCrps(standard.mixture, tensor(errors).unsqueeze(-1)).toArray() as Float64Array);
      // The score of a point forecast is its absolute error.
      return scores.map((score, step) => deviations[step]! * score || Math.abs(future[step]! - means[step]!));
    },
    quantiles: Array.from(means, (mean, step) => standard.quantiles.map((level) => mean + deviations[step]! * level)),
  };
}
