import { type Checks, checkInstance, readEntries, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import { readFileBytes, writeFileAtomic } from '../files';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from './tensor';

/** The contents of a safetensors file. */
export interface Safetensors {
  /** Tensors by name, as in a state dict. */
  tensors: Record<string, Tensor>;
  /** Strings by name. */
  metadata: Record<string, string>;
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Strings by name, stored in the file's header. Default none. */
  metadata?: Record<string, string> | undefined;
}

interface Format {
  name: string;
  dtype: DType;
  /** Bytes per element. */
  size: number;
}

const FORMATS: Format[] = [
  { name: 'F64', dtype: 'float64', size: 8 },
  { name: 'I64', dtype: 'int64', size: 8 },
  { name: 'F32', dtype: 'float32', size: 4 },
  { name: 'I32', dtype: 'int32', size: 4 },
  { name: 'F16', dtype: 'float16', size: 2 },
  { name: 'BF16', dtype: 'bfloat16', size: 2 },
  { name: 'U8', dtype: 'uint8', size: 1 },
  { name: 'BOOL', dtype: 'bool', size: 1 },
];

const METADATA = '__metadata__';

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes tensors to a safetensors file, as Python's `save_file` does, for PyTorch and other readers. The write is
 * atomic: a failure leaves no partial file.
 *
 * @param path path of the file
 * @param tensors tensors by name, as {@link Module.stateDict} returns them
 * @param options.metadata strings by name, for the file's header
 * @throws ERR_FILE if the file cannot be written; ERR_INVALID_ARGUMENT if a value is not a Tensor, or metadata is not a
 *   string; then nothing was written
 * @see https://huggingface.co/docs/safetensors
 * @example
 * ```ts
 * import { Linear, readSafetensors, writeSafetensors } from 'libtorch-generative';
 *
 * const layer = new Linear(3, 2);
 * writeSafetensors('layer.safetensors', layer.stateDict(), { metadata: { made: 'by an example' } });
 * const { tensors, metadata } = readSafetensors('layer.safetensors');
 * console.log(Object.keys(tensors), metadata); // [ 'weight', 'bias' ] { made: 'by an example' }
 * ```
 */
export function writeSafetensors(
  path: string,
  tensors: Record<string, Tensor>,
  options?: WriteSafetensorsOptions,
): void {
  const { metadata = {} } = readOptions(options, OPTIONS);
  const parts = readEntries(tensors, 'tensors', 'an object of Tensors by name').map(partOf);
  const header: [string, Entry | Record<string, string>][] = [];
  if (Object.keys(metadata).length > 0) header.push([METADATA, metadata]);
  // Larger elements first, as Python does, so that each tensor starts at a multiple of its element size.
  const inFile = parts.toSorted((a, b) => b.format.size - a.format.size);
  const offsets = new Map<Part, [number, number]>();
  let end = 0;
  for (const part of inFile) {
    const start = end;
    end += part.bytes.length;
    offsets.set(part, [start, end]);
  }
  for (const part of parts) {
    const { name, format, shape } = part;
    header.push([name, { dtype: format.name, shape, data_offsets: offsets.get(part)! }]);
  }
  writeFileAtomic(path, encodeHeader(header), ...inFile.map(({ bytes }) => bytes));
}

const OPTIONS: Checks<WriteSafetensorsOptions> = {
  metadata(name, value) {
    for (const [key, text] of readEntries(value as object, name, 'an object of strings by name')) {
      checkText(`a name in ${name}`, key);
      checkText(`${name}.${key}`, text);
    }
  },
};

interface Part {
  name: string;
  format: Format;
  shape: number[];
  bytes: Uint8Array;
}

function partOf([name, value]: [string, unknown]): Part {
  if (name === METADATA) throw invalidArgument('a name in tensors', `anything but ${METADATA}`, name);
  checkText('a name in tensors', name);
  checkInstance(`tensors.${name}`, value, Tensor);
  const { handle, dtype, shape } = value as Tensor;
  const format = FORMATS.find((each) => each.dtype === dtype)!;
  return { name, format, shape, bytes: native().toBytes(handle) };
}

/** Throws unless `value` is text that UTF-8 can encode: a lone surrogate cannot be. */
function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
  if (/\p{Surrogate}/u.test(value)) throw invalidArgument(name, 'well-formed Unicode', value);
}

/** Encodes the header, padded so that the data starts at a multiple of 8 bytes. */
function encodeHeader(entries: [string, unknown][]): Buffer {
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}

