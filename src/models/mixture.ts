import { type Checks, readArray, readOptions, within } from '../check';
import { LibtorchGenerativeError, shapeError } from '../errors';
import { native } from '../native/addon';
import { tensor } from '../tensor/creation';
import { checkGenerator, nativeOf, type RandomGenerator } from '../tensor/random';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handleOf } from '../tensor/tensor-memory';
import { tensorsOf } from '../tensor/tensors-in';

/** How raw numbers become a {@link Mixture}. */
export interface MixtureOptions {
  /** Added to softplus(raw), so that no variance comes near zero; default 1e-3, for data of unit variance. */
  varianceFloor?: number | undefined;
  /** Above 1 draws more freely, below 1 more surely: weights' logits / τ, deviations · √τ; default 1. */
  temperature?: number | undefined;
}

const CHECKS: Checks<MixtureOptions> = { varianceFloor: within({ min: 0 }), temperature: within({ above: 0 }) };

/** {@link MixtureOptions.varianceFloor}'s default. */
export const VARIANCE_FLOOR = 1e-3;

export interface DrawOptions extends MixtureOptions {
  /** Default: the thread's own. */
  generator?: RandomGenerator | undefined;
}

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * A mixture of K Gaussians over D dimensions, each with one variance for all dimensions; a batch of B of them.
 *
 * Its parameters come raw from a network, (B, K, D + 2): D means, then one number that becomes the variance, then one
 * that becomes the logarithm of the weight.
 *
 * @see https://publications.aston.ac.uk/id/eprint/373/1/NCRG_94_004.pdf
 * @example
 * ```ts
 * import { Mixture, tensor } from 'libtorch-generative';
 *
 * const raw = tensor([[[0, 0, 0], [4, 0, 0]]]); // two Gaussians of the same weight, at 0 and 4
 * const mixture = new Mixture(raw);
 * console.log(mixture.mean().item(), mixture.quantile([0.5]).item().toFixed(3)); // 2 2.000
 * console.log(mixture.logProb(tensor([[4]])).item() > mixture.logProb(tensor([[2]])).item()); // true
 * console.log(mixture.sample().shape); // [ 1, 1 ]
 * ```
 */
export class Mixture {
  /** (B, K, D): where the Gaussians are. */
  readonly means: Tensor;
  /** (B, K): each Gaussian's variance, the same in all dimensions. */
  readonly variances: Tensor;
  /** (B, K): the logarithms of weights that add up to 1. */
  readonly logWeights: Tensor;
  readonly #raw: Tensor;
  readonly #options: MixtureOptions;

  /**
   * The mixtures that raw numbers describe.
   *
   * @param raw (B, K, D + 2)
   * @throws ERR_SHAPE, or ERR_INVALID_ARGUMENT for an option out of its range
   */
  constructor(raw: Tensor, options: MixtureOptions = {}) {
    checkTensor('raw', raw);
    this.#options = readOptions(options, CHECKS);
    const { varianceFloor = VARIANCE_FLOOR, temperature = 1 } = this.#options;
    const { shape } = raw;
    if (shape.length !== 3 || shape[1] === 0 || shape[2]! < 3) {
      throw shapeError('raw', ['B', 'K', 'D + 2'], shape);
    }
    this.#raw = raw;
    const dim = shape[2]! - 2;
    this.means = raw.slice(-1, 0, dim);
    const variances = raw.select(-1, dim).softplus().add(varianceFloor);
    const logits = raw.select(-1, dim + 1);
    this.variances = temperature === 1 ? variances : variances.mul(temperature);
    this.logWeights = (temperature === 1 ? logits : logits.div(temperature)).logSoftmax(-1);
  }

  /** D, the number of dimensions. */
  get dim(): number {
    return this.means.shape[2]!;
  }

  /**
   * The logarithm of the density, in nats.
   *
   * @param value (B, D)
   * @returns (B)
   * @throws ERR_SHAPE
   */
  logProb(value: Tensor): Tensor {
    checkTensor('value', value);
    const { shape } = value;
    // A last dimension of 1 would be broadcast over all D without an error.
    if (shape.length !== 2 || shape[1] !== this.dim) {
      throw shapeError('value', ['B', this.dim], shape);
    }
    const squared = value.unsqueeze(1).sub(this.means).square().sum(-1); // (B, K)
    const logDensities = squared.div(this.variances).add(this.variances.log().add(LOG_2_PI).mul(this.dim)).mul(-0.5);
    return this.logWeights.add(logDensities).logsumexp(-1);
  }

  /** The expected value: (B, D). */
  mean(): Tensor {
    return this.weights().mul(this.means).sum(1);
  }

