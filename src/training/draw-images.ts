import { type Checks, checkInteger, checkSize, readAll, readOptions } from '../check';
import type { Channels } from '../data/image-set';
import { type ImageSet, samplesToImages } from '../data/images';
import { invalidArgument } from '../errors';
import { checkClass, checkTruncation, classesFrom, SampleGenerator } from '../models/sample-generator';
import { inEvalMode } from '../nn/eval-mode';
import { checkModule } from '../nn/module';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import { encodeGrid } from '../report/png';
import { noGrad } from '../tensor/autograd';
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
  /** An image depends on the seed and its own number only: the same seed draws the same first images. Default 0. */
  seed?: number | undefined;
  /** Factor of the noise, above 0: below 1, images are more typical and less varied. Default 1. */
  truncation?: number | undefined;
  /** The class of all images, from 0, of a {@link ConditionalGenerator}; default one class after the other. */
  class?: number | undefined;
}

const SIZES = { count: checkSize, height: checkSize, width: checkSize };
const CHECKS: Checks<DrawImagesOptions> = {
  ...SIZES,
  seed: (name, value) => checkInteger(name, value),
  truncation: checkTruncation,
  class: checkClass,
};

/** The largest buffer that Node supports on all systems. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Draws images of bytes from a generator, without blocking the event loop, see {@link Generator.sample}. The
 * noise is the same on every device.
 *
 * @throws ERR_INVALID_ARGUMENT for a count that is not a whole number of at least 1, or a size that does not match the
 *   generator's
 * @example
 * ```ts
 * import { drawImages, Generator } from 'libtorch-generative';
 *
 * const generator = new Generator(); // untrained; loadGenerator() returns a trained one
 * const { images, count } = await drawImages(generator, { count: 10, height: 28, width: 28, seed: 1 });
 * console.log(count, images.length === 10 * 28 * 28); // 10 true
 * ```
 */
export async function drawImages(
  generator: SampleGenerator,
  options: DrawImagesOptions & Abortable,
): Promise<ImageSet> {
  checkModule('generator', generator, SampleGenerator);
  const { signal, ...asked } = readOptions(options, { ...CHECKS, ...ABORTABLE });
  const wanted = checked(generator, asked);
  const { count, height, width } = wanted;
  const images = (await generator.ask({ ask: 'images', ...wanted }, signal)) as Uint8Array;
  return withLabels({ images, count, channels: channelsOf(generator, wanted), height, width }, generator, wanted);
}

/**
 * Draws images as a PNG file, arranged in a grid as by {@link encodeGrid}, without blocking the event loop. A single image
 * is the whole picture, without padding or magnification.
 *
 * @returns the bytes of the file
 * @throws as {@link drawImages}
 * @example
 * ```ts
 * import { drawGrid, Generator } from 'libtorch-generative';
 *
 * const png = await drawGrid(new Generator(), { count: 16, height: 28, width: 28, seed: 1 });
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // PNG
 * ```
 */
export async function drawGrid(
  generator: SampleGenerator,
  options: DrawImagesOptions & Abortable,
): Promise<Uint8Array> {
  checkModule('generator', generator, SampleGenerator);
  const { signal, ...asked } = readOptions(options, { ...CHECKS, ...ABORTABLE });
  return (await generator.ask({ ask: 'grid', ...checked(generator, asked) }, signal)) as Uint8Array;
}

/** {@link drawGrid} in this thread. */
export function drawGridSync(generator: SampleGenerator, options: DrawImagesOptions): Uint8Array {
  const { images, channels, height, width } = drawImagesSync(generator, options);
  const single = options.count === 1 && { padding: 0, scale: 1 };
  return encodeGrid(images, { channels, height, width, range: [0, 255], ...single });
}

/**
 * As {@link drawImages}, in this thread, which it blocks.
 *
 * @example
 * ```ts
 * import { drawImagesSync, Generator } from 'libtorch-generative';
 *
 * const { count } = drawImagesSync(new Generator(), { count: 10, height: 28, width: 28 });
 * console.log(count); // 10
 * ```
 */
export function drawImagesSync(generator: SampleGenerator, options: DrawImagesOptions): ImageSet {
  checkModule('generator', generator, SampleGenerator);
  const { height, width, ...wanted } = checked(generator, readOptions(options, CHECKS));
  const channels = channelsOf(generator, { height, width });
  return withLabels(samplesToImages(generator.sampleSync(wanted), { channels, height, width }), generator, wanted);
}

/** Adds the classes that were asked for, if there are any. */
function withLabels(
  images: ImageSet,
  { numClasses }: SampleGenerator,
  { class: only }: Pick<DrawImagesOptions, 'class'>,
): ImageSet {
  if (numClasses === 0) return images;
  return { ...images, labels: Int32Array.from(classesFrom(0, images.count, { numClasses, only })) };
}

/** Checks options and fills in the defaults. */
function checked(
  generator: SampleGenerator,
  { seed = 0, truncation = 1, class: only, ...given }: Partial<DrawImagesOptions>,
) {
  const size = readAll(given as Pick<DrawImagesOptions, keyof typeof SIZES>, SIZES, 'options');
  generator.checkKnown(only);
  channelsOf(generator, size);
  checkInteger('count', size.count, { max: Math.floor(MAX_BYTES / generator.dataDim) });
  return { ...size, seed, truncation, ...(only !== undefined && { class: only }) };
}

/** Returns the channels of a generator's images. @throws ERR_INVALID_ARGUMENT if they haven't this size */
function channelsOf({ dataDim }: SampleGenerator, { height, width }: { height: number; width: number }): Channels {
  const channels = dataDim / (height * width);
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  const expected = `those of the generator's images, of ${dataDim} values in 1, 3 or 4 channels,`;
  throw invalidArgument('height and width', expected, `${height} x ${width}`);
}

/**
 * Draws samples in [-1, 1] from noise (B, noiseDim), in row-major order.
 *
 * @param first the number of the first sample, by which their classes go on
 */
export function drawSamples(generator: SampleGenerator, noise: Tensor<'float32'>, first = 0): Float32Array {
  const draw = () => generator.generate(noise, generator.labels(noise.size(0), { first })).toArray();
  return scope(() => noGrad(() => inEvalMode(generator, draw)));
}
