import { sortedQuantile, sortedSteps } from '../models/forecast';
import { Mixture } from '../models/mixture';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { baselinesOf, differences, type GaussianForecast } from './baselines';
import { COVERAGE_LEVELS } from './one-step';
import { mixtureCrps, pinballLoss, sampleCrps } from './scores';

/** Joint futures of a series past `history`: (paths, horizon), row after row, in the data's units. */
export type DrawPaths = (history: Float64Array, horizon: number) => Float64Array;

export interface BacktestOptions {
  /** Steps that each forecast goes ahead. */
  horizon: number;
  /** The first forecast's first value; those before it are never scored. */
  start: number;
  /** Steps after which the series repeats itself. */
  season: number;
}

/** A forecaster's scores, means over all steps of all forecasts. */
export interface BacktestRow {
  name: 'model' | 'naive' | 'seasonalNaive' | 'drift';
  /** In the data's units. */
  crps: number;
  /** Mean over the levels 0.05 to 0.95, in the data's units. */
  pinball: number;
  /** The median's absolute error over the seasonal naive's within the values before `start`. */
  mase: number;
  /** Of each of {@link COVERAGE_LEVELS}, the part of the values inside the central interval. */
  coverage: number[];
}

export interface Backtest {
  horizon: number;
  season: number;
  /** How many times was forecast. */
  numForecasts: number;
  rows: BacktestRow[];
}

/** What a forecaster says of one step. */
interface StepForecast {
  crps(value: number): number;
  /** At {@link LEVELS}. */
  quantiles: number[];
}

type Forecaster = (history: Float64Array, horizon: number) => StepForecast[];

/** 0.05, 0.1, ... 0.95: the ends of the intervals of {@link COVERAGE_LEVELS} are among them. */
const LEVELS = Array.from({ length: 19 }, (_, index) => (index + 1) / 20);

/**
 * Forecasts again and again from where the last forecast ended, each time knowing the past and nothing else, beside the
 * baselines.
 *
 * @see https://otexts.com/fpp3/tscv.html
 */
export function backtest(values: Float64Array, drawPaths: DrawPaths, options: BacktestOptions): Backtest {
  const { horizon, start, season } = options;
  const scale = meanAbsolute(differences(values.subarray(0, start), season));
  const forecasters: [BacktestRow['name'], Forecaster][] = [['model', fromPaths(drawPaths)]];
  const standard = standardNormal();
  for (const [name, baseline] of Object.entries(baselinesOf(season))) {
    const forecaster: Forecaster = (history, horizon) => fromGaussians(baseline(history, horizon), standard);
    forecasters.push([name as BacktestRow['name'], forecaster]);
  }
  const numForecasts = Math.floor((values.length - start) / horizon);
  const starts = Array.from({ length: numForecasts }, (_, index) => start + index * horizon);
  const rows = forecasters.map(([name, forecaster]) => ({
    name,
    ...scoreAll(values, forecaster, starts, horizon, scale),
  }));
  return { horizon, season, numForecasts, rows };
}

function scoreAll(
  values: Float64Array,
  forecaster: Forecaster,
  starts: number[],
  horizon: number,
  scale: number,
): Omit<BacktestRow, 'name'> {
  const steps = starts.flatMap((start) => {
    const future = values.subarray(start, start + horizon);
    return forecaster(values.subarray(0, start), horizon).map((step, index) => scoreStep(step, future[index]!));
  });
  const mean = (of: (step: StepScores) => number) => steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
  return {
    crps: mean(({ crps }) => crps),
    pinball: mean(({ pinball }) => pinball),
    mase: mean(({ absoluteError }) => absoluteError) / scale,
    coverage: COVERAGE_LEVELS.map((_, index) => mean(({ isInside }) => Number(isInside[index]))),
  };
}

interface StepScores {
  crps: number;
  pinball: number;
  absoluteError: number;
  /** For each of {@link COVERAGE_LEVELS}. */
  isInside: boolean[];
}

function scoreStep({ crps, quantiles }: StepForecast, value: number): StepScores {
  const at = (level: number) => quantiles[Math.round(level * 20) - 1]!;
  const losses = LEVELS.map((level) => pinballLoss(at(level), level, value));
  return {
    crps: crps(value),
    pinball: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    absoluteError: Math.abs(value - at(0.5)),
    isInside: COVERAGE_LEVELS.map((level) => at(0.5 - level / 2) <= value && value <= at(0.5 + level / 2)),
  };
}

const fromPaths =
  (drawPaths: DrawPaths): Forecaster =>
  (history, horizon) =>
    sortedSteps(drawPaths(history, horizon), horizon).map((draws) => ({
      crps: (value) => sampleCrps(draws, value),
      quantiles: LEVELS.map((level) => sortedQuantile(draws, level)),
    }));

/** Mean 0 and deviation 1. */
function standardNormal(): StepForecast {
  const raw = [[[0, Math.log(Math.expm1(1)), 0]]]; // mean, softplus of the variance, logit of the weight
  const mixture = () => new Mixture(tensor(raw, { dtype: 'float64' }), { varianceFloor: 0 });
  const quantiles = scope(() => [...(mixture().quantile(LEVELS).squeeze(0).toArray() as Float64Array)]);
  const crps = (value: number) => scope(() => mixtureCrps(mixture(), tensor([[value]], { dtype: 'float64' })).item());
  return { crps, quantiles };
}

function fromGaussians({ means, deviations }: GaussianForecast, standard: StepForecast): StepForecast[] {
  return Array.from(means, (mean, step) => {
    const deviation = deviations[step]!;
    return {
      crps: (value) => (deviation > 0 ? deviation * standard.crps((value - mean) / deviation) : Math.abs(value - mean)),
      quantiles: standard.quantiles.map((quantile) => mean + deviation * quantile),
    };
  });
}

function meanAbsolute(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
}
