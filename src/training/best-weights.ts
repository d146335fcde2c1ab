import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { numbersFromState, numbersToState } from '../nn/state-numbers';
import { keep, scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Keeps the weights of the epoch with the lowest score, such as a validation loss. */
export class BestWeights {
  #best = Infinity;
  #bestEpoch = -1;
  #last = Infinity;
  #epoch = -1;
  #weights: StateDict;

  constructor(readonly model: Module) {
    this.#weights = copyOf(() => model.stateDict());
  }

  /** The lowest score. */
  get best(): number {
    return this.#best;
  }

  /** Counted from 0; -1 if no epoch was better than the initial weights. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  /** The score of the last epoch. */
  get last(): number {
    return this.#last;
  }

  /** Number of epochs without improvement. */
  get epochsSince(): number {
    return this.#epoch - this.#bestEpoch;
  }

  /** The weights of the best epoch. */
  get weights(): StateDict {
    return this.#weights;
  }

  /** Call before the first epoch, if the initial weights may be the best. */
  begin(score: number): void {
    this.#best = score;
  }

  /** Call after an epoch with its score. */
  update(epoch: number, score: number): void {
    this.#epoch = epoch;
    this.#last = score;
    if (!(score < this.#best)) return;
    this.#best = score;
    this.#bestEpoch = epoch;
    this.#replaceWeights(() => this.model.stateDict());
  }

  stateDict(): StateDict {
    const state = numbersToState([this.#best, this.#bestEpoch, this.#last, this.#epoch]);
    const weights = Object.entries(this.#weights).map(([name, weight]): [string, Tensor] => [`best.${name}`, weight]);
    return { state, ...Object.fromEntries(weights) };
  }

  /** @throws ERR_CHECKPOINT if the state does not match */
  loadStateDict(state: StateDict): void {
    const [best, bestEpoch, last, epoch] = numbersFromState(state, 'state', 4);
    const names = Object.keys(this.#weights);
    const missing = names.find((name) => !state[`best.${name}`]);
    if (missing) throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Expected best.${missing} in the state`);
    this.#best = best!;
    this.#bestEpoch = bestEpoch!;
    this.#last = last!;
    this.#epoch = epoch!;
    this.#replaceWeights(() => Object.fromEntries(names.map((name) => [name, state[`best.${name}`]!])));
  }

  dispose(): void {
    for (const weight of Object.values(this.#weights)) weight.dispose();
  }

  #replaceWeights(weights: () => StateDict): void {
    this.dispose();
    this.#weights = copyOf(weights);
  }
}

/** Copies weights so that they outlive any scope. */
function copyOf(weights: () => StateDict): StateDict {
  return scope(() => {
    const copies = Object.entries(weights()).map(([name, weight]): [string, Tensor] => [name, keep(weight.clone())]);
    return Object.fromEntries(copies);
  });
}
