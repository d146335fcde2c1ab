import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import { scope } from '../tensor/scope';

type Models = Record<string, Module>;

/** Throws ERR_NOT_FINITE with the step, the first layer that is broken, and what to do, unless all losses are numbers. */
export function checkFinite(losses: Record<string, number>, step: number, models: Models): void {
  const bad = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss));
  if (bad) throw notFinite(`${bad[0]} is ${bad[1]}`, step, brokenLayer(models));
}

/** What stopped a step: BCE refuses probabilities that are NaN before there is a loss to look at. */
export function explainFailure(error: unknown, step: number, models: Models): unknown {
  const isRefused = error instanceof LibtorchGenerativeError && error.message.endsWith('should be between 0 and 1');
  return isRefused ? notFinite('The loss is NaN', step, brokenLayer(models)) : error;
}

function notFinite(problem: string, step: number, layer: string | undefined): LibtorchGenerativeError {
  const where = layer === undefined ? '' : `, and ${layer} holds numbers that are not finite`;
  return new LibtorchGenerativeError(
    'ERR_NOT_FINITE',
    `${problem} at step ${step}${where}: lower the learning rate (lr), or look for extreme values in the data`,
  );
}

/** The first parameter that holds a number that is not finite. */
function brokenLayer(models: Models): string | undefined {
  const parameters = Object.entries(models).flatMap(([name, model]) => model.namedParameters(`${name}.`));
  const isBroken = ([, parameter]: (typeof parameters)[number]) =>
    scope(() => parameter.isfinite().to({ dtype: 'float32' }).min().item() === 0);
  return parameters.find(isBroken)?.[0];
}
