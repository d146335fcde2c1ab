import type { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { partEnds } from '../data/split';
import { type LibtorchGenerativeError, worded } from '../errors';
import {
  evaluateForecasts,
  type ForecastEvaluation,
  type ForecastEvaluationOptions,
} from '../evaluation/evaluate-forecasts';
import type { MdnRnnSettings } from './mdn-rnn-settings';

/** Steps that a forecast goes ahead where nothing else is asked for and the series are long enough. */
const HORIZON = 24;

/**
 * Scores forecasts of the test part of each series, or if there is none of its validation part: by default as far ahead
 * as they were calibrated for, else 24 steps or what there is.
 *
 * @throws ERR_DATA_FORMAT if nothing was kept from training, or no horizon fits
 */
export function evaluateHeldOut(
  forecaster: Forecaster,
  series: Series[],
  settings: MdnRnnSettings,
  options: Partial<ForecastEvaluationOptions> = {},
): ForecastEvaluation {
  const { validation, test, calibrate } = settings;
  if (validation + test === 0) {
    throw worded('ERR_DATA_FORMAT', ({ option, choose }) => {
      const remedy = choose({
        program: 'or evaluate other series',
        commandLine: `or name a file of new values by ${option('data')}`,
      });
      return `Expected values that the model has not learned from, but it was trained with ${option('validation')} 0: train with ${option('validation')} 0.2, ${remedy}`;
    });
  }
  const starts = series.map((each) => {
    const ends = partEnds(each, settings);
    return test > 0 ? ends.validation : ends.training;
  });
  const longest = series.reduce((longest, { values }, index) => Math.max(longest, values.length - starts[index]!), 0);
  const { horizon = Math.max(Math.min(calibrate ?? HORIZON, longest), 1) } = options;
  return evaluateForecasts(forecaster, series, { ...options, horizon, starts });
}

/** As {@link evaluateHeldOut}, or undefined where there is too little to score, or a score is beyond the range of numbers. */
export function tryToEvaluate(...args: Parameters<typeof evaluateHeldOut>): ForecastEvaluation | undefined {
  try {
    return evaluateHeldOut(...args);
  } catch (error) {
    const { code } = error as LibtorchGenerativeError;
    if (code !== 'ERR_DATA_FORMAT' && code !== 'ERR_NOT_FINITE') throw error;
    return undefined;
  }
}
