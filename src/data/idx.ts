import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync, type ZlibOptions } from 'node:zlib';
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
const MAX_BYTES = 2 ** 31 - 1;

/** As much of a compressed file as holds any header. */
const COMPRESSED_HEADER_BYTES = 4096;

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
  return parseIdx(path, unzip(path, bytes, gunzipOptions(path, bytes, numDims)), numDims);
}

/** {@link readIdx} without blocking the event loop. */
export async function readIdxAsync(path: string, numDims?: number): Promise<IdxArray> {
  const bytes = await readFileBytesAsync(path);
  if (!isGzip(path, bytes)) return parseIdx(path, bytes, numDims);
  const options = gunzipOptions(path, bytes, numDims);
  const plain = await promisify(gunzip)(bytes, options).catch((error) => {
    throw badGzip(path, error);
  });
  return parseIdx(path, plain, numDims);
}

function unzip(path: string, bytes: Buffer, options: ZlibOptions): Buffer {
  try {
    return gunzipSync(bytes, options);
  } catch (error) {
    throw badGzip(path, error);
  }
}

/** Allows no more bytes than the header tells, so that a file cannot fill the memory with zeros. */
function gunzipOptions(path: string, bytes: Buffer, numDims?: number): ZlibOptions {
  if (bytes.length <= COMPRESSED_HEADER_BYTES) return {}; // at most 4 MB
  const part = bytes.subarray(0, COMPRESSED_HEADER_BYTES);
  const { start, size } = readHeader(path, unzip(path, part, { finishFlush: constants.Z_SYNC_FLUSH }), numDims);
  return { maxOutputLength: Math.min(start + size, MAX_BYTES), chunkSize: 2 ** 20 };
}

function parseIdx(path: string, bytes: Buffer, numDims?: number): IdxArray {
  // The header cannot be trusted: compare its sizes with the data instead of allocating memory for them.
  const { shape, start, size: expected } = readHeader(path, bytes, numDims);
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

/** Returns the shape, where the elements start, and their number. */
function readHeader(path: string, bytes: Buffer, numDims?: number): { shape: number[]; start: number; size: number } {
  const shape = readShape(path, bytes);
  if (numDims !== undefined && shape.length !== numDims) {
    throw formatError(path, `expected ${numDims} dimensions but found ${shape.length} (${shape.join(' x ')})`);
  }
  return { shape, start: 4 + 4 * shape.length, size: shape.reduce((product, size) => product * size, 1) };
}

function badGzip(path: string, error: unknown): LibtorchGenerativeError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
    return formatError(path, 'it has trailing bytes, which its header does not tell of, or more than 2 GiB', error);
  }
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
