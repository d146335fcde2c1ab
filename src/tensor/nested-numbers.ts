import { totalmem } from 'node:os';
import { reading } from '../check';
import { describe, invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import type { DType, TypedArray } from '../native/handle';

/** A number, or numbers in rectangular nested arrays: 1, [1, 2], [[1, 2], [3, 4]], ... */
export type NestedNumbers = number | NestedNumbers[];

/** The most dimensions that libtorch's operators support; deeper arrays are a cycle or useless. */
const MOST_DIMENSIONS = 64;

/**
 * Returns nested numbers as float64, so that no precision is lost before the conversion to `dtype`, and their shape.
 *
 * @throws ERR_SHAPE if the arrays are ragged; ERR_INVALID_ARGUMENT if a value is not a number or does not fit an
 *   integer `dtype`
 */
export function readNestedNumbers(data: NestedNumbers, dtype: DType): { flat: Float64Array; shape: number[] } {
  return reading('data', () => {
    const shape = shapeOf(data);
    const flat = allocate(shape);
    const check = checkOf(dtype);
    let next = 0;
    const visit = (value: unknown, depth: number): void => {
      if (depth === shape.length) {
        if (typeof value !== 'number') throw invalidArgument('data', 'numbers in rectangular nested arrays', value);
        check?.(value);
        flat[next++] = value;
        return;
      }
      const length = shape[depth]!;
      if (!Array.isArray(value) || value.length !== length) throw raggedError(value, shape.slice(depth));
      for (let i = 0; i < length; i++) visit(value[i], depth + 1);
    };
    visit(data, 0);
    return { flat, shape };
  });
}

/** Returns the lengths of the first array at each depth. */
function shapeOf(data: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let part: unknown = data; Array.isArray(part); part = part[0]) {
    if (shape.length === MOST_DIMENSIONS) {
      throw new LibtorchGenerativeError(
        'ERR_SHAPE',
        `Expected at most ${MOST_DIMENSIONS} dimensions for data but received arrays that are nested deeper or contain themselves`,
      );
    }
    shape.push(part.length);
    if (part.length === 0) break;
  }
  return shape;
}

const MEMORY_BYTES = totalmem();

/** Checks the size first: an array that repeats the same row takes little memory, but the tensor needs every copy. */
function allocate(shape: number[]): Float64Array {
  const size = shape.reduce((product, length) => product * (length || 1), 1);
  try {
    if (size * Float64Array.BYTES_PER_ELEMENT <= MEMORY_BYTES) return new Float64Array(shape.includes(0) ? 0 : size);
  } catch {} // V8's limit is below the machine's memory
  throw new LibtorchGenerativeError('ERR_LIBTORCH', `Out of memory: ${size} numbers in data ${shapeText(shape)}`);
}

function raggedError(value: unknown, shape: number[]): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected rectangular nested arrays for data but received ragged ones: ${describe(value)} where others have shape ${shapeText(shape)}`,
  );
}

const INTEGER_RANGES: Partial<Record<DType, [number, number]>> = {
  int64: [-(2 ** 63), 2 ** 63 - 1024], // the largest number below 2^63
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
};

/** Checks numbers for an integer dtype: NaN or a number out of range would become an arbitrary integer. */
function checkOf(dtype: DType): ((value: number) => void) | undefined {
  const range = INTEGER_RANGES[dtype];
  if (!range) return undefined;
  const [min, max] = range;
  return (value) => {
    const whole = Math.trunc(value);
    if (!(whole >= min && whole <= max)) throw invalidArgument('data', `numbers that fit ${dtype}`, value);
  };
}

/** Returns the elements of a tensor in nested arrays; throws for values that JSON cannot represent. */
export function nestedNumbers(flat: TypedArray, shape: number[]): NestedNumbers {
  let next = 0;
  const visit = (depth: number): NestedNumbers =>
    depth === shape.length ? jsonNumber(flat[next++]!) : Array.from({ length: shape[depth]! }, () => visit(depth + 1));
  return visit(0);
}

function jsonNumber(value: number | bigint): number {
  const number = Number(value);
  const isExact = typeof value === 'number' || Number.isSafeInteger(number);
  if (isExact && Number.isFinite(number)) return number;
  throw new LibtorchGenerativeError(
    isExact ? 'ERR_NOT_FINITE' : 'ERR_INVALID_ARGUMENT',
    `JSON cannot represent ${value}${isExact ? '' : ' exactly'}: use toArray() or writeSafetensors()`,
  );
}
