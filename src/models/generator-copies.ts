import type { DType } from '../native/handle';
import type { Module } from '../nn/module';
import { versionOf, type Weights, weightsOf } from '../nn/weights';
import { askWorkers } from '../pool/inference';
import type { Model } from '../pool/worker-pool';
import type { Device } from '../tensor/device';

/** A generator of which worker threads have copies. */
export interface Original extends Module {
  readonly noiseDim: number;
  readonly hiddenDim: number;
  readonly dataDim: number;
}

/** What a copy of a generator is made from. */
export interface GeneratorState {
  options: { noiseDim: number; hiddenDim: number; dataDim: number };
  device: Device;
  dtype: DType;
  weights: Weights;
}

/** What is asked of a generator in another thread. */
export type GeneratorQuestion =
  | { ask: 'samples'; count: number; seed: number }
  | { ask: 'images'; count: number; seed: number; height: number; width: number };

/** The copies of a generator in worker threads, which draw samples. */
export class GeneratorCopies {
  readonly #original: Model;

  constructor(original: Original) {
    this.#original = { kind: 'generator', version: () => versionOf(original), state: () => stateOf(original) };
  }

  ask(question: GeneratorQuestion, signal?: AbortSignal): Promise<unknown> {
    return askWorkers(this.#original, question, signal);
  }
}

function stateOf(original: Original): GeneratorState {
  const { noiseDim, hiddenDim, dataDim } = original;
  const { device, dtype } = original.parameters()[0]!;
  return { options: { noiseDim, hiddenDim, dataDim }, device, dtype, weights: weightsOf(original) };
}
