import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import { scope } from '../tensor/scope';

/** Throws ERR_NOT_FINITE with the step, the first layer that is broken, and what to do, unless all losses are numbers. */
export function checkFinite(losses: Record<string, number>, step: number, models: Record<string, Module>): void {
  const bad = Object.entries(losses).find(([, loss]) => !Number.isFinite(loss));
  if (!bad) return;
  const layer = Object.entries(models)
    .flatMap(([model, module]) => module.namedParameters(`${model}.`))
    .find(([, parameter]) => scope(() => parameter.isfinite().to({ dtype: 'float32' }).min().item() === 0));
  const where = layer ? `, and ${layer[0]} holds numbers that are not finite` : '';
  throw new LibtorchGenerativeError(
    'ERR_NOT_FINITE',
    `${bad[0]} is ${bad[1]} at step ${step}${where}: lower the learning rate (lr), or look for extreme values in the data`,
  );
}
