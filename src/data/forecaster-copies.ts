import { LibtorchGenerativeError } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { receiveModel, type SentModel, sendModel, versionOf } from '../nn/sent-model';
import { askWorkers, forgetModel } from '../pool/inference';
import type { Model } from '../pool/worker-pool';
import { withSeed } from '../tensor/random';
import type { PathDrawer } from './draw-paths';
import { type AnyEncodingState, type Encoding, stateOf } from './encoding';
import type { Answers, Question } from './questions';
import { type SentSeries, sendSeries } from './sent-series';

/** What a copy of a {@link Forecaster} is made from. */
export interface ForecasterState {
  options: { inputDim: number; hiddenDim: number; numMixtures: number; exact: boolean };
  model: SentModel;
  encodings: AnyEncodingState[];
  spread: readonly number[];
  ownSpread: Record<string, number>;
}

/** A {@link Question} on its way to another thread. */
export interface SentQuestion extends Omit<Question, 'series'> {
  series: SentSeries;
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
    const known = this.#usesTimes ? series : { ...series, time: undefined };
    const answer = askWorkers(this.#original, { ...question, series: sendSeries(known) }, signal);
    this.#asked.add(answer);
    try {
      return (await answer) as Answers[keyof Answers];
    } finally {
      this.#asked.delete(answer);
    }
  }

  /** Drops the copies once all questions are answered. */
  async drop(): Promise<void> {
    await Promise.allSettled(this.#asked);
    forgetModel(this.#original);
  }
}

/** @throws ERR_INVALID_ARGUMENT for a class of the caller's own, which other threads don't have */
function stateOfAll({ model, encodings, spread, ownSpread }: Original): ForecasterState {
  if (model.constructor !== MdnRnn) {
    throw new LibtorchGenerativeError(
      'ERR_INVALID_ARGUMENT',
      `Expected an MdnRnn but the model is of the class ${model.constructor.name}, which worker threads don't have: use forecastSync(), pathsSync() or nextSync()`,
    );
  }
  const { inputDim, hiddenDim, numMixtures, exact } = model;
  return {
    options: { inputDim, hiddenDim, numMixtures, exact },
    model: sendModel(model),
    encodings: encodings.map(stateOf),
    spread,
    ownSpread: Object.fromEntries(ownSpread),
  };
}

/** Returns the model of a state. */
export function modelFrom({ options, model }: ForecasterState): MdnRnn {
  return receiveModel(
    withSeed(0, () => new MdnRnn(options)),
    model,
  ).eval();
}
