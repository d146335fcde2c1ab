import { type Checks, checkBoolean, checkedLater, checkSize, readOptions } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { checkImages, type Size2d, toSize2d } from './image-sizes';
import { Layer } from './module';

/** Options of an {@link AvgPool2d} layer. */
export interface AvgPool2dOptions {
  /** Distance from one window to the next. Default the size of a window. */
  stride?: Size2d | undefined;
  /** Zeros around each image. Default 0. */
  padding?: Size2d | undefined;
  /** Whether windows may extend beyond the right and lower edges. Default false. */
  ceilMode?: boolean | undefined;
  /** Whether the zeros around an image count in a mean. Default true. */
  countIncludePad?: boolean | undefined;
  /** Divides sums by this number instead of by the size of a window. */
  divisorOverride?: number | undefined;
}

/**
 * Takes the mean of each window of images, which makes them smaller.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 * @example
 * ```ts
 * import { AvgPool2d, tensor } from 'libtorch-generative';
 *
 * const image = tensor([[[[1, 2, 3, 5], [1, 2, 3, 5]]]]); // (1, 1, 2, 4)
 * console.log(new AvgPool2d(2).forward(image).toArray()); // Float32Array(2) [ 1.5, 4 ]
 * ```
 */
export class AvgPool2d extends Layer {
  /** Height and width of a window. */
  readonly kernelSize: [number, number];
  /** Distance from one window to the next. */
  readonly stride: [number, number];
  /** The option {@link AvgPool2dOptions.padding}. */
  readonly padding: [number, number];
  /** The option {@link AvgPool2dOptions.ceilMode}. */
  readonly ceilMode: boolean;
  /** The option {@link AvgPool2dOptions.countIncludePad}. */
  readonly countIncludePad: boolean;
  /** The option {@link AvgPool2dOptions.divisorOverride}. */
  readonly divisorOverride: number | undefined;

  /**
   * Creates a layer.
   *
   * @param kernelSize height and width of a window
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(kernelSize: Size2d, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = toSize2d('kernelSize', kernelSize);
    const given = readOptions(options, OPTIONS);
    const { stride = this.kernelSize, padding = 0, ceilMode = false, countIncludePad = true, divisorOverride } = given;
    this.stride = toSize2d('stride', stride);
    this.padding = toSize2d('padding', padding, 0);
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
    this.divisorOverride = divisorOverride;
  }

  /**
   * Takes means.
   *
   * @param input (B, C, H, W), or one image without B
   * @returns (B, C, H', W')
   * @throws ERR_SHAPE; ERR_LIBTORCH for images smaller than a window, or a padding above half of one
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkImages(input);
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return new Tensor(
      native().avgPool2d(input.handle, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride),
    );
  }
}

const OPTIONS: Checks<AvgPool2dOptions> = {
  stride: checkedLater,
  padding: checkedLater,
  ceilMode: checkBoolean,
  countIncludePad: checkBoolean,
  divisorOverride: checkSize,
};
