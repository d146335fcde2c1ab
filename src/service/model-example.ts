import { LibtorchGenerativeError } from '../errors';
import type { LoadedRun } from '../training/load-run';
import { readRunSeries } from '../training/series-windows';
import type { ForecastRequestSeries } from './forecast-request';
import { ServiceError } from './problem';
import type { ServedModel } from './served-models';

/** The end of a series that a model was trained on: answer to `GET /models/NAME/example`. */
export type ModelExample = ForecastRequestSeries;

const MAX_VALUES = 500;
const examples = new WeakMap<LoadedRun, ModelExample>();

/** Returns an example for a forecaster, read once. @throws ServiceError, status 404, if its data cannot be read here */
export function exampleOf({ loaded }: ServedModel): ModelExample {
  const example = examples.get(loaded) ?? readExample(loaded);
  examples.set(loaded, example);
  return example;
}

function readExample(loaded: LoadedRun): ModelExample {
  if (loaded.kind !== 'mdn-rnn') throw new ServiceError(404, 'Only models of kind MDN-RNN have an example');
  try {
    const [series] = readRunSeries(loaded.settings, { onWarning: () => {} });
    const { name, values, covariates = [], staticCovariates = [], time } = series!;
    const start = Math.max(values.length - MAX_VALUES, 0);
    return {
      ...(name && { name }),
      values: Array.from(values.subarray(start), (value) => (Number.isNaN(value) ? null : value)),
      ...(time && { time: time.labels.slice(start) }),
      ...(covariates.length > 0 && { covariates: covariates.map((each) => Array.from(each).slice(start)) }),
      ...(staticCovariates.length > 0 && { staticCovariates: [...staticCovariates] }),
    };
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw new ServiceError(404, "The model's training data cannot be read here");
  }
}
