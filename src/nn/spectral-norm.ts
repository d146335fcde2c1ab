import { type Checks, checkInteger, isInstance, readOptions, within } from '../check';
import { invalidArgument } from '../errors';
import { noGrad } from '../tensor/autograd';
import { zeros } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { ConvTranspose2d } from './conv-transpose2d';
import { Conv2d } from './conv2d';
import { Embedding } from './embedding';
import { Linear } from './linear';
import { membersOf } from './members';
import { Module } from './module';
import { asParameter } from './parameter';

/** Options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** Steps of the power method at each use of the weight in training, at most 1000. Default 1. */
  nPowerIterations?: number | undefined;
  /** The smallest divisor of a vector that is normalised. Default 1e-12. */
  eps?: number | undefined;
}

const OPTIONS: Checks<SpectralNormOptions> = {
  nPowerIterations: (name, value) => checkInteger(name, value, { min: 1, max: 1000 }),
  eps: within({ min: 0 }),
};

/** A layer that {@link spectralNorm} accepts. */
export type NormalizableLayer = Linear | Conv2d | ConvTranspose2d | Embedding;

/** Steps of the power method before the first use. */
const INITIAL_ITERATIONS = 15;

/**
 * Divides a layer's weight by its largest singular value, so that the layer enlarges no difference of its inputs. The
 * value is estimated by the power method, whose vectors are drawn from the thread's random numbers; in training each use
 * of the weight improves them. The state dict has PyTorch's names: `parametrizations.weight.original` in place of
 * `weight`, and the vectors `parametrizations.weight.0._u` and `._v`.
 *
 * @param layer a {@link Linear}, {@link Conv2d}, {@link ConvTranspose2d} or {@link Embedding}; it is changed
 * @returns the layer
 * @throws ERR_INVALID_ARGUMENT, also for a layer that is normalised already
 * @see https://arxiv.org/abs/1802.05957
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.parametrizations.spectral_norm.html
 * @example
 * ```ts
 * import { Conv2d, spectralNorm } from 'libtorch-generative';
 *
 * const layer = spectralNorm(new Conv2d(3, 8, 3));
 * console.log(Object.keys(layer.stateDict())[1]); // parametrizations.weight.original
 * ```
 */
export function spectralNorm<Each extends NormalizableLayer>(layer: Each, options?: SpectralNormOptions): Each {
  const isKnown = [Linear, Conv2d, ConvTranspose2d, Embedding].some((type) => isInstance(layer, type));
  if (!isKnown || !Module.isMade(layer)) {
    throw invalidArgument('layer', 'a Linear, Conv2d, ConvTranspose2d or Embedding', layer);
  }
  const { nPowerIterations = 1, eps = 1e-12 } = readOptions(options, OPTIONS);
  if ('parametrizations' in layer) throw invalidArgument('layer', 'a layer without spectral norm', layer);
  const original = asParameter(layer.weight);
  const outputDim = layer instanceof ConvTranspose2d ? 1 : 0;
  const norm = new SpectralNorm(original, outputDim, nPowerIterations, eps).train(layer.training);
  scope(() => void norm.forward(original)); // as PyTorch does, which checks the shape of the result
  if (layer instanceof Linear) {
    const { layer: parameters } = layer[membersOf]();
    parameters.splice(0, parameters.length, ...parameters.filter(([name]) => name !== 'weight'));
  }
  const get = () => norm.forward(original);
  Object.defineProperties(layer, {
    weight: { get, enumerable: false, configurable: true }, // no longer a parameter
    parametrizations: { value: { weight: { original, 0: norm } }, enumerable: true },
  });
  return layer;
}

/** Divides a weight by an estimate of its largest singular value. */
class SpectralNorm extends Module {
  /** (outputs), the left singular vector */
  declare readonly _u: Tensor;
  /** (inputs), the right singular vector */
  declare readonly _v: Tensor;

  constructor(
    weight: Tensor,
    readonly outputDim: number,
    readonly nPowerIterations: number,
    readonly eps: number,
  ) {
    super();
    scope(() => {
      const matrix = this.#matrixOf(weight);
      const { dtype, device } = weight;
      for (const [dim, name] of ['_u', '_v'].entries()) {
        const drawn = zeros([matrix.size(dim)], { dtype, device }).normal_();
        this.registerBuffer(name, this.#normalized(drawn));
      }
      this.#iterate(matrix, INITIAL_ITERATIONS);
    });
  }

  forward(weight: Tensor): Tensor {
    const matrix = this.#matrixOf(weight);
    if (this.training) this.#iterate(matrix, this.nPowerIterations);
    const [u, v] = [this._u.clone(), this._v.clone()]; // the next use changes them, a backward pass needs these
    return weight.div(u.matmul(matrix.matmul(v)));
  }

  /** Returns a weight as (outputs, inputs). */
  #matrixOf(weight: Tensor): Tensor {
    return (this.outputDim === 0 ? weight : weight.transpose(0, this.outputDim)).flatten(1);
  }

  /** The power method. */
  #iterate(matrix: Tensor, times: number): void {
    const step = () => {
      this._u.copy_(this.#normalized(matrix.matmul(this._v)));
      this._v.copy_(this.#normalized(matrix.T.matmul(this._u)));
    };
    noGrad(() => {
      for (let time = 0; time < times; time++) scope(step);
    });
  }

  #normalized(vector: Tensor): Tensor {
    return vector.div(vector.norm(0, { keepdim: true }).clamp(this.eps));
  }
}
