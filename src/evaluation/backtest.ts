import { differences } from '../data/differencing';
import { evenly } from '../data/evenly';
import { mean } from '../data/mean';
import { observed } from '../data/scaling';
import { sortedQuantile, sortedSteps } from '../models/forecast';
import { Mixture } from '../models/mixture';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { WorkProgress } from '../work';
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
  /** Steps after which the series repeat; for one with no more values than that before its start, 1. */
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
   * forecast; undefined if the latter is 0. Over several series, it is the mean over those where it is defined.
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
  /** Number of series that were scored. */
  numSeries: number;
  /** Series that are too short to score; of more than 1000 others, an evenly spaced part is scored. */
  leftOut?: LeftOut[] | undefined;
  /** Series that were scored without MASE, as the seasonal naive forecast never errs on their past. */
  withoutMase?: string[] | undefined;
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

/** A series that was not scored. */
export interface LeftOut {
  /** Name of the series. */
  name: string;
  /** What it has, such as "3 held-out values, fewer than the horizon of 12". */
  reason: string;
}

/** A forecast of the steps ahead. */
interface Forecast {
  /** Returns the score of each step's value; meaningless for missing values. */
  crps(future: Float64Array): ArrayLike<number>;
  /** Quantiles of each step, at {@link LEVELS}. */
  quantiles: number[][];
}

/** 0.05, 0.1, ... 0.95, which include the ends of the intervals of {@link COVERAGE_LEVELS}. */
const LEVELS = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);

/**
 * Scores the model and the baselines by rolling-origin forecasts: each starts where the previous one ended and sees
 * only the past. Missing values are not scored. Of many forecasts an evenly spaced part is made.
 *
 * @returns yields after each forecast
 * @see https://otexts.com/fpp3/tscv.html
 */
export function* backtest(
  series: BacktestSeries[],
  { horizon, season }: BacktestOptions,
): Generator<WorkProgress, Backtest> {
  const most = Math.ceil(MAX_FORECASTS / series.length);
  const starts = series.map((each) => startsOf(each, { horizon, most }));
  const numForecasts = starts.reduce((count, each) => count + each.length, 0);
  const standard = scope(() => [...standardNormal().quantile(LEVELS).squeeze(0).toArray()] as number[]);
  let done = 0;
  const scored: Scored[] = [];
  for (const [index, each] of series.entries()) {
    const score = scorerOf(each, { horizon, season, standard });
    const forecasts: Forecasts[] = [];
    for (const from of starts[index]!) {
      forecasts.push(scope(() => score(from)));
      yield { task: 'evaluate', done: ++done, total: numForecasts };
    }
    scored.push({ name: each.name, forecasts });
  }
  const withScores = scored.filter(({ forecasts }) => forecasts.some(({ model }) => model.length > 0));
  const all = { horizon, season, numForecasts, numSeries: withScores.length, rows: rowsOf(scored) };
  if (series.length === 1) return all;
  const bySeries = withScores.map((each) => ({ name: each.name, rows: rowsOf([each]) }));
  const withoutMase = bySeries.filter(({ rows }) => rows[0]!.mase === undefined).map(({ name }) => name);
  return { ...all, bySeries, ...(withoutMase.length > 0 && { withoutMase }) };
}

/** Returns the steps to forecast from: a horizon apart, or farther if there would be too many. */
function startsOf({ values, start, canForecast = () => true }: BacktestSeries, { horizon, most }: Origins): number[] {
  const count = Math.max(Math.floor((values.length - start) / horizon), 0);
  const all = Array.from({ length: count }, (_, index) => start + index * horizon);
  return evenly(all, most).filter(canForecast);
}

interface Origins {
  horizon: number;
  /** Most forecasts of a series. */
  most: number;
}

/** Values from which naive forecasts are made, at most: their errors are known well by then. */
const MAX_PAST = 100_000;
/** More forecasts than this tell nothing new. */
const MAX_FORECASTS = 400;

/** The scores of a series' forecasts. */
interface Scored {
  name: string;
  forecasts: Forecasts[];
}

/** The scores of each step of a forecast, by forecaster. */
type Forecasts = Record<BacktestRow['name'], StepScores[]>;

/** Returns a function that scores the forecasts from a step. */
function scorerOf(
  { values, start, drawPaths }: BacktestSeries,
  { horizon, season: usual, standard }: BacktestOptions & { standard: readonly number[] },
): (from: number) => Forecasts {
  const season = start > usual ? usual : 1;
  const scale = mean(observed(differences(values.subarray(0, start), season)).map(Math.abs));
  const baselines = Object.entries(baselinesOf(season));
  return (from) => {
    const future = values.subarray(from, from + horizon);
    const past = values.subarray(Math.max(from - MAX_PAST, 0), from);
    const ofBaselines = baselines.map(([name, baseline]) => {
      return [name, scoreForecast(fromGaussians(baseline(past, horizon), standard), future, scale)];
    });
    const model = scoreForecast(fromPaths(drawPaths(from, horizon), horizon), future, scale);
    return Object.fromEntries([['model', model], ...ofBaselines]) as Forecasts;
  };
}

/** Averages the scores of several series, by forecaster. */
function rowsOf(scored: Scored[]): BacktestRow[] {
  const forecasts = scored.flatMap((each) => each.forecasts);
  return FORECASTERS.map((name) => summarize(name, forecasts.flatMap((each) => each[name]))); // biome-ignore format: one line
}

const FORECASTERS = ['model', 'naive', 'seasonalNaive', 'drift'] as const;

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

function fromPaths(paths: Float64Array, horizon: number): Forecast {
  const steps = sortedSteps(paths, horizon);
  return {
    crps: (future) => steps.map((draws, step) => crpsOfDraws(draws, future[step]!)),
    quantiles: steps.map((draws) => LEVELS.map((level) => sortedQuantile(draws, level))),
  };
}

function standardNormal(): Mixture {
  const raw = [0, Math.log(Math.expm1(1)), 0]; // mean, softplus of the variance, logit of the weight
  return new Mixture(tensor([[raw]], { dtype: 'float64' }), { varianceFloor: 0 });
}

/** @param standard the quantiles of the standard normal distribution, at {@link LEVELS} */
function fromGaussians({ means, deviations }: GaussianForecast, standard: readonly number[]): Forecast {
  return {
    crps: (future) => {
      const errors = future.map((value, step) => (value - means[step]!) / (deviations[step] || 1));
      const scores = scope(() => mixtureCrps(standardNormal(), tensor(errors).unsqueeze(-1)).toArray() as Float64Array);
      // The score of a point forecast is its absolute error.
      return scores.map((score, step) => deviations[step]! * score || Math.abs(future[step]! - means[step]!));
    },
    quantiles: Array.from(means, (mean, step) => standard.map((quantile) => mean + deviations[step]! * quantile)),
  };
}
