import { type Checks, readArray, readOptions, within } from '../check';
import { LibtorchGenerativeError, shapeError } from '../errors';
import { native } from '../native/addon';
import { tensor } from '../tensor/creation';
import { checkGenerator, nativeOf, type RandomGenerator } from '../tensor/random';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handleOf } from '../tensor/tensor-memory';
import { tensorsOf } from '../tensor/tensors-in';

/** Options of a {@link Mixture}. */
export interface MixtureOptions {
  /** Added to softplus(raw) to keep variances away from zero. Default 1e-3, for data of unit variance. */
  varianceFloor?: number | undefined;
  /** τ, which divides the weights' logits and scales deviations by √τ: above 1 widens, below 1 narrows. Default 1. */
  temperature?: number | undefined;
}

const CHECKS: Checks<MixtureOptions> = { varianceFloor: within({ min: 0 }), temperature: within({ above: 0 }) };

/** The default of {@link MixtureOptions.varianceFloor}. */
export const VARIANCE_FLOOR = 1e-3;

export interface DrawOptions extends MixtureOptions {
  /** Default: the thread's generator. */
  generator?: RandomGenerator | undefined;
}

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * A batch of B mixtures of K Gaussians over D dimensions; each Gaussian has one variance for all dimensions.
 *
 * Its parameters are a network's raw outputs (B, K, D + 2): D means, one number that becomes the variance, and one that
 * becomes the log weight.
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
  /** (B, K, D): the Gaussians' means. */
  readonly means: Tensor;
  /** (B, K): each Gaussian's variance, the same in all dimensions. */
  readonly variances: Tensor;
  /** (B, K): the logarithms of the weights, which sum to 1. */
  readonly logWeights: Tensor;
  readonly #raw: Tensor;
  readonly #options: MixtureOptions;

  /**
   * Creates the mixtures that raw parameters describe.
   *
   * @param raw (B, K, D + 2)
   * @throws ERR_SHAPE, or ERR_INVALID_ARGUMENT if an option is out of range
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
   * Returns the log density of `value`, in nats.
   *
   * @param value (B, D)
   * @returns (B)
   * @throws ERR_SHAPE
   */
  logProb(value: Tensor): Tensor {
    checkTensor('value', value);
    const { shape } = value;
    // A last dimension of 1 would silently be broadcast over all D.
    if (shape.length !== 2 || shape[1] !== this.dim) {
      throw shapeError('value', ['B', this.dim], shape);
    }
    const squared = value.unsqueeze(1).sub(this.means).square().sum(-1); // (B, K)
    const logDensities = squared.div(this.variances).add(this.variances.log().add(LOG_2_PI).mul(this.dim)).mul(-0.5);
    return this.logWeights.add(logDensities).logsumexp(-1);
  }

  /** Returns the expected value: (B, D). */
  mean(): Tensor {
    return this.weights().mul(this.means).sum(1);
  }

  /** Returns the variance of each dimension, within and between components: (B, D). */
  variance(): Tensor {
    const deviations = this.means.sub(this.mean().unsqueeze(1)); // (B, K, D)
    return this.weights().mul(this.variances.unsqueeze(-1).add(deviations.square())).sum(1);
  }

  /**
   * Draws one sample per row: (B, D).
   *
   * @param options.generator Default: this thread's generator.
   */
  sample(options?: { generator?: RandomGenerator | undefined }): Tensor {
    const { generator } = readOptions(options, { generator: checkGenerator });
    return sampleMixture(this.#raw, { ...this.#options, generator });
  }

  /**
   * Returns the cumulative distribution function at `value`, for D = 1.
   *
   * @param value (B, N)
   * @returns (B, N)
   * @throws ERR_SHAPE if D is not 1 or `value` has the wrong shape
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
   * Returns the quantiles at `levels`, for D = 1, computed by bisection on the CPU to float64 precision. NaN if the
   * parameters are not finite.
   *
   * @param levels N numbers above 0 and below 1
   * @returns (B, N), float64
   * @throws ERR_SHAPE if D is not 1, ERR_INVALID_ARGUMENT if a level is out of range
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

  /** Returns the weights: (B, K, 1). */
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
 * Returns the mean negative log-likelihood of the targets, in nats: that of {@link Mixture.logProb}, but in one
 * operator with its own gradient.
 *
 * @param raw (B, K, D + 2), as {@link MdnRnn.forward} returns it
 * @param target (B, D)
 * @param options.varianceFloor as in {@link MixtureOptions}, but above 0. Default 1e-3.
 * @returns a tensor of shape []
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
 * Draws one sample (B, D) from each of the mixtures `raw` (B, K, D + 2): the component with `multinomial`, then a
 * number per dimension with `randn`.
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
