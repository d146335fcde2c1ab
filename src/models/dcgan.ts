import { type Checks, checkSize, readOptions } from '../check';
import { invalidArgument } from '../errors';
import type { DType } from '../native/handle';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../nn/activations';
import { BatchNorm2d } from '../nn/batch-norm2d';
import { ConvTranspose2d } from '../nn/conv-transpose2d';
import { Conv2d } from '../nn/conv2d';
import type { Module } from '../nn/module';
import { Sequential } from '../nn/sequential';
import { noGrad } from '../tensor/autograd';
import type { Tensor } from '../tensor/tensor';
import type { NetRecipe } from './generator-copies';
import { ImageDiscriminator, ImageGenerator } from './image-nets';

/** The size of a {@link DcganDiscriminator}. */
export interface DcganDiscriminatorOptions {
  /** Height and width of an image: 4 to 7 times a power of two, such as 28, 32 or 64. Default 64. */
  resolution?: number | undefined;
  /** Channels of an image: 1 for gray, 3 for RGB. Default 3. */
  channels?: number | undefined;
  /** Channels of the largest hidden layer; each smaller one has twice as many. Default 64. */
  filters?: number | undefined;
}

/** The size of a {@link DcganGenerator}. */
export interface DcganGeneratorOptions extends DcganDiscriminatorOptions {
  /** Length of a noise vector. Default 100. */
  noiseDim?: number | undefined;
}

const CHECKS: Checks<DcganDiscriminatorOptions> = { resolution: checkSize, channels: checkSize, filters: checkSize };

/** The windows of layers that double or halve the size. */
const WINDOW = { stride: 2, padding: 1, bias: false };
const [SMALLEST, SMALLEST_LIMIT] = [4, 8];
const NEGATIVE_SLOPE = 0.2;

/**
 * DCGAN's generator: transposed convolutions that double the size until it is that of an image. Its parameters and
 * buffers have the names of PyTorch's example, `main.0.weight` and so on.
 *
 * @see https://arxiv.org/abs/1511.06434
 * @see https://docs.pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html
 * @example
 * ```ts
 * import { DcganGenerator, randn } from 'libtorch-generative';
 *
 * const generator = new DcganGenerator({ resolution: 32, channels: 3, filters: 16 });
 * console.log(generator.forward(randn([8, 100])).shape); // [ 8, 3, 32, 32 ]
 * ```
 */
export class DcganGenerator extends ImageGenerator {
  /** The layers. */
  readonly main: Sequential;

  /**
   * Creates a generator with new weights drawn from the thread's random numbers, as DCGAN's are.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(options: DcganGeneratorOptions = {}) {
    const given = readOptions<DcganGeneratorOptions>(options, { ...CHECKS, noiseDim: checkSize });
    const { noiseDim = 100, resolution = 64, channels = 3, filters = 64 } = given;
    super({ noiseDim, resolution, channels, filters });
    const { start, widths } = stagesOf(resolution, filters);
    const [widest, ...narrower] = widths.toReversed() as [number, ...number[]];
    const doubling = narrower.flatMap((width, index) => [
      new ConvTranspose2d([widest, ...narrower][index]!, width, 4, WINDOW),
      new BatchNorm2d(width),
      new ReLU(),
    ]);
    this.main = new Sequential(
      new ConvTranspose2d(noiseDim, widest, start, { bias: false }),
      new BatchNorm2d(widest),
      new ReLU(),
      ...doubling,
      new ConvTranspose2d(filters, channels, 4, WINDOW),
      new Tanh(),
    );
    initialise(this);
  }

  /**
   * Generates images from noise.
   *
   * @param noise (B, noiseDim), standard normal
   * @returns (B, channels, resolution, resolution), in [-1, 1]
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(noise: Tensor<D>): Tensor<D> {
    this.checkNoise(noise);
    return this.main.forward(noise.unsqueeze(-1).unsqueeze(-1));
  }

  /** @internal */
  override get recipe(): NetRecipe | undefined {
    return this.recipeOf('dcgan', DcganGenerator);
  }
}

