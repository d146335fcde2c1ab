import type { Module } from '../nn/module';
import { type SentModel, sendModel, versionOf } from '../nn/sent-model';
import { askWorkers, forgetModel } from '../pool/inference';
import type { Model } from '../pool/worker-pool';

/** What a net without classes is made from, apart from its weights. */
export type NetRecipe =
  | { net: 'mlp'; options: { noiseDim: number; hiddenDim: number; dataDim: number } }
  | { net: 'dcgan' | 'resnet'; options: { noiseDim: number; resolution: number; channels: number; filters: number } };

/** What a generator is made from, apart from its weights. */
export type GeneratorRecipe = NetRecipe & Partial<ClassSizes>;

/** The classes of a conditional generator. */
export interface ClassSizes {
  numClasses: number;
  /** Length of the vector that stands for a class. */
  embeddingDim: number;
}

/** A generator of which worker threads have copies. */
export interface Original extends Module {
  readonly recipe: GeneratorRecipe | undefined;
}

/** What a copy of a generator is made from. */
export interface GeneratorState {
  recipe: GeneratorRecipe;
  model: SentModel;
}

/** What is asked of a generator in another thread. */
export type GeneratorQuestion =
  | { ask: 'samples'; count: number; seed: number; truncation: number; class?: number }
  | { ask: 'interpolation'; seeds: number[]; steps: number; truncation: number; class?: number }
  | { ask: 'images' | 'grid'; count: number; seed: number; truncation: number; height: number; width: number };

/** The copies of a generator in worker threads, which draw samples. */
export class GeneratorCopies {
  readonly #original: Model;

  constructor(original: Original) {
    this.#original = { kind: 'generator', version: () => versionOf(original), state: () => stateOf(original) };
  }

  ask(question: GeneratorQuestion, signal?: AbortSignal): Promise<unknown> {
    return askWorkers(this.#original, question, signal);
  }

  /** Drops the copies, when their questions are answered. */
  drop(): void {
    forgetModel(this.#original);
  }
}

function stateOf(original: Original): GeneratorState {
  return { recipe: original.recipe!, model: sendModel(original) };
}
