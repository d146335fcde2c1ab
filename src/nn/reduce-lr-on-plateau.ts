import { checkInstance, checkInteger, readOptions, within } from '../check';
import { invalidArgument } from '../errors';
import { Adam } from './adam';
import type { StateDict } from './state-dict';
import { numbersFromState, numbersToState } from './state-numbers';

/** When {@link ReduceLROnPlateau} acts, and how much. */
export interface ReduceLROnPlateauOptions {
  /** What the learning rate is multiplied by, above 0 and below 1; default 0.1. */
  factor?: number | undefined;
  /** Epochs without a better loss that are waited for; default 10. */
  patience?: number | undefined;
}

/** A loss is better if it is below the best by this part of it. */
const THRESHOLD = 1e-4;
/** A learning rate that is next to nothing stays. */
const LEAST_DECREASE = 1e-8;

/**
 * Lowers an optimizer's learning rate when the loss gets no better for some epochs. A loss is better if it is below the
 * best by a ten-thousandth of it.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html
 * @example
 * ```ts
 * import { Adam, Linear, ReduceLROnPlateau } from 'libtorch-generative';
 *
 * const optimizer = new Adam(new Linear(1, 1).parameters(), { lr: 0.25 });
 * const scheduler = new ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 1 });
 * for (const loss of [3, 2, 2, 2]) scheduler.step(loss);
 * console.log(optimizer.lr); // 0.125
 * ```
 */
export class ReduceLROnPlateau {
  readonly #optimizer: Adam;
  readonly #factor: number;
  readonly #patience: number;
  #best = Infinity;
  #numBadEpochs = 0;

  /**
   * A scheduler that has seen no loss yet.
   *
   * @param optimizer whose `lr` is lowered
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(optimizer: Adam, options: ReduceLROnPlateauOptions = {}) {
    checkInstance('optimizer', optimizer, Adam);
    const { factor = 0.1, patience = 10 } = readOptions(options, {
      factor: within({ above: 0, below: 1 }),
      patience: (name, value) => checkInteger(name, value, { min: 0 }),
    });
    this.#optimizer = optimizer;
    this.#factor = factor;
    this.#patience = patience;
  }

  /**
   * Looks at an epoch's loss: to be called after each epoch, with the validation loss for example. NaN is never better.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  step(loss: number): void {
    if (typeof loss !== 'number') throw invalidArgument('loss', 'a number', loss);
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

  /** Continues from {@link ReduceLROnPlateau.stateDict}. @throws ERR_CHECKPOINT if it is another object's state */
  loadStateDict(state: StateDict): void {
    const [best, numBadEpochs, lr] = numbersFromState(state, 'state', 3);
    this.#optimizer.lr = lr!;
    this.#best = best!;
    this.#numBadEpochs = numBadEpochs!;
  }
}