/**
 * DCGAN's discriminator: convolutions that halve the size until one number is left. Its parameters and buffers have the
 * names of PyTorch's example, `main.0.weight` and so on.
 *
 * @see https://arxiv.org/abs/1511.06434
 * @example
 * ```ts
 * import { DcganDiscriminator, rand } from 'libtorch-generative';
 *
 * const discriminator = new DcganDiscriminator({ resolution: 28, channels: 1, filters: 16 });
 * console.log(discriminator.forward(rand([8, 1, 28, 28])).shape); // [ 8, 1 ]
 * ```
 */
export class DcganDiscriminator extends ImageDiscriminator {
  /** The layers. */
  readonly main: Sequential;
  /** @internal */
  readonly numFeatures: number;
  readonly #hidden: Sequential;
  readonly #judge: Sequential;

  /**
   * Creates a discriminator with new weights drawn from the thread's random numbers, as DCGAN's are.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(options: DcganDiscriminatorOptions = {}) {
    const { resolution = 64, channels = 3, filters = 64 } = readOptions(options, CHECKS);
    super({ resolution, channels, filters });
    const { start, widths } = stagesOf(resolution, filters);
    const halving = widths
      .slice(1)
      .flatMap((width, index) => [
        new Conv2d(widths[index]!, width, 4, WINDOW),
        new BatchNorm2d(width),
        new LeakyReLU(NEGATIVE_SLOPE),
      ]);
    this.main = new Sequential(
      new Conv2d(channels, filters, 4, WINDOW),
      new LeakyReLU(NEGATIVE_SLOPE),
      ...halving,
      new Conv2d(widths.at(-1)!, 1, start, { bias: false }),
      new Sigmoid(),
    );
    this.#hidden = this.main.slice(0, -2);
    this.#judge = this.main.slice(-2, -1);
    this.numFeatures = widths.at(-1)! * start ** 2;
    initialise(this);
  }

  /** @internal */
  hidden<D extends DType>(images: Tensor<D>): Tensor<D> {
    return this.#hidden.forward(this.asImages(images));
  }

  /** @internal */
  judge<D extends DType>(hidden: Tensor<D>): Tensor<D> {
    return this.#judge.forward(hidden).flatten(1);
  }
}

/** Sizes of images that DCGANs draw. */
export const DCGAN_SIZES = '4 to 7 times a power of two, such as 28, 32 or 64';

/** Returns the sizes of the hidden layers, from the largest; undefined if there are none for such images. */
export function dcganSizes(resolution: number): number[] | undefined {
  const sizes = [resolution / 2];
  for (let size = resolution / 2; size >= SMALLEST_LIMIT && size % 2 === 0; ) {
    size /= 2;
    sizes.push(size);
  }
  const smallest = sizes.at(-1)!;
  return Number.isInteger(smallest) && smallest >= SMALLEST && smallest < SMALLEST_LIMIT ? sizes : undefined;
}

/** Returns the numbers of weights of both networks, apart from those of the normalisations. */
export function dcganWeights({
  resolution,
  channels,
  filters,
  noiseDim,
}: { [Name in keyof DcganGeneratorOptions]-?: number }) {
  const { start, widths } = stagesOf(resolution, filters);
  const window = 4 ** 2;
  const between = widths.slice(1).reduce((sum, width, index) => sum + width * widths[index]! * window, 0);
  const common = between + channels * filters * window;
  const [widest, smallest] = [widths.at(-1)!, start ** 2];
  return { ofGenerator: common + noiseDim * widest * smallest, ofDiscriminator: common + widest * smallest };
}

/** Returns the size of the smallest hidden layer, and the channels of all, from the largest to it. */
function stagesOf(resolution: number, filters: number): { start: number; widths: number[] } {
  const sizes = dcganSizes(resolution);
  if (!sizes) throw invalidArgument('resolution', `${DCGAN_SIZES},`, resolution);
  return { start: sizes.at(-1)!, widths: sizes.map((_, stage) => filters * 2 ** stage) };
}

/** Draws weights as DCGAN's authors did. */
function initialise(module: Module): void {
  noGrad(() => {
    for (const layer of module.modules()) {
      if (layer instanceof Conv2d || layer instanceof ConvTranspose2d) layer.weight.normal_(0, 0.02);
      if (layer instanceof BatchNorm2d) layer.weight!.normal_(1, 0.02);
    }
  });
}
