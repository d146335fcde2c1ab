import { types } from 'node:util';
import { about, describe, invalidArgument, LibtorchGenerativeError } from './errors';
import { nearest } from './nearest';

/** Throws ERR_INVALID_ARGUMENT, naming the argument, unless the value is as expected. */
export type Check = (name: string, value: unknown) => void;

/** A check for each option. */
export type Checks<Options> = { [Name in keyof Options]-?: Check };

/**
 * Returns a plain copy of an options object, with known names and checked values; each property is read once.
 *
 * @param checks the checks of all known names; undefined values count as absent and are not checked
 * @param argument the caller's name for the object
 */
export function readOptions<Options extends object>(
  options: Options | undefined,
  checks: Checks<Options>,
  argument = 'options',
): Options {
  const values = {} as Options;
  if (options === undefined) return values;
  for (const [name, value] of entriesOf(options, argument)) {
    if (!Object.hasOwn(checks, name)) throw unknownName(argument, name, Object.keys(checks));
    if (value === undefined) continue;
    checks[name as keyof Options](name, value);
    values[name as keyof Options] = value as Options[keyof Options];
  }
  return values;
}

/**
 * Like {@link readOptions}, for an object whose properties are all required.
 *
 * @param path the caller's name for the object; its properties are named below it, as in `state.link.unit`
 */
export function readAll<T extends object>(object: T, checks: Checks<T>, path: string): T {
  if (object === undefined) throw invalidArgument(path, 'an object', object);
  const below =
    (check: Check): Check =>
    (name, value) =>
      check(`${path}.${name}`, value);
  const entries = Object.entries<Check>(checks).map(([name, check]) => [name, below(check)]);
  const values = readOptions(object, Object.fromEntries(entries) as Checks<T>, path);
  for (const [name, check] of Object.entries<Check>(checks)) {
    if (!Object.hasOwn(values, name)) check(`${path}.${name}`, undefined);
  }
  return values;
}

/** Reads the own and inherited enumerable properties of an arbitrary object. */
function entriesOf(object: object, argument: string): [string, unknown][] {
  // Rejects arrays, Maps and Promises, which would be read as if they were empty.
  const isRecord = reading(argument, () => Object.prototype.toString.call(object) === '[object Object]');
  if (!isRecord) throw invalidArgument(argument, 'an object', object);
  const names = reading(argument, () => {
    const names: string[] = [];
    for (const name in object) names.push(name);
    return names;
  });
  return names.map((name) => [name, reading(`${argument}.${name}`, () => object[name as keyof object])]);
}

/** Returns the properties of a plain object with arbitrary names, each read once. */
export function readEntries(object: object, argument: string, expected: string): [string, unknown][] {
  const isPlain = reading(argument, () => {
    if (typeof object !== 'object' || object === null || Object.getOwnPropertySymbols(object).length > 0) return false;
    const prototype = Object.getPrototypeOf(object);
    return prototype === null || Object.getPrototypeOf(prototype) === null; // from any realm
  });
  if (!isPlain) throw invalidArgument(argument, expected, object);
  return entriesOf(object, argument);
}

/** Runs code that reads a caller's object, whose getters or Proxies may throw anything. */
export function reading<T>(argument: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isInstance(cause, LibtorchGenerativeError)) throw cause;
    throw invalidArgument(argument, 'an object whose properties can be read', cause, { cause });
  }
}

