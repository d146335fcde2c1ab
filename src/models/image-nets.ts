import { LibtorchGenerativeError, shapeText } from '../errors';
import type { DType } from '../native/handle';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';
import type { NetRecipe } from './generator-copies';
import { SampleDiscriminator } from './sample-discriminator';
import { SampleGenerator } from './sample-generator';

/** Sizes of a net for square images. */
interface Sizes {
  resolution: number;
  channels: number;
  filters: number;
}

/** A generator of square images. */
export abstract class ImageGenerator extends SampleGenerator {
  /** Length of a noise vector. */
  readonly noiseDim: number;
  /** Height and width of an image. */
  readonly resolution: number;
  /** Channels of an image. */
  readonly channels: number;
  /** The option of this name, which tells how many channels the layers have. */
  readonly filters: number;
  /** Values per image. */
  readonly dataDim: number;

  constructor({ noiseDim, resolution, channels, filters }: Sizes & { noiseDim: number }) {
    super();
    this.noiseDim = noiseDim;
    this.resolution = resolution;
    this.channels = channels;
    this.filters = filters;
    this.dataDim = channels * resolution ** 2;
  }

  /** Throws ERR_SHAPE unless `noise` is (B, noiseDim). */
  protected checkNoise(noise: Tensor<DType>): void {
    checkTensor('noise', noise);
    const { shape } = noise;
    if (shape.length !== 2 || shape[1] !== this.noiseDim) throw misshapen('noise', [this.noiseDim], shape);
  }

  /** @internal What one of a kind is made from; a class of the caller's own is not known in other threads. */
  protected recipeOf(net: 'dcgan' | 'resnet', type: unknown): NetRecipe | undefined {
    if (this.constructor !== type) return undefined;
    const { noiseDim, resolution, channels, filters } = this;
    return { net, options: { noiseDim, resolution, channels, filters } };
  }
}

/** A discriminator of square images. */
export abstract class ImageDiscriminator extends SampleDiscriminator {
  /** Height and width of an image. */
  readonly resolution: number;
  /** Channels of an image. */
  readonly channels: number;
  /** The option of this name, which tells how many channels the layers have. */
  readonly filters: number;
  /** Values per image. */
  readonly dataDim: number;

  constructor({ resolution, channels, filters }: Sizes) {
    super();
    this.resolution = resolution;
    this.channels = channels;
    this.filters = filters;
    this.dataDim = channels * resolution ** 2;
  }

  /** Returns images as (B, channels, resolution, resolution), whether they are that or rows. @throws ERR_SHAPE */
  protected asImages<D extends DType>(images: Tensor<D>): Tensor<D> {
    checkTensor('images', images);
    const [, ...size] = images.shape;
    const expected = [this.channels, this.resolution, this.resolution];
    if (size.join() === expected.join()) return images;
    if (size.join() === `${this.dataDim}`) return images.reshape([-1, ...expected]);
    throw misshapen('images', expected, images.shape);
  }
}

function misshapen(name: string, expected: number[], received: readonly number[]): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape (B, ${expected.join(', ')}) for ${name} but received ${shapeText(received)}`,
  );
}