/**
 * Reads any safetensors file into tensors on the CPU.
 *
 * @throws ERR_FILE if the file cannot be read; ERR_CHECKPOINT if it is corrupt, in another format, or has a tensor of
 *   an unsupported dtype, such as F8_E4M3
 * @example
 * ```ts
 * import { readSafetensors, tensor, writeSafetensors } from 'libtorch-generative';
 *
 * writeSafetensors('x.safetensors', { x: tensor([1, 2, 3]) });
 * console.log(readSafetensors('x.safetensors').tensors.x!.toArray()); // Float32Array(3) [ 1, 2, 3 ]
 * ```
 */
export function readSafetensors(path: string): Safetensors {
  const bytes = readFileBytes(path);
  const { header, dataStart } = readHeader(path, bytes);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isText(metadata)) throw damaged(path, `its ${METADATA} does not map names to text`);
  const data = bytes.subarray(dataStart);
  const checked = Object.entries(entries).map(([name, entry]) => checkEntry(path, name, entry, data));
  checkOffsets(path, checked, data.length);
  return {
    tensors: Object.fromEntries(checked.map((entry) => [entry.name, readEntry(entry, data)])),
    metadata,
  };
}

function damaged(path: string, why: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is an invalid safetensors file: ${why}`);
}

function readHeader(path: string, bytes: Buffer): { header: Record<string, unknown>; dataStart: number } {
  const length = bytes.length < 8 ? Number.NaN : Number(bytes.readBigUInt64LE());
  if (!(length <= bytes.length - 8))
    throw damaged(path, `its header extends past the end of the file (${bytes.length} bytes)`);
  const header = parseObject(bytes.subarray(8, 8 + length));
  if (!header) throw damaged(path, 'its header is not a JSON object');
  if (header.duplicate !== undefined) throw damaged(path, `its header has ${JSON.stringify(header.duplicate)} twice`);
  return { header: header.value, dataStart: 8 + length };
}

function parseObject(bytes: Buffer): { value: Record<string, unknown>; duplicate: string | undefined } | undefined {
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { value, duplicate: duplicateName(json) } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the first duplicate name in an object of valid JSON; JSON.parse silently keeps the last one. */
function duplicateName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon) {
      const name: string = JSON.parse(text!);
      if (open.at(-1)!.has(name)) return name;
      open.at(-1)!.add(name);
    }
  }
  return undefined;
}

function isText(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  return typeof dtype === 'string' && isSizes(shape) && isSizes(offsets) && offsets.length === 2;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

interface CheckedEntry {
  name: string;
  dtype: DType;
  shape: number[];
  start: number;
  end: number;
}

function checkEntry(path: string, name: string, entry: unknown, data: Buffer): CheckedEntry {
  if (!isEntry(entry)) throw damaged(path, `${name} lacks a dtype, a shape or two data_offsets of whole numbers`);
  const { shape, data_offsets: offsets } = entry;
  const [start, end] = offsets;
  const format = FORMATS.find((each) => each.name === entry.dtype);
  if (!format) {
    const names = FORMATS.map((each) => each.name).join(', ');
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `${path} cannot be read: ${name} has dtype ${entry.dtype}; supported are ${names}`,
    );
  }
  if (start > end || end > data.length) throw damaged(path, `${name} spans bytes ${start} to ${end} of ${data.length}`);
  const size = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, format.size);
  if (size !== end - start) {
    throw damaged(path, `${name} has ${end - start} bytes instead of ${size} for ${format.dtype} ${shapeText(shape)}`);
  }
  if (format.dtype === 'bool' && data.subarray(start, end).some((byte) => byte > 1)) {
    throw damaged(path, `${name} has bytes that are neither true (1) nor false (0)`);
  }
  return { name, dtype: format.dtype, shape, start, end };
}

/** Throws unless each byte of the data belongs to exactly one tensor. */
function checkOffsets(path: string, entries: CheckedEntry[], length: number): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start < end) throw damaged(path, `${entry.name} overlaps another tensor, from byte ${entry.start}`);
    if (entry.start > end) throw damaged(path, `bytes ${end} to ${entry.start} belong to no tensor`);
    end = entry.end;
  }
  if (end < length) throw damaged(path, `bytes ${end} to ${length} belong to no tensor`);
}

function readEntry({ dtype, shape, start, end }: CheckedEntry, data: Buffer): Tensor {
  return new Tensor(native().fromBytes(data.subarray(start, end), dtype, shape));
}
