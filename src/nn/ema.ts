import { type Checks, checkInteger, checkNumber, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { checkModule, type Module } from './module';
import { readState, type StateDict } from './state-dict';

/** Options of {@link Ema}. */
export interface EmaOptions {
  /**
   * Limits the decay of the update after n others to n³ / (n³ + warmup³), so that the average forgets the initial weights
   * early; it is one half after `warmup` updates. Default 0: the decay is constant, as in PyTorch.
   */
  warmup?: number | undefined;
}

const OPTIONS: Checks<EmaOptions> = { warmup: (name, value) => checkInteger(name, value, { min: 0 }) };

/**
 * An exponential moving average of a model's parameters, kept in a second model of the same class. It matches
 * `torch.optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn(decay)`: the first update copies the parameters.
 * Without a warm-up, a fraction decay^n of the average is still those first parameters after n more updates.
 *
 * @typeParam Model the class of the averaged model
 * @see https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
 * @example
 * ```ts
 * import { Ema, Generator } from 'libtorch-generative';
 *
 * const generator = new Generator();
 * const ema = new Ema(new Generator(), 0.999);
 * ema.update(generator); // after each step of the optimizer
 * console.log(ema.average.parameters()[0]!.equal(generator.parameters()[0]!)); // true
 * ```
 */
export class Ema<Model extends Module> {
  /** The option {@link EmaOptions.warmup}. */
  readonly warmup: number;
  #numAveraged = 0;

  /**
   * Creates an average without any updates.
   *
   * @param average the model to keep the average in; its parameters are overwritten
   * @param decay the weight of the old average in an update, at least 0 and below 1; with `warmup` its limit
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** The model that holds the average. */
    readonly average: Model,
    /** The weight of the old average in an update, with `warmup` its limit. */
    readonly decay: number,
    options: EmaOptions = {},
  ) {
    checkModule('average', average);
    checkNumber('decay', decay, { min: 0, below: 1 });
    const { warmup = 0 } = readOptions(options, OPTIONS);
    this.warmup = warmup;
  }

  /**
   * Updates the average with the current parameters of `model`; buffers are copied.
   *
   * @throws ERR_INVALID_ARGUMENT if its parameters have different shapes; then nothing is changed
   */
  update(model: Model): void {
    checkModule('model', model);
    const parameters = pairs(this.average.parameters(), model.parameters());
    const buffers = pairs(this.average.buffers(), model.buffers());
    const n = this.#numAveraged;
    const decay = this.warmup === 0 ? this.decay : Math.min(this.decay, n ** 3 / (n ** 3 + this.warmup ** 3));
    noGrad(() => {
      for (const [average, current] of parameters) {
        if (n === 0) average.copy_(current);
        else average.lerp_(current, 1 - decay);
      }
      for (const [average, current] of buffers) average.copy_(current);
    });
    this.#numAveraged++;
  }

  /** Returns `n_averaged` and the averages, named `module.NAME` as in PyTorch. */
  stateDict(): StateDict {
    const averages = Object.entries(this.average.stateDict()).map(([name, value]) => [`module.${name}`, value]);
    const numAveraged = tensor(BigInt64Array.of(BigInt(this.#numAveraged)), { shape: [] });
    return { n_averaged: numAveraged, ...Object.fromEntries(averages) };
  }

  /** Restores a state from {@link Ema.stateDict}. @throws ERR_CHECKPOINT if it does not fit the model */
  loadStateDict(state: StateDict): void {
    const shapes = new Map(Object.entries(this.stateDict()).map(([name, { shape }]) => [name, shape]));
    const { n_averaged: count, ...averages } = readState(state, shapes, 'an Ema');
    const numAveraged = count!.item();
    if (!Number.isSafeInteger(numAveraged) || numAveraged < 0) {
      throw new LibtorchGenerativeError(
        'ERR_CHECKPOINT',
        `Expected a count for n_averaged but received ${numAveraged}`,
      );
    }
    const named = Object.entries(averages).map(([name, value]) => [name.slice('module.'.length), value]);
    this.average.loadStateDict(Object.fromEntries(named));
    this.#numAveraged = numAveraged;
  }
}

function pairs(averages: Tensor[], current: Tensor[]): [Tensor, Tensor][] {
  const fits =
    averages.length === current.length && averages.every((each, i) => `${each.shape}` === `${current[i]!.shape}`);
  if (!fits) throw invalidArgument('model', 'a model of the same kind and size as the average', 'another');
  return averages.map((average, index) => [average, current[index]!]);
}
