import { type Checks, checkBoolean, checkedLater, checkSize, readOptions } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { checkGroups, checkImages, checkWeights, type Size2d, toSize2d } from './image-sizes';
import { kaimingUniform } from './kaiming-uniform';
import { Layer } from './module';
import type { Parameter } from './parameter';

/** Options of a {@link Conv2d} layer. */
export interface Conv2dOptions {
  /** Distance from one window to the next. Default 1. */
  stride?: Size2d | undefined;
  /** Zeros around each image. Default 0. */
  padding?: Size2d | undefined;
  /** Distance from one element of a window to the next. Default 1. */
  dilation?: Size2d | undefined;
  /** Into how many groups the channels are divided, each of which sees its own only. Default 1. */
  groups?: number | undefined;
  /** Whether to add a bias. Default true. */
  bias?: boolean | undefined;
}

/**
 * A convolution of images, initialised like PyTorch's from the same random numbers. Its parameters are `weight`
 * (outChannels, inChannels / groups, height, width) and `bias` (outChannels).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 * @example
 * ```ts
 * import { Conv2d, zeros } from 'libtorch-generative';
 *
 * const layer = new Conv2d(3, 16, 4, { stride: 2, padding: 1 });
 * console.log(layer.forward(zeros([8, 3, 32, 32])).shape); // [ 8, 16, 16, 16 ]
 * ```
 */
export class Conv2d extends Layer {
  /** (outChannels, inChannels / groups, height, width); with {@link spectralNorm} the normalised weight */
  readonly weight: Parameter;
  /** (outChannels); undefined without bias */
  readonly bias: Parameter | undefined;
  /** Channels of the input. */
  readonly inChannels: number;
  /** Channels of the output. */
  readonly outChannels: number;
  /** Height and width of a window. */
  readonly kernelSize: [number, number];
  /** Distance from one window to the next. */
  readonly stride: [number, number];
  /** The option {@link Conv2dOptions.padding}. */
  readonly padding: [number, number];
  /** Distance from one element of a window to the next. */
  readonly dilation: [number, number];
  /** Number of groups of channels. */
  readonly groups: number;

  /**
   * Creates a layer with new weights drawn from the thread's random numbers.
   *
   * @param inChannels channels of the input
   * @param outChannels channels of the output
   * @param kernelSize height and width of a window
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available,
   *   or if the groups don't divide the channels
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options: Conv2dOptions = {}) {
    super();
    checkSize('inChannels', inChannels);
    checkSize('outChannels', outChannels);
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = readOptions(options, CONV2D_OPTIONS);
    checkGroups(groups, { inChannels, outChannels });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = toSize2d('kernelSize', kernelSize);
    this.stride = toSize2d('stride', stride);
    this.padding = toSize2d('padding', padding, 0);
    this.dilation = toSize2d('dilation', dilation);
    this.groups = groups;
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    checkWeights('outChannels', outChannels, shape);
    ({ weight: this.weight, bias: this.bias } = kaimingUniform(shape, bias ? outChannels : 0));
  }

  /**
   * Convolves images.
   *
   * @param input (B, inChannels, H, W), or one image without B
   * @returns (B, outChannels, H', W')
   * @throws ERR_SHAPE; ERR_LIBTORCH for images smaller than a window
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkImages(input, this.inChannels);
    const { stride, padding, dilation, groups } = this;
    const bias = this.bias?.handle;
    return new Tensor(native().conv2d(input.handle, this.weight.handle, bias, stride, padding, dilation, groups));
  }
}

export const CONV2D_OPTIONS: Checks<Conv2dOptions> = {
  stride: checkedLater,
  padding: checkedLater,
  dilation: checkedLater,
  groups: checkSize,
  bias: checkBoolean,
};
