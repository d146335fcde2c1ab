import { namedCovariates } from '../data/named-series';
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
    const { settings, source } = loaded;
    const [series] = readRunSeries(settings, { onWarning: () => {} });
    const { name, values, time } = series!;
    const start = Math.max(values.length - MAX_VALUES, 0);
    const { covariates, pastCovariates, staticCovariates } = namedCovariates(series!, source);
    return {
      ...(name && { name }),
      values: Array.from(values.subarray(start), (value) => (Number.isNaN(value) ? null : value)),
      ...(time && { time: time.labels.slice(start) }),
      ...nonEmpty({
        covariates: from(start, covariates),
        pastCovariates: from(start, pastCovariates),
        staticCovariates,
      }),
    };
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw new ServiceError(404, "The model's training data cannot be read here");
  }
}

/** Returns lists from a step on. */
function from<T>(start: number, lists: Record<string, T[]>): Record<string, T[]> {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.slice(start)]));
}

/** Leaves out objects without properties. */
function nonEmpty<T extends object>(objects: T): Partial<T> {
  return Object.fromEntries(Object.entries(objects).filter(([, each]) => Object.keys(each).length > 0)) as Partial<T>;
}