  /** The variance of each dimension, the components' own and that between their means: (B, D). */
  variance(): Tensor {
    const deviations = this.means.sub(this.mean().unsqueeze(1)); // (B, K, D)
    return this.weights().mul(this.variances.unsqueeze(-1).add(deviations.square())).sum(1);
  }

  /**
   * One draw for each row: (B, D).
   *
   * @param options.generator default this thread's own
   */
  sample(options?: { generator?: RandomGenerator | undefined }): Tensor {
    const { generator } = readOptions(options, { generator: checkGenerator });
    return sampleMixture(this.#raw, { ...this.#options, generator });
  }

  /**
   * The probability of at most a value, for D = 1.
   *
   * @param value (B, N)
   * @returns (B, N)
   * @throws ERR_SHAPE for more dimensions or another shape
   */
  cdf(value: Tensor): Tensor {
    checkTensor('value', value);
    this.#requireOneDimension('cdf');
    const { shape } = value;
    if (shape.length !== 2) {
      throw new LibtorchGenerativeError(
        'ERR_SHAPE',
        `Expected a Tensor of shape (B, N) for value but received (${shape})`,
      );
    }
    const deviations = this.variances.mul(2).sqrt().unsqueeze(-1); // (B, K, 1)
    const standard = value.unsqueeze(1).sub(this.means).div(deviations); // (B, K, N)
    return this.weights().mul(standard.erf().add(1).mul(0.5)).sum(1);
  }

  /**
   * The values below which a part `levels` of the probability lies, for D = 1, to float64's precision: by bisection, on
   * the CPU. NaN where the parameters are not finite.
   *
   * @param levels N numbers above 0 and below 1
   * @returns (B, N), float64
   * @throws ERR_SHAPE for more dimensions, ERR_INVALID_ARGUMENT for another level
   */
  quantile(levels: number[]): Tensor<'float64'> {
    this.#requireOneDimension('quantile');
    const wanted = readArray('levels', levels, within({ above: 0, below: 1 }), 'an array of numbers');
    return scope(() => {
      const parts = tensor(wanted, { dtype: 'float64' });
      const { means, variances, logWeights } = this;
      return new Tensor(
        native().mixtureQuantiles(handleOf(means), handleOf(variances), handleOf(logWeights), handleOf(parts)),
      );
    });
  }

  /** The weights: (B, K, 1). */
  weights(): Tensor {
    return this.logWeights.exp().unsqueeze(-1);
  }

  /** For {@link scope}. */
  [tensorsOf](): Tensor[] {
    return [this.#raw];
  }

  #requireOneDimension(method: string): void {
    if (this.dim !== 1) {
      throw new LibtorchGenerativeError(
        'ERR_SHAPE',
        `Expected D = 1 for ${method}() but the mixture has ${this.dim} dimensions`,
      );
    }
  }
}

/**
 * The mean negative log likelihood of what came, in nats: that of {@link Mixture.logProb} in one operator with a
 * gradient of its own.
 *
 * @param raw (B, K, D + 2), as {@link MdnRnn.forward} gives it
 * @param target (B, D)
 * @param options.varianceFloor as of the {@link Mixture}; default 1e-3
 * @returns of shape ()
 * @throws ERR_SHAPE, ERR_INVALID_ARGUMENT
 * @example
 * ```ts
 * import { Mixture, mixtureNll, randn } from 'libtorch-generative';
 *
 * const [raw, target] = [randn([8, 5, 3]), randn([8, 1])];
 * const expected = new Mixture(raw).logProb(target).mean().neg();
 * console.log(mixtureNll(raw, target).sub(expected).abs().item() < 1e-5); // true
 * ```
 */
export function mixtureNll(raw: Tensor, target: Tensor, options?: Pick<MixtureOptions, 'varianceFloor'>): Tensor {
  const { varianceFloor = VARIANCE_FLOOR } = readOptions(options, { varianceFloor: within({ above: 0 }) });
  return new Tensor(native().mixtureNll(handleOf(raw), handleOf(target), varianceFloor));
}

/**
 * One draw (B, D) from each of the mixtures `raw` (B, K, D + 2): the component that `multinomial` draws, then a number
 * that `randn` draws for each dimension.
 *
 * @throws ERR_SHAPE
 */
export function sampleMixture(
  raw: Tensor,
  { varianceFloor = VARIANCE_FLOOR, temperature = 1, generator }: DrawOptions = {},
): Tensor {
  return new Tensor(
    native().sampleMixture(handleOf(raw), varianceFloor, temperature, generator && nativeOf(generator, raw.device)),
  );
}
