import { checkBoolean, checkSize, readOptions } from '../check';
import { checkMemory } from '../check-memory';
import { type NativeLinear, native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { Layer } from './module';

/** What may be chosen of a {@link Linear} layer. */
export interface LinearOptions {
  /** Whether b is added; default true. */
  bias?: boolean | undefined;
}

/**
 * y = x Wᵀ + b, initialised as PyTorch does, from the same random numbers. Its parameters are `weight` (outFeatures,
 * inFeatures) and `bias` (outFeatures).
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

  /**
   * A layer with fresh weights, from the thread's random numbers.
   *
   * @param inFeatures numbers in a row of the input
   * @param outFeatures numbers in a row of the output
   * @throws ERR_INVALID_ARGUMENT for a size that is not a whole number of at least 1 or needs more memory than there is
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

  /**
   * @param input (..., inFeatures)
   * @returns (..., outFeatures)
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    return new Tensor(this.native.forward(handleOf(input)));
  }
}
