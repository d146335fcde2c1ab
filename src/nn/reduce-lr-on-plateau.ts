import type { Adam } from './adam';
import { checkNumber, checkSize } from './check';
import type { StateDict } from './module';
import { numbersFromState, numbersToState } from './state-numbers';

export interface ReduceLrOnPlateauOptions {
  /** What the learning rate is multiplied by; default 0.1. */
  factor?: number;
  /** Epochs without a better loss that are waited for; default 10. */
  patience?: number;
}

/** A loss is better if it is below the best by this part of it. */
const THRESHOLD = 1e-4;
/** A learning rate that is next to nothing stays. */
const LEAST_DECREASE = 1e-8;

/**
 * Lowers the learning rate when the loss gets no better.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 */
export class ReduceLrOnPlateau {
  readonly #optimizer: Adam;
  readonly #factor: number;
  readonly #patience: number;
  #best = Infinity;
  #numBadEpochs = 0;

  constructor(optimizer: Adam, { factor = 0.1, patience = 10 }: ReduceLrOnPlateauOptions = {}) {
    checkNumber('factor', factor, { above: 0, below: 1 });
    checkSize('patience', patience);
    this.#optimizer = optimizer;
    this.#factor = factor;
    this.#patience = patience;
  }

  /** After each epoch, with its loss. */
  step(loss: number): void {
    const isBetter = loss < this.#best * (1 - THRESHOLD);
    if (isBetter) this.#best = loss;
    this.#numBadEpochs = isBetter ? 0 : this.#numBadEpochs + 1;
    if (this.#numBadEpochs <= this.#patience) return;
    const { lr } = this.#optimizer;
    if (lr - lr * this.#factor > LEAST_DECREASE) this.#optimizer.lr = lr * this.#factor;
    this.#numBadEpochs = 0;
  }

  /** The best loss, the epochs since, the learning rate. */
  stateDict(): StateDict {
    return { state: numbersToState([this.#best, this.#numBadEpochs, this.#optimizer.lr]) };
  }

  /** @throws ERR_CHECKPOINT if it is another object's state */
  loadStateDict(state: StateDict): void {
    const [best, numBadEpochs, lr] = numbersFromState(state, 'state', 3);
    this.#best = best!;
    this.#numBadEpochs = numBadEpochs!;
    this.#optimizer.lr = lr!;
  }
}
