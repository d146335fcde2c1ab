import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import { scope } from '../tensor/scope';

type Models = Record<string, Module>;

/** Throws ERR_NOT_FINITE with the step, the first layer that is broken, and what to do, unless all losses are numbers. */
export function checkFinite(losses: Record<string, number>, step: number, models: Models): void {
  const bad = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss));
  if (bad) throw notFinite(`${bad[0]} is ${bad[1]}`, step, brokenLayer(models));
}

/** ERR_NOT_FINITE if a step failed on a layer that is broken, as BCE does, which takes no NaN; else the error itself. */
export function explainFailure(error: unknown, step: number, models: Models): unknown {
  const isExplained = !(error instanceof LibtorchGenerativeError) || error.code === 'ERR_NOT_FINITE';
  const layer = isExplained ? undefined : brokenLayer(models);
  return layer === undefined ? error : notFinite('The loss is NaN', step, layer);
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
