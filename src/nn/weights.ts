import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import type { Module } from './module';

/** The parameters and buffers of a module by name, on their way to another thread. */
export type Weights = Record<string, { dtype: DType; shape: number[]; bytes: Uint8Array }>;

/** Copies the parameters and buffers of a module. */
export function weightsOf(module: Module): Weights {
  return scope(() => {
    const named = Object.entries(module.stateDict()).map(([name, tensor]) => {
      const { dtype, shape, handle } = tensor.to({ device: 'cpu' }).contiguous();
      return [name, { dtype, shape, bytes: native().toBytes(handle) }];
    });
    return Object.fromEntries(named);
  });
}

/** Loads weights into a module that has others. */
export function loadWeights(module: Module, weights: Weights): void {
  scope(() => {
    const tensors = Object.entries(weights).map(([name, { bytes, dtype, shape }]) => {
      return [name, new Tensor(native().fromBytes(bytes, dtype, shape))];
    });
    module.loadStateDict(Object.fromEntries(tensors));
  });
}

/** Returns a text that is another one once a module's parameters or buffers were changed. @throws ERR_DISPOSED */
export function versionOf(module: Module): string {
  return native().versionOf([...module.parameters(), ...module.buffers()].map(({ handle }) => handle));
}
