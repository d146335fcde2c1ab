import { LibtorchGenerativeError } from '../errors';
import { readFileBytes, writeFileAtomic } from '../files';
import type { DType, TypedArray } from '../native/handle';
import { tensor } from './creation';
import type { Tensor } from './tensor';

/** What a safetensors file holds. */
export interface Safetensors {
  /** By name, as in a state dict. */
  tensors: Record<string, Tensor>;
  /** Text by name. */
  metadata: Record<string, string>;
}

type ArrayType = new (buffer: ArrayBuffer) => TypedArray;

const FORMATS: { name: string; dtype: DType; array: ArrayType }[] = [
  { name: 'F32', dtype: 'float32', array: Float32Array },
  { name: 'F64', dtype: 'float64', array: Float64Array },
  { name: 'I64', dtype: 'int64', array: BigInt64Array },
  { name: 'I32', dtype: 'int32', array: Int32Array },
  { name: 'U8', dtype: 'uint8', array: Uint8Array },
];

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes tensors as safetensors, which PyTorch and others read; the file is complete or not there at all.
 *
 * @param options without metadata the file has none
 * @throws ERR_FILE, or ERR_INVALID_ARGUMENT for a dtype other than float32, float64, int64, int32 and uint8
 * @see https://huggingface.co/docs/safetensors
 * @example
 * ```ts
 * import { Linear, readSafetensors, writeSafetensors } from 'libtorch-generative';
 *
 * const layer = new Linear(3, 2);
 * writeSafetensors('layer.safetensors', { tensors: layer.stateDict(), metadata: { made: 'by an example' } });
 * const { tensors, metadata } = readSafetensors('layer.safetensors');
 * console.log(Object.keys(tensors), metadata); // [ 'weight', 'bias' ] { made: 'by an example' }
 * ```
 */
export function writeSafetensors(path: string, { tensors, metadata = {} }: Partial<Safetensors>): void {
  const header: Record<string, Entry | Record<string, string>> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const [name, value] of Object.entries(tensors ?? {})) {
    const { dtype, shape } = value;
    const format = FORMATS.find((each) => each.dtype === dtype);
    if (!format)
      throw new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Cannot write ${name}: its dtype is ${dtype}`);
    const data = value.toArray();
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    header[name] = { dtype: format.name, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  // Padded so that the data begins at a multiple of 8 bytes.
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomic(path, Buffer.concat([length, padded, ...chunks]));
}

/**
 * Reads a safetensors file, whoever wrote it, into tensors on the CPU.
 *
 * @throws ERR_FILE if it cannot be read, ERR_CHECKPOINT if it is damaged or of another format
 * @example
 * ```ts
 * import { readSafetensors, tensor, writeSafetensors } from 'libtorch-generative';
 *
 * writeSafetensors('x.safetensors', { tensors: { x: tensor([1, 2, 3]) } });
 * console.log(readSafetensors('x.safetensors').tensors.x!.toArray()); // Float32Array(3) [ 1, 2, 3 ]
 * ```
 */
export function readSafetensors(path: string): Safetensors {
  const bytes = readFileBytes(path);
  const { header, dataStart } = readHeader(path, bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries(entries)) {
    tensors[name] = readEntry(path, name, entry, bytes.subarray(dataStart));
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function damaged(path: string, why: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is no whole safetensors file: ${why}`);
}

function readHeader(path: string, bytes: Buffer): { header: Record<string, unknown>; dataStart: number } {
  const length = bytes.length < 8 ? Number.NaN : Number(bytes.readBigUInt64LE());
  if (!(length <= bytes.length - 8)) throw damaged(path, `its header does not end within the ${bytes.length} bytes`);
  try {
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    if (header?.constructor === Object) return { header, dataStart: 8 + length };
  } catch {}
  throw damaged(path, 'its header is not a JSON object');
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  return typeof dtype === 'string' && isSizes(shape) && isSizes(offsets) && offsets.length === 2;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function readEntry(path: string, name: string, entry: unknown, data: Buffer): Tensor {
  if (!isEntry(entry)) throw damaged(path, `${name} lacks a dtype, a shape or two data_offsets of whole numbers`);
  const format = FORMATS.find((each) => each.name === entry.dtype);
  if (!format) throw damaged(path, `${name} is of type ${entry.dtype}, which is not supported`);
  const [start, end] = entry.data_offsets;
  if (start > end || end > data.length) {
    throw damaged(path, `${name} needs bytes ${start} to ${end} of ${data.length}`);
  }
  const copy = new Uint8Array(end - start);
  copy.set(data.subarray(start, end));
  const isWhole = copy.byteLength % new format.array(new ArrayBuffer(0)).BYTES_PER_ELEMENT === 0;
  if (!isWhole) throw damaged(path, `${name} has ${copy.byteLength} bytes`);
  const array = new format.array(copy.buffer);
  if (entry.shape.reduce((product, size) => product * size, 1) !== array.length) {
    throw damaged(path, `${name} has ${array.length} elements for shape (${entry.shape})`);
  }
  return tensor(array, { shape: entry.shape });
}
