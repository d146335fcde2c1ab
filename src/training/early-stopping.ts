import { LibtorchGenerativeError } from '../errors';
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { numbersFromState, numbersToState } from '../nn/state-numbers';
import { keep, scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Keeps the weights of the epoch with the lowest validation loss, and stops the training if it does not improve. */
export class EarlyStopping {
  #best = Infinity;
  #bestEpoch = -1;
  #epoch = -1;
  #weights: StateDict;

  /** @param patience number of epochs without improvement after which to stop */
  constructor(
    readonly model: Module,
    readonly patience: number,
  ) {
    this.#weights = copyOf(() => model.stateDict());
  }

  /** Counted from 0; -1 if no epoch was better than the initial weights. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  get isFinished(): boolean {
    return this.#epoch - this.#bestEpoch >= this.patience;
  }

  /** The weights of the best epoch. */
  get weights(): StateDict {
    return this.#weights;
  }

  /** Call before the first epoch, with the validation loss, if the initial weights may be the best. */
  begin(loss: number): void {
    this.#best = loss;
  }

  /** Call after each epoch with its validation loss. */
  update(epoch: number, loss: number): void {
    this.#epoch = epoch;
    if (!(loss < this.#best)) return;
    this.#best = loss;
    this.#bestEpoch = epoch;
    this.#replaceWeights(() => this.model.stateDict());
  }

  stateDict(): StateDict {
    const state = numbersToState([this.#best, this.#bestEpoch, this.#epoch]);
    const weights = Object.entries(this.#weights).map(([name, weight]): [string, Tensor] => [`best.${name}`, weight]);
    return { state, ...Object.fromEntries(weights) };
  }

  /** @throws ERR_CHECKPOINT if the state does not match */
  loadStateDict(state: StateDict): void {
    const [best, bestEpoch, epoch] = numbersFromState(state, 'state', 3);
    const names = Object.keys(this.#weights);
    const missing = names.find((name) => !state[`best.${name}`]);
    if (missing) throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Expected best.${missing} in the state`);
    this.#best = best!;
    this.#bestEpoch = bestEpoch!;
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
