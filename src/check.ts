import { types } from 'node:util';
import { describe, invalidArgument, LibtorchGenerativeError } from './errors';
import { nearest } from './nearest';

/** Throws ERR_INVALID_ARGUMENT, naming the argument, unless the value is as expected. */
export type Check = (name: string, value: unknown) => void;

/** A check for each name that an object of options may have. */
export type Checks<Options> = { [Name in keyof Options]-?: Check };

/**
 * A plain copy of an object of options: every name known, every value checked, each property read once.
 *
 * @param checks of all names that there are; a value of undefined is as if the name were absent, and not checked
 * @param argument what the caller knows the object by
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
 * As {@link readOptions}, for an object all of whose properties have to be there.
 *
 * @param path what the caller knows the object by; its properties are named below it, as in `state.link.unit`
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

/** Reads an object that may be anything: its own and inherited enumerable properties. */
function entriesOf(object: object, argument: string): [string, unknown][] {
  // Not an array, a Map or a Promise, which would be read as if it were empty.
  const isRecord = reading(argument, () => Object.prototype.toString.call(object) === '[object Object]');
  if (!isRecord) throw invalidArgument(argument, 'an object', object);
  const names = reading(argument, () => {
    const names: string[] = [];
    for (const name in object) names.push(name);
    return names;
  });
  return names.map((name) => [name, reading(`${argument}.${name}`, () => object[name as keyof object])]);
}

/** The properties of a plain object whose names are the caller's, each read once. */
export function readEntries(object: object, argument: string, expected: string): [string, unknown][] {
  const isPlain = reading(argument, () => {
    if (typeof object !== 'object' || object === null || Object.getOwnPropertySymbols(object).length > 0) return false;
    const prototype = Object.getPrototypeOf(object);
    return prototype === null || Object.getPrototypeOf(prototype) === null; // whatever realm it is from
  });
  if (!isPlain) throw invalidArgument(argument, expected, object);
  return entriesOf(object, argument);
}

/** Runs what reads a caller's object: a getter or a Proxy may throw anything. */
export function reading<T>(argument: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isInstance(cause, LibtorchGenerativeError)) throw cause;
    throw invalidArgument(argument, 'an object whose properties can be read', cause, { cause });
  }
}

/** `Unknown option "epocs". Did you mean "epochs"?` */
function unknownName(argument: string, name: string, known: string[]): LibtorchGenerativeError {
  const near = nearest(name, known);
  const hint = near ? `Did you mean ${describe(near)}?` : `Known options: ${known.join(', ')}.`;
  const what = argument === 'options' ? 'option' : `name in ${argument}:`;
  return new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Unknown ${what} ${describe(name)}. ${hint}`);
}

/** Throws unless `value` is a whole number of at least 1. */
export function checkSize(name: string, value: unknown): void {
  checkInteger(name, value, { min: 1 });
}

/** Throws unless `value` is a whole number within the bounds, which doubles hold exactly. */
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

/** A check for numbers within the bounds. */
export function within(bounds: Bounds): Check {
  return (name, value) => checkNumber(name, value, bounds);
}

/** A check for one of some words. */
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

/** Throws unless `value` is a string that is not empty. */
export function checkString(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalidArgument(name, 'a string that is not empty', value);
}

/** Throws unless `value` is an object that is no array. */
export function checkObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument(name, 'an object', value);
}

/** Throws unless `value` can be called. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(name, 'a function', value);
}

/** Throws unless `value` is an AbortSignal. */
export function checkSignal(name: string, value: unknown): void {
  if (!isInstance(value, AbortSignal)) throw invalidArgument(name, 'an AbortSignal', value);
}

/** A check for arrays each of whose elements passes another. */
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

/** Throws unless `value` is an instance of a class of this package. */
export function checkInstance(name: string, value: unknown, type: abstract new (...args: never) => object): void {
  if (!isInstance(value, type)) throw invalidArgument(name, `${article(type.name)} ${type.name}`, value);
}

/** `Array.isArray`, also for a Proxy that was revoked. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** `instanceof`, of nothing for a Proxy: methods with private fields don't take one. */
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

/** A plain copy of an array, each of whose elements passes a check and is read once. */
export function readArray<T>(name: string, array: readonly T[], check: Check, expected = 'an array'): T[] {
  return reading(name, () => {
    if (!Array.isArray(array)) throw invalidArgument(name, expected, array);
    return Array.from(array as readonly T[], (element, index) => {
      check(`${name}[${index}]`, element);
      return element;
    });
  });
}
