import { type NativeLinear, native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { checkSize } from './check';
import { Layer } from './module';

/** The size of a {@link Linear} layer. */
export interface LinearOptions {
  /** Numbers in a row of the input. */
  inFeatures: number;
  /** Numbers in a row of the output. */
  outFeatures: number;
  /** Whether b is added; default true. */
  bias?: boolean;
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
 * using layer = new Linear({ inFeatures: 3, outFeatures: 2 });
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
   * @throws ERR_INVALID_ARGUMENT for a size that is not a whole number of at least 1
   */
  constructor({ inFeatures, outFeatures, bias = true }: LinearOptions) {
    super();
    checkSize('inFeatures', inFeatures);
    checkSize('outFeatures', outFeatures);
    this.native = new (native().Linear)(inFeatures, outFeatures, bias);
    this.adopt(this.native);
  }

  /**
   * @param input (..., inFeatures)
   * @returns (..., outFeatures)
   * @throws ERR_SHAPE
   */
  forward(input: Tensor): Tensor {
    return new Tensor(this.native.forward(handleOf(input)));
  }
}
