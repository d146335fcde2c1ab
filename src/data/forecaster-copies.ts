import { LibtorchGenerativeError } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import type { DType } from '../native/handle';
import { loadWeights, versionOf, type Weights, weightsOf } from '../nn/weights';
import { askWorkers } from '../pool/inference';
import type { Model } from '../pool/worker-pool';
import type { Device } from '../tensor/device';
import { withSeed } from '../tensor/random';
import type { PathDrawer } from './draw-paths';
import { type AnyEncodingState, type Encoding, stateOf } from './encoding';
import type { Answers, Question } from './questions';
import { type SeriesInTransit, toTransit } from './series-transit';

/** What a copy of a {@link Forecaster} is made from. */
export interface ForecasterState {
  model: MdnRnnState;
  encodings: AnyEncodingState[];
  spread: readonly number[];
  ownSpread: Record<string, number>;
}

/** What a copy of an {@link MdnRnn} is made from. */
export interface MdnRnnState {
  options: { inputDim: number; hiddenDim: number; numMixtures: number; exact: boolean };
  device: Device;
  dtype: DType;
  weights: Weights;
}

/** A {@link Question} on its way to another thread. */
export interface QuestionInTransit extends Omit<Question, 'series'> {
  series: SeriesInTransit;
}

/** A forecaster of which worker threads have copies. */
export interface Original extends PathDrawer {
  readonly encodings: readonly Encoding[];
}

/** The copies of a forecaster in worker threads, which answer questions. */
export class ForecasterCopies {
  readonly #original: Model;
  readonly #usesTimes: boolean;
  readonly #asked = new Set<Promise<unknown>>();

  constructor(original: Original) {
    this.#original = {
      kind: 'forecaster',
      version: () => versionOf(original.model),
      state: () => stateOfAll(original),
    };
    this.#usesTimes = original.encodings.some(({ state }) => state.calendar.length > 0);
  }

  /** @throws as {@link Forecaster.forecast} */
  async ask({ series, ...question }: Question, signal?: AbortSignal): Promise<Answers[keyof Answers]> {
    const transit = { ...question, series: toTransit(series, this.#usesTimes) };
    const answer = askWorkers(this.#original, transit, signal);
    this.#asked.add(answer);
    try {
      return (await answer) as Answers[keyof Answers];
    } finally {
      this.#asked.delete(answer);
    }
  }

  /** Waits for all questions that have not been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#asked);
  }
}

function stateOfAll({ model, encodings, spread, ownSpread }: Original): ForecasterState {
  return {
    model: stateOfModel(model),
    encodings: encodings.map(stateOf),
    spread,
    ownSpread: Object.fromEntries(ownSpread),
  };
}

/** @throws ERR_INVALID_ARGUMENT for a class of the caller's own, which other threads don't have */
function stateOfModel(model: MdnRnn): MdnRnnState {
  if (model.constructor !== MdnRnn) {
    throw new LibtorchGenerativeError(
      'ERR_INVALID_ARGUMENT',
      `Expected an MdnRnn but the model is of the class ${model.constructor.name}, which worker threads don't have: use forecastSync(), pathsSync() or nextSync()`,
    );
  }
  const { inputDim, hiddenDim, numMixtures, exact } = model;
  const { device, dtype } = model.parameters()[0]!;
  return { options: { inputDim, hiddenDim, numMixtures, exact }, device, dtype, weights: weightsOf(model) };
}

/** Returns the model of a state. */
export function modelFrom({ options, device, dtype, weights }: MdnRnnState): MdnRnn {
  const model = withSeed(0, () => new MdnRnn(options)).to({ device, dtype: dtype as 'float32' });
  loadWeights(model, weights);
  return model.eval();
}
