import { LibtorchGenerativeError, worded } from '../errors';
import type { Module } from '../nn/module';
import { scope } from '../tensor/scope';

type Models = Record<string, Module>;

/** Throws ERR_NOT_FINITE, with the step, the layer and a remedy, unless all losses are finite. */
export function checkFinite(losses: object, step: number, models: Models): void {
  const isBad = (loss: unknown) => typeof loss === 'number' && !Number.isFinite(loss);
  const bad = Object.entries(losses).find(([, loss]) => isBad(loss));
  if (bad) throw notFinite(`${bad[0]} is ${bad[1]}`, step, models);
}

/** Throws ERR_NOT_FINITE unless all weights are finite; losses only reflect the weights before the last update. */
export function checkWeights(step: number, models: Models): void {
  if (!Number.isFinite(largestWeight(models)?.size ?? 0)) throw notFinite('A weight is not finite', step, models);
}

/** Throws ERR_CHECKPOINT unless all weights loaded from a file are finite. */
export function checkLoaded(model: Module): void {
  for (const [name, parameter] of model.namedParameters()) {
    const numBad = scope(() => parameter.detach().isfinite().eq(0).sum().item());
    if (numBad === 0) continue;
    const values = numBad === 1 ? '1 value that is' : `${numBad} values that are`;
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${name} has ${values} NaN or infinite`);
  }
}

/** Explains why a step failed: BCE rejects NaN probabilities before there is a loss to check. */
export function explainFailure(error: unknown, step: number, models: Models): unknown {
  const isRefused = error instanceof LibtorchGenerativeError && error.message.endsWith('should be between 0 and 1');
  return isRefused ? notFinite('The loss is NaN', step, models) : error;
}

function notFinite(problem: string, step: number, models: Models): LibtorchGenerativeError {
  const largest = largestWeight(models);
  const size = largest && (Number.isFinite(largest.size) ? largest.size.toPrecision(3) : 'not finite');
  const where = largest ? `; the largest weight, in ${largest.layer}, is ${size}` : '';
  return worded(
    'ERR_NOT_FINITE',
    ({ option }) =>
      `${problem} at step ${step}${where}: lower the learning rate (${option('lr')}), clip the gradients (${option('clipNorm')}), or look for extreme values in the data`,
  );
}

/** Finds the parameter with the largest absolute weight, or the first one with a weight that is not finite. */
function largestWeight(models: Models): { layer: string; size: number } | undefined {
  let largest: { layer: string; size: number } | undefined;
  for (const [name, model] of Object.entries(models)) {
    for (const [layer, parameter] of model.namedParameters(`${name}.`)) {
      const size = scope(() => parameter.detach().abs().max().item());
      if (!Number.isFinite(size)) return { layer, size };
      if (!largest || size > largest.size) largest = { layer, size };
    }
  }
  return largest;
}