/** Returns an error such as `Unknown option "epocs". Did you mean "epochs"?`. */
export function unknownName(argument: string, name: string, known: string[]): LibtorchGenerativeError {
  const near = nearest(name, known);
  const hint = near ? `Did you mean ${describe(near)}?` : `Known options: ${known.join(', ')}.`;
  const what = argument === 'options' ? 'option' : `name in ${argument}:`;
  return about(name, new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Unknown ${what} ${describe(name)}. ${hint}`));
}

/** Accepts any value, for what is checked where it is read. */
export function checkedLater(): void {}

/** Throws unless `value` is a whole number of at least 1. */
export function checkSize(name: string, value: unknown): void {
  checkInteger(name, value, { min: 1 });
}

/** Throws unless `value` is a whole number within the bounds that a double represents exactly. */
export function checkInteger(name: string, value: unknown, { min = -Infinity, max = Infinity } = {}): void {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
  const isHuge = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER;
  const most = isHuge ? Math.min(max, Number.MAX_SAFE_INTEGER) : max;
  const limits = [...(min > -Infinity ? [`at least ${min}`] : []), ...(most < Infinity ? [`at most ${most}`] : [])];
  throw invalidArgument(name, `a whole number${limits.length > 0 ? ` of ${limits.join(' and ')}` : ''}`, value);
}

interface Bounds {
  min?: number;
  above?: number;
  max?: number;
  below?: number;
}

/** Throws unless `value` is a finite number within the bounds. */
export function checkNumber(name: string, value: unknown, bounds: Bounds = {}): void {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = bounds;
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (value >= min && value > above && value <= max && value < below) return;
  }
  const words = { min: 'of at least', above: 'above', max: 'of at most', below: 'below' };
  const limits = Object.entries(bounds).map(([bound, limit]) => `${words[bound as keyof Bounds]} ${limit}`);
  throw invalidArgument(name, ['a number', limits.join(' and ')].filter(Boolean).join(' '), value);
}

/** Returns a check for numbers within the bounds. */
export function within(bounds: Bounds): Check {
  return (name, value) => checkNumber(name, value, bounds);
}

/** Returns a check for one of several words. */
export function oneOf(...choices: readonly string[]): Check {
  const [last = '', ...others] = choices.map(describe).reverse();
  const expected = others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : last;
  return (name, value) => {
    if (!choices.includes(value as string)) throw invalidArgument(name, expected, value);
  };
}

/** Throws unless `value` is true or false. */
export function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalidArgument(name, 'true or false', value);
}

/** Throws unless `value` is a non-empty string. */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalidArgument(name, 'a non-empty string', value);
}

/** Throws unless `value` is an object other than an array. */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument(name, 'an object', value);
}

/** Throws unless `value` is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(name, 'a function', value);
}

/** Throws unless `value` is an AbortSignal. */
export function checkSignal(name: string, value: unknown): void {
  if (!isInstance(value, AbortSignal)) throw invalidArgument(name, 'an AbortSignal', value);
}

/** Returns a check for arrays whose elements all pass `check`. */
export function arrayOf(check: Check, expected = 'an array'): Check {
  return (name, value) => {
    if (!reading(name, () => Array.isArray(value))) throw invalidArgument(name, expected, value);
    const array = value as unknown[];
    const length = reading(name, () => array.length);
    for (let index = 0; index < length; index++) {
      check(
        `${name}[${index}]`,
        reading(name, () => array[index]),
      );
    }
  };
}

/** Throws unless `value` is an instance of one of this package's classes. */
export function checkInstance(name: string, value: unknown, type: abstract new (...args: never) => object): void {
  if (!isInstance(value, type)) throw invalidArgument(name, `${article(type.name)} ${type.name}`, value);
}

/** `Array.isArray`, but false for a revoked Proxy instead of throwing. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** `instanceof`, but false for a Proxy, on which methods that use private fields fail. */
export function isInstance<T extends object>(value: unknown, type: abstract new (...args: never) => T): value is T {
  try {
    return !types.isProxy(value) && value instanceof type;
  } catch {
    return false;
  }
}

function article(noun: string): string {
  return /^[AEIO]/.test(noun) ? 'an' : 'a';
}

/** Returns a plain copy of an array, checking each element and reading it once. */
export function readArray<T>(name: string, array: readonly T[], check: Check, expected = 'an array'): T[] {
  return reading(name, () => {
    if (!Array.isArray(array)) throw invalidArgument(name, expected, array);
    return Array.from(array as readonly T[], (element, index) => {
      check(`${name}[${index}]`, element);
      return element;
    });
  });
}
