import { type Checks, checkedLater, checkSize, readOptions } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { CONV2D_OPTIONS, type Conv2dOptions } from './conv2d';
import { checkGroups, checkImages, checkWeights, type Size2d, toSize2d } from './image-sizes';
import { kaimingUniform } from './kaiming-uniform';
import { Layer } from './module';
import type { Parameter } from './parameter';

/** Options of a {@link ConvTranspose2d} layer. `padding` removes that much from the output's edges. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Added to one side of the output's height and width. Default 0. */
  outputPadding?: Size2d | undefined;
}

/**
 * A transposed convolution, which enlarges images; initialised like PyTorch's from the same random numbers. Its
 * parameters are `weight` (inChannels, outChannels / groups, height, width) and `bias` (outChannels).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 * @example
 * ```ts
 * import { ConvTranspose2d, zeros } from 'libtorch-generative';
 *
 * const layer = new ConvTranspose2d(16, 3, 4, { stride: 2, padding: 1 });
 * console.log(layer.forward(zeros([8, 16, 16, 16])).shape); // [ 8, 3, 32, 32 ]
 * ```
 */
export class ConvTranspose2d extends Layer {
  /** (inChannels, outChannels / groups, height, width); with {@link spectralNorm} the normalised weight */
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
  /** Added to one side of the output. */
  readonly outputPadding: [number, number];
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
  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options: ConvTranspose2dOptions = {}) {
    super();
    checkSize('inChannels', inChannels);
    checkSize('outChannels', outChannels);
    const {
      stride = 1,
      padding = 0,
      outputPadding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
    } = readOptions(options, OPTIONS);
    checkGroups(groups, { inChannels, outChannels });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = toSize2d('kernelSize', kernelSize);
    this.stride = toSize2d('stride', stride);
    this.padding = toSize2d('padding', padding, 0);
    this.outputPadding = toSize2d('outputPadding', outputPadding, 0);
    this.dilation = toSize2d('dilation', dilation);
    this.groups = groups;
    const shape = [inChannels, outChannels / groups, ...this.kernelSize];
    checkWeights('outChannels', outChannels, shape);
    ({ weight: this.weight, bias: this.bias } = kaimingUniform(shape, bias ? outChannels : 0));
  }

  /**
   * Enlarges images.
   *
   * @param input (B, inChannels, H, W), or one image without B
   * @returns (B, outChannels, H', W')
   * @throws ERR_SHAPE; ERR_LIBTORCH if nothing is left of the output
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkImages(input, this.inChannels);
    const { stride, padding, outputPadding, groups, dilation } = this;
    const [weight, bias] = [this.weight.handle, this.bias?.handle];
    return new Tensor(
      native().convTranspose2d(input.handle, weight, bias, stride, padding, outputPadding, groups, dilation),
    );
  }
}

const OPTIONS: Checks<ConvTranspose2dOptions> = { ...CONV2D_OPTIONS, outputPadding: checkedLater };
