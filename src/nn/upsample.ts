import { checkedLater, readOptions, within } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { checkBatch, type Size2d, toPair } from './image-sizes';
import { Layer } from './module';

/** Options of an {@link Upsample} layer. */
export interface UpsampleOptions {
  /** The factor of height and width, or one for each: above 0, not necessarily whole. Required. */
  scaleFactor: Size2d;
}

/**
 * Enlarges images by repeating the nearest pixel, PyTorch's mode `nearest`.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
 * @example
 * ```ts
 * import { tensor, Upsample } from 'libtorch-generative';
 *
 * const layer = new Upsample({ scaleFactor: 2 });
 * const image = tensor([[[[1, 2]]]]); // (1, 1, 1, 2)
 * console.log(layer.forward(image).toArray()); // Float32Array(8) [ 1, 1, 2, 2, 1, 1, 2, 2 ]
 * ```
 */
export class Upsample extends Layer {
  /** The factors of height and width. */
  readonly scaleFactor: [number, number];

  /**
   * Creates a layer.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(options: UpsampleOptions) {
    super();
    const { scaleFactor } = readOptions(options, { scaleFactor: checkedLater });
    this.scaleFactor = toPair('scaleFactor', scaleFactor, within({ above: 0 }));
  }

  /**
   * Enlarges images.
   *
   * @param input (B, C, H, W)
   * @returns (B, C, H · scaleFactor, W · scaleFactor), rounded down
   * @throws ERR_SHAPE; ERR_LIBTORCH if nothing is left of an image
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkBatch(input);
    const [ofHeight, ofWidth] = this.scaleFactor;
    const [height, width] = input.shape.slice(2) as [number, number];
    const size = [Math.floor(height * ofHeight), Math.floor(width * ofWidth)];
    return new Tensor(native().upsampleNearest2d(input.handle, size, ofHeight, ofWidth));
  }
}
