import { checkNumber } from '../check';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Module, StateDict } from './module';

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
    checkNumber('decay', decay, { min: 0, below: 1 });
  }

  /** Takes in the parameters of `model` as they are now. */
  update(model: Model): void {
    const current = model.parameters();
    noGrad(() => {
      for (const [index, parameter] of this.average.parameters().entries()) {
        if (this.#numAveraged === 0) parameter.copy_(current[index]!);
        else parameter.lerp_(current[index]!, 1 - this.decay);
      }
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
  loadStateDict({ n_averaged: numAveraged, ...averages }: StateDict): void {
    const named = Object.entries(averages).map(([name, value]) => [name.replace(/^module\./, ''), value]);
    this.average.loadStateDict(Object.fromEntries(named));
    this.#numAveraged = numAveraged?.item() ?? 0;
  }
}
