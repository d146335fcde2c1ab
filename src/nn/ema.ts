import { checkNumber } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { checkModule, type Module } from './module';
import { readState, type StateDict } from './state-dict';

/**
 * An exponential moving average of a model's parameters, kept in another model of the same kind, as
 * `torch.optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn(decay)` computes it: the first update copies.
 *
 * @typeParam Model what is averaged
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
  #numAveraged = 0;

  /**
   * An average that nothing has been taken into yet.
   *
   * @param average its parameters become the average's
   * @param decay the part of the average that an update leaves, from 0 to below 1
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** The model that holds the average. */
    readonly average: Model,
    /** The part of the average that an update leaves. */
    readonly decay: number,
  ) {
    checkModule('average', average);
    checkNumber('decay', decay, { min: 0, below: 1 });
  }

  /**
   * Takes in the parameters of `model` as they are now; buffers are copied.
   *
   * @throws ERR_INVALID_ARGUMENT if its parameters are of other shapes; then nothing has changed
   */
  update(model: Model): void {
    checkModule('model', model);
    const parameters = pairs(this.average.parameters(), model.parameters());
    const buffers = pairs(this.average.buffers(), model.buffers());
    noGrad(() => {
      for (const [average, current] of parameters) {
        if (this.#numAveraged === 0) average.copy_(current);
        else average.lerp_(current, 1 - this.decay);
      }
      for (const [average, current] of buffers) average.copy_(current);
    });
    this.#numAveraged++;
  }

  /** `n_averaged` and the averages, named `module.NAME` as in PyTorch. */
  stateDict(): StateDict {
    const averages = Object.entries(this.average.stateDict()).map(([name, value]) => [`module.${name}`, value]);
    const numAveraged = tensor(BigInt64Array.of(BigInt(this.#numAveraged)), { shape: [] });
    return { n_averaged: numAveraged, ...Object.fromEntries(averages) };
  }

  /** Continues from {@link Ema.stateDict}. @throws ERR_CHECKPOINT if it is of another model */
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
