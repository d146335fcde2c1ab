import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { checkSize } from '../check';
import { LibtorchGenerativeError } from '../errors';
import { readFileBytes, readFileBytesAsync } from '../files';

/** An array of unsigned bytes in row-major order. */
export interface IdxArray {
  /** Size of each dimension. */
  shape: number[];
  /** The elements; their number is the product of the sizes. */
  data: Uint8Array;
}

const elementTypes: Record<number, string> = {
  8: 'unsigned byte',
  9: 'signed byte',
  11: 'short',
  12: 'int',
  13: 'float',
  14: 'double',
};
const unsignedByte = 8;

/** Node's size limit for reading a file, applied to decompressed data too. */
const gunzipOptions = { maxOutputLength: 2 ** 31 - 1, chunkSize: 2 ** 20 };

/**
 * Reads an IDX file of unsigned bytes, MNIST's format, plain or gzip (detected by content, not by name).
 * The header has two zero bytes, the element type, the number of dimensions, then each size as a big-endian uint32.
 *
 * @param numDims the expected number of dimensions; default any
 * @throws ERR_FILE if the file cannot be read; ERR_DATA_FORMAT if it is not a complete, non-empty array of unsigned
 *   bytes
 * @see http://yann.lecun.com/exdb/mnist/
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readIdx } from 'libtorch-generative';
 *
 * writeFileSync('labels', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4));
 * console.log(readIdx('labels')); // { shape: [ 3 ], data: Uint8Array(3) [ 5, 0, 4 ] }
 * ```
 */
export function readIdx(path: string, numDims?: number): IdxArray {
  if (numDims !== undefined) checkSize('numDims', numDims);
  const bytes = readFileBytes(path);
  if (!isGzip(path, bytes)) return parseIdx(path, bytes, numDims);
  let plain: Buffer;
  try {
    plain = gunzipSync(bytes, gunzipOptions);
  } catch (error) {
    throw badGzip(path, error);
  }
  return parseIdx(path, plain, numDims);
}

/** {@link readIdx} without blocking the event loop. */
export async function readIdxAsync(path: string, numDims?: number): Promise<IdxArray> {
  const bytes = await readFileBytesAsync(path);
  if (!isGzip(path, bytes)) return parseIdx(path, bytes, numDims);
  const plain = await promisify(gunzip)(bytes, gunzipOptions).catch((error) => {
    throw badGzip(path, error);
  });
  return parseIdx(path, plain, numDims);
}

function parseIdx(path: string, bytes: Buffer, numDims?: number): IdxArray {
  const shape = readShape(path, bytes);
  if (numDims !== undefined && shape.length !== numDims) {
    throw formatError(path, `expected ${numDims} dimensions but found ${shape.length} (${shape.join(' x ')})`);
  }

  // The header cannot be trusted: compare its sizes with the data instead of allocating memory for them.
  const start = 4 + 4 * shape.length;
  const expected = shape.reduce((product, size) => product * size, 1);
  const found = bytes.length - start;
  if (found !== expected) {
    const problem = found < expected ? 'it is truncated' : 'it has trailing bytes';
    throw formatError(
      path,
      `${problem}: expected ${expected} bytes of data for ${shape.join(' x ')} but found ${found}`,
    );
  }
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, expected) };
}

function isGzip(path: string, bytes: Buffer): boolean {
  if (bytes.length === 0) throw formatError(path, 'it is empty');
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function badGzip(path: string, error: unknown): LibtorchGenerativeError {
  return formatError(path, `its gzip data is corrupt or truncated (${(error as Error).message})`, error);
}

function readShape(path: string, bytes: Buffer): number[] {
  if (bytes.length < 4) throw formatError(path, `it is truncated: expected 4 bytes of magic but found ${bytes.length}`);
  const [type, numDims] = [bytes[2]!, bytes[3]!];
  if (bytes.readUInt16BE(0) !== 0 || !(type in elementTypes) || numDims === 0) {
    const expected = 'expected the magic 00 00 08 and the number of dimensions';
    throw formatError(path, `${expected} but found ${bytes.toString('hex', 0, 4).replace(/..(?!$)/g, '$& ')}`);
  }
  if (type !== unsignedByte) {
    throw formatError(path, `expected elements of type unsigned byte (08) but found ${elementTypes[type]}`);
  }
  if (bytes.length < 4 + 4 * numDims) {
    const needed = 4 + 4 * numDims;
    throw formatError(path, `its header is truncated: expected ${needed} bytes but found ${bytes.length}`);
  }

  const shape = Array.from({ length: numDims }, (_, dim) => bytes.readUInt32BE(4 + 4 * dim));
  if (shape.includes(0)) throw formatError(path, `expected sizes of at least 1 but found ${shape.join(' x ')}`);
  return shape;
}

function formatError(path: string, problem: string, cause?: unknown): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', `Cannot read ${path} as an IDX file: ${problem}`, { cause });
}
