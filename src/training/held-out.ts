import type { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { partEnds } from '../data/split';
import { type LibtorchGenerativeError, worded } from '../errors';
import { type EvaluationOptions, evaluation, type ForecastEvaluation } from '../evaluation/evaluate-forecasts';
import type { WorkProgress } from '../work';
import type { MdnRnnSettings } from './mdn-rnn-settings';

/** Default forecast horizon, if the series are long enough. */
const HORIZON = 24;

/**
 * Scores forecasts of the test part of each series, or of its validation part if there is no test part. The default
 * horizon is that of the training, else 24 steps, or fewer if the series are too short.
 *
 * @returns yields as {@link evaluation}
 * @throws ERR_DATA_FORMAT if there is no held-out data, or no horizon fits
 */
export function* evaluateHeldOut(
  forecaster: Forecaster,
  series: Series[],
  settings: MdnRnnSettings,
  options: Partial<EvaluationOptions> = {},
): Generator<WorkProgress, ForecastEvaluation> {
  const { validation, test, calibrate } = settings;
  if (validation + test === 0) {
    throw worded('ERR_DATA_FORMAT', ({ option, choose }) => {
      const remedy = choose({
        program: 'or evaluate other series',
        commandLine: `or pass a file of new values with ${option('data')}`,
      });
      return `Expected held-out data, but the model was trained with ${option('validation')} 0: train with ${option('validation')} 0.2, ${remedy}`;
    });
  }
  const starts = series.map((each) => {
    const ends = partEnds(each, settings);
    return test > 0 ? ends.validation : ends.training;
  });
  const longest = series.reduce((longest, { values }, index) => Math.max(longest, values.length - starts[index]!), 0);
  const { horizon = Math.max(Math.min(settings.horizon ?? calibrate ?? HORIZON, longest), 1) } = options;
  return yield* evaluation(forecaster, series, { ...options, horizon, starts });
}

/** {@link evaluateHeldOut}, or undefined if there is too little data to score or a score overflows. */
export function* tryToEvaluate(
  ...args: Parameters<typeof evaluateHeldOut>
): Generator<WorkProgress, ForecastEvaluation | undefined> {
  try {
    return yield* evaluateHeldOut(...args);
  } catch (error) {
    const { code } = error as LibtorchGenerativeError;
    if (code !== 'ERR_DATA_FORMAT' && code !== 'ERR_NOT_FINITE') throw error;
    return undefined;
  }
}
