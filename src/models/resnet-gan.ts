import { type Checks, checkSize, readOptions } from '../check';
import { invalidArgument } from '../errors';
import type { DType } from '../native/handle';
import { ReLU, Tanh } from '../nn/activations';
import { BatchNorm2d } from '../nn/batch-norm2d';
import { Linear } from '../nn/linear';
import { Sequential } from '../nn/sequential';
import { spectralNorm } from '../nn/spectral-norm';
import type { Tensor } from '../tensor/tensor';
import type { NetRecipe } from './generator-copies';
import { ImageDiscriminator, ImageGenerator } from './image-nets';
import { convolution, enlargingBlock, glorot, judgingBlock } from './residual-block';

/** The size of a {@link ResnetDiscriminator}. */
export interface ResnetDiscriminatorOptions {
  /** Height and width of an image: 32, 64 or 128. Default 64. */
  resolution?: number | undefined;
  /** Channels of an image: 1 for gray, 3 for RGB. Default 3. */
  channels?: number | undefined;
  /**
   * For 64 and 128 pixels, channels of the largest hidden layer; those of smaller ones double, up to 16 times as many. For
   * 32 pixels, channels of all layers of the discriminator, half those of the generator. Default as in the paper: 64, for
   * 32 pixels 128.
   */
  filters?: number | undefined;
}

/** The size of a {@link ResnetGenerator}. */
export interface ResnetGeneratorOptions extends ResnetDiscriminatorOptions {
  /** Length of a noise vector. Default 128. */
  noiseDim?: number | undefined;
}

const CHECKS: Checks<ResnetDiscriminatorOptions> = { resolution: checkSize, channels: checkSize, filters: checkSize };

/** Sizes in blocks: channels as multiples of `filters`, and how many of the discriminator's blocks halve the size. */
interface Plan {
  filters: number;
  generator: number[];
  discriminator: number[];
  halvings: number;
}

/** The paper's nets, by the size of images. */
const PLANS: Record<number, Plan> = {
  32: { filters: 128, generator: [2, 2, 2, 2], discriminator: [1, 1, 1, 1], halvings: 2 },
  64: { filters: 64, generator: [16, 8, 4, 2, 1], discriminator: [1, 2, 4, 8, 16], halvings: 5 },
  128: { filters: 64, generator: [16, 16, 8, 4, 2, 1], discriminator: [1, 2, 4, 8, 16, 16], halvings: 5 },
};

/** Height and width of the generator's smallest layer. */
const START = 4;

/**
 * SNGAN's generator: residual blocks that double the size until it is that of an image. Its parameters and buffers are
 * `first.weight`, `blocks.0.residual.0.weight` and so on.
 *
 * @see https://arxiv.org/abs/1802.05957
 * @example
 * ```ts
 * import { randn, ResnetGenerator } from 'libtorch-generative';
 *
 * const generator = new ResnetGenerator({ resolution: 32, filters: 8 });
 * console.log(generator.forward(randn([4, 128])).shape); // [ 4, 3, 32, 32 ]
 * ```
 */
export class ResnetGenerator extends ImageGenerator {
  /** Makes the smallest layer from noise. */
  readonly first: Linear;
  /** The residual blocks. */
  readonly blocks: Sequential;
  /** The layers after the blocks. */
  readonly last: Sequential;

  /**
   * Creates a generator with new weights drawn from the thread's random numbers, as SNGAN's are.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(options: ResnetGeneratorOptions = {}) {
    const given = readOptions<ResnetGeneratorOptions>(options, { ...CHECKS, noiseDim: checkSize });
    const { noiseDim = 128, resolution = 64, channels = 3 } = given;
    const plan = planOf(resolution);
    const { filters = plan.filters } = given;
    super({ noiseDim, resolution, channels, filters });
    const widths = plan.generator.map((multiple) => multiple * filters);
    this.first = glorot(new Linear(noiseDim, widths[0]! * START ** 2));
    this.blocks = new Sequential(...widths.slice(1).map((width, index) => enlargingBlock(widths[index]!, width)));
    const width = widths.at(-1)!;
    this.last = new Sequential(new BatchNorm2d(width), new ReLU(), convolution(width, channels, 3), new Tanh());
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
    const start = this.first.forward(noise).view(noise.size(0), ...this.startShape);
    return this.last.forward(this.blocks.forward(start));
  }

  /** @internal The shape of the smallest layer, without the batch. */
  get startShape(): number[] {
    return [PLANS[this.resolution]!.generator[0]! * this.filters, START, START];
  }

