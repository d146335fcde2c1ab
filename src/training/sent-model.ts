import type { TypedArray } from '../native/handle';
import type { Module } from '../nn/module';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';

/** A model's weights as data, since tensors belong to their thread. */
export interface SentModel {
  device: Device;
  weights: Record<string, { values: TypedArray; shape: number[] }>;
}

/** Copies a model's weights into data that can go to another thread. */
export function sendModel(model: Module): SentModel {
  const { device } = model.parameters()[0]!;
  const weights = scope(() =>
    Object.entries(model.stateDict()).map(([name, weight]) => {
      return [name, { values: weight.toArray(), shape: weight.shape }] as const;
    }),
  );
  return { device, weights: Object.fromEntries(weights) };
}

/** Loads the weights that another thread has sent, and moves the model to the device that they were on. */
export function receiveModel<Model extends Module>(model: Model, { device, weights }: SentModel): Model {
  scope(() => {
    const state = Object.entries(weights).map(([name, { values, shape }]) => [name, tensor(values, { shape })]);
    model.loadStateDict(Object.fromEntries(state));
  });
  return model.to(device);
}

/** The memory of weights, which another thread can take over without a copy. */
export function memoryOf(...models: SentModel[]): ArrayBuffer[] {
  return models.flatMap(({ weights }) => Object.values(weights).map(({ values }) => values.buffer as ArrayBuffer));
}
