import { type Checks, checkInteger, checkSize, readAll, readOptions } from '../check';
import { type ImageSet, samplesToImages } from '../data/images';
import { invalidArgument } from '../errors';
import { Generator } from '../models/generator';
import { checkModule } from '../nn/module';
import { noGrad } from '../tensor/autograd';
import { RandomGenerator, randn } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** Options of {@link drawImages}. */
export interface DrawImagesOptions {
  /** Number of images. */
  count: number;
  /** Height in pixels, as in the generator's training images. */
  height: number;
  /** Width in pixels, as in the generator's training images. */
  width: number;
  /** The same seed and count draw the same images; default 0. */
  seed?: number | undefined;
}

const SIZES = { count: checkSize, height: checkSize, width: checkSize };
const CHECKS: Checks<DrawImagesOptions> = { ...SIZES, seed: (name, value) => checkInteger(name, value) };

/** The largest buffer that Node supports on all systems. */
const MAX_BYTES = 2 ** 31 - 1;

/** Number of images drawn at once. */
const BATCH_SIZE = 1000;

/**
 * Draws images with 256 gray levels from a generator. The noise is the same on every device.
 *
 * @throws ERR_INVALID_ARGUMENT for a count that is not a whole number of at least 1, or a size that does not match the
 *   generator's
 * @example
 * ```ts
 * import { drawImages, Generator } from 'libtorch-generative';
 *
 * const generator = new Generator(); // untrained; loadGenerator() returns a trained one
 * const { images, count } = drawImages(generator, { count: 10, height: 28, width: 28, seed: 1 });
 * console.log(count, images.length === 10 * 28 * 28); // 10 true
 * ```
 */
export function drawImages(generator: Generator, options: DrawImagesOptions): ImageSet {
  checkModule('generator', generator, Generator);
  const { seed = 0, ...size } = readOptions(options, CHECKS);
  const { count, height, width } = readAll(size, SIZES, 'options');
  if (height * width !== generator.dataDim) {
    throw invalidArgument('height and width', `the generator's ${generator.dataDim} pixels`, `${height} x ${width}`);
  }
  checkInteger('count', count, { max: Math.floor(MAX_BYTES / (height * width)) });
  const images = new Uint8Array(count * height * width);
  const random = new RandomGenerator(seed);
  const { device } = generator.parameters()[0]!;
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const shape = [Math.min(BATCH_SIZE, count - start), generator.noiseDim];
    const samples = scope(() => drawSamples(generator, randn(shape, { generator: random }).to({ device })));
    images.set(samplesToImages(samples, { height, width }).images, start * height * width);
  }
  return { images, count, height, width };
}

/** Draws samples in [-1, 1] from noise (B, noiseDim), in row-major order. */
export function drawSamples(generator: Generator, noise: Tensor<'float32'>): Float32Array {
  return scope(() => noGrad(() => generator.forward(noise).toArray()));
}