  /** @internal */
  override get recipe(): NetRecipe | undefined {
    return this.recipeOf('resnet', ResnetGenerator);
  }
}

/**
 * SNGAN's discriminator: residual blocks with spectral normalisation. Its parameters and buffers are `last.bias`,
 * `blocks.0.residual.0.parametrizations.weight.original` and so on.
 *
 * @see https://arxiv.org/abs/1802.05957
 * @example
 * ```ts
 * import { rand, ResnetDiscriminator } from 'libtorch-generative';
 *
 * const discriminator = new ResnetDiscriminator({ resolution: 32, channels: 1, filters: 8 });
 * console.log(discriminator.logits(rand([4, 1, 32, 32])).shape); // [ 4, 1 ]
 * ```
 */
export class ResnetDiscriminator extends ImageDiscriminator {
  /** The residual blocks, and the activation after them. */
  readonly blocks: Sequential;
  /** Makes a logit from the sums over the pixels. */
  readonly last: Linear;
  /** @internal */
  readonly numFeatures: number;

  /**
   * Creates a discriminator with new weights drawn from the thread's random numbers, as SNGAN's are.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(options: ResnetDiscriminatorOptions = {}) {
    const given = readOptions(options, CHECKS);
    const { resolution = 64, channels = 3 } = given;
    const plan = planOf(resolution);
    const { filters = plan.filters } = given;
    super({ resolution, channels, filters });
    const widths = plan.discriminator.map((multiple) => multiple * filters);
    const blocks = widths.map((width, index) =>
      judgingBlock(index === 0 ? channels : widths[index - 1]!, width, {
        isFirst: index === 0,
        isHalving: index < plan.halvings,
      }),
    );
    this.blocks = new Sequential(...blocks, new ReLU());
    this.numFeatures = widths.at(-1)!;
    this.last = spectralNorm(glorot(new Linear(this.numFeatures, 1)));
  }

  /** @internal */
  hidden<D extends DType>(images: Tensor<D>): Tensor<D> {
    const maps: Tensor = this.blocks.forward(this.asImages(images));
    return maps.sum([2, 3]) as Tensor<D>;
  }

  /** @internal */
  judge<D extends DType>(hidden: Tensor<D>): Tensor<D> {
    return this.last.forward(hidden) as Tensor<D>;
  }
}

/** Sizes of images that there are nets for. */
export const RESNET_SIZES = '32, 64 or 128';

/** Returns whether there are nets for images of this size. */
export function hasResnet(resolution: number): boolean {
  return PLANS[resolution] !== undefined;
}

/** Returns about how many weights both networks have. */
export function resnetWeights({
  resolution,
  channels,
  filters,
  noiseDim,
}: { [Name in keyof ResnetGeneratorOptions]-?: number }) {
  const { generator, discriminator } = planOf(resolution);
  const widthsOf = (multiples: number[]) => multiples.map((multiple) => multiple * filters);
  const between = (widths: number[]) =>
    widths.slice(1).reduce((sum, width, index) => sum + width * (9 * (width + widths[index]!) + widths[index]!), 0);
  const [ofG, ofD] = [widthsOf(generator), widthsOf(discriminator)];
  return {
    ofGenerator: noiseDim * ofG[0]! * START ** 2 + between(ofG) + 9 * channels * ofG.at(-1)!,
    ofDiscriminator: between([channels, ...ofD]),
  };
}

function planOf(resolution: number): Plan {
  const plan = PLANS[resolution];
  if (!plan) throw invalidArgument('resolution', RESNET_SIZES, resolution);
  return plan;
}
