import { types } from 'node:util';
import { reading } from '../check';
import { formatError, invalidArgument } from '../errors';

/** Numbers from a caller: a plain array, or a typed array of numbers. */
export type Numbers =
  | readonly number[]
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Longer arrays are sparse: iterating over their holes would take half a minute. */
const MAX_ELEMENTS = 2 ** 27;

interface Reading {
  /** Whether NaN, and null in a plain array, are missing values, read as NaN; default false: they are rejected. */
  missing?: boolean;
  /** Names the series in messages: ` of the series "a"`. */
  of?: string;
}

/**
 * Copies a caller's numbers.
 *
 * @param name the argument's name in messages
 * @throws ERR_INVALID_ARGUMENT for anything but an array of numbers; ERR_DATA_FORMAT, with the place, for a number that
 *   is not finite
 */
export function toNumbers(name: string, value: unknown, { missing = false, of = '' }: Reading = {}): Float64Array {
  const numbers = isTypedArray(value) ? copyTyped(name + of, value) : copyPlain(name, value, { missing, of });
  const odd = numbers.findIndex((number) => !(Number.isFinite(number) || (missing && Number.isNaN(number))));
  if (odd === -1) return numbers;
  const found = `Expected a finite number for ${name}[${odd}]${of} but received ${numbers[odd]}`;
  throw formatError(found);
}

/** Returns a caller's numbers, finite or not; typed arrays are not copied. @throws ERR_INVALID_ARGUMENT */
export function asNumbers(name: string, value: unknown): Exclude<Numbers, readonly number[]> {
  return isTypedArray(value) ? value : copyPlain(name, value, { missing: false, of: '' });
}

/** Copies a caller's array of any elements. @throws ERR_INVALID_ARGUMENT */
export function toElements(name: string, value: unknown): unknown[] {
  const length = reading(name, () => (Array.isArray(value) ? value.length : undefined));
  if (length === undefined) throw invalidArgument(name, 'an array', value);
  if (length > MAX_ELEMENTS) throw invalidArgument(name, `at most ${MAX_ELEMENTS} elements`, value);
  return reading(name, () => Array.from(value as unknown[]));
}

/** Returns whether a value is a typed array with elements of type number. */
function isTypedArray(value: unknown): value is Exclude<Numbers, readonly number[]> {
  return types.isTypedArray(value) && !types.isBigInt64Array(value) && !types.isBigUint64Array(value);
}

function copyTyped(name: string, value: Exclude<Numbers, readonly number[]>): Float64Array {
  try {
    return new Float64Array(value);
  } catch (cause) {
    throw invalidArgument(name, 'an array whose memory was not transferred', value, { cause });
  }
}

function copyPlain(name: string, value: unknown, { missing, of }: Required<Reading>): Float64Array {
  const { numbers, odd } = reading(name + of, () => {
    if (!Array.isArray(value)) return {};
    const numbers = new Float64Array(value.length);
    for (let index = 0; index < numbers.length; index++) {
      const element: unknown = value[index];
      const isMissing = missing && element === null;
      if (typeof element !== 'number' && !isMissing) return { odd: { index, element } };
      numbers[index] = isMissing ? Number.NaN : (element as number);
    }
    return { numbers };
  });
  if (odd) throw invalidArgument(`${name}[${odd.index}]${of}`, missing ? 'a number or null' : 'a number', odd.element);
  if (!numbers) throw invalidArgument(name + of, 'an array of numbers', value);
  return numbers;
}
