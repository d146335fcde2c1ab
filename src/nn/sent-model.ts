import { native } from '../native/addon';
import type { DType } from '../native/handle';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import type { Module } from './module';
import type { ModuleTarget } from './module-target';

/** A model's weights as data, since tensors belong to their thread. */
export interface SentModel {
  device: Device;
  dtype: DType;
  weights: Record<string, { dtype: DType; shape: number[]; bytes: Uint8Array<ArrayBuffer> }>;
}

/** Copies a model's weights into data that can go to another thread. */
export function sendModel(model: Module): SentModel {
  const { device, dtype } = model.parameters()[0]!;
  const weights = scope(() =>
    Object.entries(model.stateDict()).map(([name, { dtype, shape, handle }]) => {
      return [name, { dtype, shape, bytes: native().toBytes(handle) }] as const;
    }),
  );
  return { device, dtype, weights: Object.fromEntries(weights) };
}

/** Loads the weights that another thread has sent, and moves the model to the device that they were on. */
export function receiveModel<Model extends Module>(model: Model, { device, dtype, weights }: SentModel): Model {
  model.to({ dtype } as ModuleTarget);
  scope(() => {
    const state = Object.entries(weights).map(([name, { bytes, dtype, shape }]) => {
      return [name, new Tensor(native().fromBytes(bytes, dtype, shape))] as const;
    });
    model.loadStateDict(Object.fromEntries(state));
  });
  return model.to(device);
}

/** The memory of weights, which another thread can take over without a copy. */
export function memoryOf(...models: SentModel[]): ArrayBuffer[] {
  return models.flatMap(({ weights }) => Object.values(weights).map(({ bytes }) => bytes.buffer));
}

/** Returns a text that is another one once a model's weights were changed. @throws ERR_DISPOSED */
export function versionOf(model: Module): string {
  return native().versionOf([...model.parameters(), ...model.buffers()].map(({ handle }) => handle));
}
