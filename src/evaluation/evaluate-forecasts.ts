import { forecastSeries, type SeriesModel } from '../data/forecast-series';
import { slidingWindows } from '../data/time-series';
import { LibtorchGenerativeError } from '../errors';
import type { ForecastOptions } from '../models/forecast';
import { scope } from '../tensor/scope';
import { type Backtest, type BacktestRow, backtest } from './backtest';
import { type OneStepScores, scoreOneStep } from './one-step';
import { guessSeason } from './season';

export interface ForecastEvaluationOptions extends ForecastOptions {
  /** The first value that the model has not learned from; `window` values or more come before it. */
  start: number;
  /** Steps after which the series repeats itself; default guessed from the values before `start`, up to `window`. */
  season?: number;
}

export interface ForecastEvaluation {
  oneStep: OneStepScores;
  backtest: Backtest;
  /** The baselines whose CRPS is below the model's. */
  lostTo: BacktestRow['name'][];
}

/**
 * Scores a model's forecasts of the values from `start` on: of each from all before it, and of whole horizons beside
 * naive forecasts.
 *
 * @param values the whole series, in the data's units
 * @throws ERR_DATA_FORMAT if no horizon fits
 */
export function evaluateForecasts(
  series: SeriesModel,
  values: Float64Array,
  options: ForecastEvaluationOptions,
): ForecastEvaluation {
  const { model, scaler, window } = series;
  const { start, horizon = 24, season = guessSeason(values.subarray(0, start), window) } = options;
  if (values.length - start < horizon) {
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
      `Expected at least ${horizon} values that the model has not learned from, the horizon, but found ${values.length - start}`,
    );
  }
  const oneStep = scope(() => {
    const windows = slidingWindows(scaler.scale(values.subarray(start - window)), window);
    return scoreOneStep(model, windows, scaler.deviation);
  });
  const drawPaths = (history: Float64Array) => forecastSeries(series, history, { ...options, horizon });
  const result = backtest(values, drawPaths, { horizon, start, season });
  const [own, ...baselines] = result.rows;
  const lostTo = baselines.filter(({ crps }) => crps < own!.crps).map(({ name }) => name);
  return { oneStep, backtest: result, lostTo };
}
