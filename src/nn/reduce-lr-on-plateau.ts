import { checkInstance, checkInteger, readOptions, within } from '../check';
import { invalidArgument } from '../errors';
import { Adam } from './adam';
import type { StateDict } from './state-dict';
import { numbersFromState, numbersToState } from './state-numbers';

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** The factor that the learning rate is multiplied by, above 0 and below 1. Default 0.1. */
  factor?: number | undefined;
  /** Epochs without improvement to tolerate before lowering the learning rate. Default 10. */
  patience?: number | undefined;
}

/** A loss is an improvement if it is below the best by more than this fraction of it. */
const THRESHOLD = 1e-4;
/** Smaller decreases of the learning rate are skipped. */
const LEAST_DECREASE = 1e-8;

/**
 * Lowers an optimizer's learning rate when the loss stops improving. A loss is an improvement if it is below the best
 * by more than 0.01% of it.
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
   * Creates a scheduler.
   *
   * @param optimizer the optimizer whose `lr` to lower
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
   * Records an epoch's loss and lowers the learning rate if it is time to. Call it after each epoch, for example with
   * the validation loss. NaN never counts as an improvement.
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

  /** Returns the best loss, the number of epochs since, and the learning rate. */
  stateDict(): StateDict {
    return { state: numbersToState([this.#best, this.#numBadEpochs, this.#optimizer.lr]) };
  }

  /** Restores a state from {@link ReduceLROnPlateau.stateDict}. @throws ERR_CHECKPOINT if it is of something else */
  loadStateDict(state: StateDict): void {
    const [best, numBadEpochs, lr] = numbersFromState(state, 'state', 3);
    this.#optimizer.lr = lr!;
    this.#best = best!;
    this.#numBadEpochs = numBadEpochs!;
  }
}
