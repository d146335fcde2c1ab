import { types } from 'node:util';
import { reading } from '../check';
import { formatError, invalidArgument } from '../errors';

/** Numbers as a program has them: a plain array, or a typed array of any kind but BigInt's. */
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

/** An array that claims more holds nothing: it would be gone through for half a minute. */
const MAX_ELEMENTS = 2 ** 27;

interface Reading {
  /** Whether NaN, and null in a plain array, count as missing values: both become NaN. Default false: refused. */
  missing?: boolean;
  /** Whose numbers they are, for messages: ` of the series "a"`. */
  of?: string;
}

/**
 * A copy of a caller's numbers.
 *
 * @param name what the caller knows them by
 * @throws ERR_INVALID_ARGUMENT for anything but an array of numbers; ERR_DATA_FORMAT, with the place, for a number that is not
 *   finite
 */
export function toNumbers(name: string, value: unknown, { missing = false, of = '' }: Reading = {}): Float64Array {
  const numbers = isTypedArray(value) ? copyTyped(name + of, value) : copyPlain(name, value, { missing, of });
  const odd = numbers.findIndex((number) => !(Number.isFinite(number) || (missing && Number.isNaN(number))));
  if (odd === -1) return numbers;
  const found = `Expected a finite number for ${name}[${odd}]${of} but received ${numbers[odd]}`;
  throw formatError(found);
}

/** A caller's numbers, of any size or none: a typed array as it is. @throws ERR_INVALID_ARGUMENT */
export function asNumbers(name: string, value: unknown): Exclude<Numbers, readonly number[]> {
  return isTypedArray(value) ? value : copyPlain(name, value, { missing: false, of: '' });
}

/** A copy of a caller's array of anything. @throws ERR_INVALID_ARGUMENT */
export function toElements(name: string, value: unknown): unknown[] {
  const length = reading(name, () => (Array.isArray(value) ? value.length : undefined));
  if (length === undefined) throw invalidArgument(name, 'an array', value);
  if (length > MAX_ELEMENTS) throw invalidArgument(name, `at most ${MAX_ELEMENTS} elements`, value);
  return reading(name, () => Array.from(value as unknown[]));
}

/** Whether a value is a typed array whose elements are of type number. */
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
