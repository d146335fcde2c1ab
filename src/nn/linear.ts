import { checkBoolean, checkSize, readOptions } from '../check';
import { checkMemory } from '../check-memory';
import { shapeError } from '../errors';
import { type NativeLinear, native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handleOf } from '../tensor/tensor-memory';
import { membersOf } from './members';
import { Layer } from './module';

let isFused = true;

/** Whether linear layers use the fused kernel, see {@link withoutFusion}. */
export function areLinearsFused(): boolean {
  return isFused;
}

/**
 * Runs code in which linear layers are libtorch's operators. The results are the same, but the fused kernel computes all
 * again where its gradients need gradients, and adds those up in another order.
 */
export function withoutFusion<T>(body: () => T): T {
  const before = isFused;
  isFused = false;
  try {
    return body();
  } finally {
    isFused = before;
  }
}

/** Options of a {@link Linear} layer. */
export interface LinearOptions {
  /** Whether to add a bias b. Default true. */
  bias?: boolean | undefined;
}

/**
 * A linear layer, y = x Wᵀ + b, initialised like PyTorch's from the same random numbers. Its parameters are `weight`
 * (outFeatures, inFeatures) and `bias` (outFeatures).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
 * @example
 * ```ts
 * import { Linear, ones } from 'libtorch-generative';
 *
 * using layer = new Linear(3, 2);
 * console.log(layer.forward(ones([5, 3])).shape); // [ 5, 2 ]
 * console.log(layer.stateDict().weight!.shape); // [ 2, 3 ]
 * ```
 */
export class Linear extends Layer {
  /** @internal */
  readonly native: NativeLinear;
  /** @internal Whose `weight` is computed at each use: see {@link spectralNorm}. */
  declare readonly parametrizations: object | undefined;

  /**
   * Creates a layer with new weights drawn from the thread's random numbers.
   *
   * @param inFeatures size of the input's last dimension
   * @param outFeatures size of the output's last dimension
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkSize('inFeatures', inFeatures);
    checkSize('outFeatures', outFeatures);
    const { bias = true } = readOptions(options, { bias: checkBoolean });
    const numWeights = (inFeatures + (bias ? 1 : 0)) * outFeatures;
    checkMemory('outFeatures', outFeatures, numWeights * Float32Array.BYTES_PER_ELEMENT);
    this.native = new (native().Linear)(inFeatures, outFeatures, bias);
    this.adopt(this.native);
  }

  /** (outFeatures, inFeatures); with {@link spectralNorm} the normalised weight */
  get weight(): Tensor {
    return this.#own('weight')!;
  }

  /** (outFeatures); undefined without bias */
  get bias(): Tensor | undefined {
    return this.#own('bias');
  }

  #own(name: string): Tensor | undefined {
    return this[membersOf]().layer.find(([each]) => each === name)?.[1];
  }

  /**
   * Computes x Wᵀ + b.
   *
   * @param input (..., inFeatures)
   * @returns (..., outFeatures)
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    if (this.parametrizations || !isFused) return this.#forwardWith(this.weight, input);
    return new Tensor(this.native.forward(handleOf(input)));
  }

  #forwardWith<D extends DType>(weight: Tensor, input: Tensor<D>): Tensor<D> {
    checkTensor('input', input);
    const [size, expected] = [input.shape.at(-1), weight.shape[1]];
    if (size !== expected) throw shapeError('input', ['...', expected], input.shape);
    return new Tensor(native().linear(input.handle, weight.handle, this.bias?.handle));
  }
}
