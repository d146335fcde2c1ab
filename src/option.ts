import {
  arrayOf,
  type Check,
  type Checks,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkSignal,
  checkString,
  oneOf,
  reading,
  readOptions,
  within,
} from './check';
import { invalidArgument, type LibtorchGenerativeError, worded } from './errors';

/** The values that an option accepts, and how they are written on the command line. */
interface Kind {
  /** Throws for invalid values. */
  check: Check;
  /** The placeholder in the command's help, as in `--epochs <n>`; a switch has none. */
  placeholder?: string;
  /** The words that there are, where there are few. */
  choices?: readonly string[];
  /** Parses text. Invalid text is returned unchanged, for `check` to reject. */
  parse?: (text: string) => unknown;
}

/**
 * An option of a function and the flag of the command that calls it, declared once.
 *
 * @typeParam Value the type of the option's value
 * @typeParam Options the interface of all options
 */
export interface Option<Value = unknown, Options = unknown> extends Kind {
  /** The option's line in the command's help; without one, it is not a flag. */
  help?: string;
  default?: Value;
  /** Conditional defaults: the first whose condition on other options holds applies. */
  unless?: [when: Partial<Options>, value: Value | undefined][];
  /** The text for the default in the help, if the value itself is unclear. */
  defaultHelp?: string;
}

/** The types of options once their defaults are filled in. */
export type Settled<Options> = { [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** A declaration for each option of an interface; a missing or extra one does not compile. */
export type OptionTable<Options> = { [Name in keyof Options]-?: Option<Settled<Options>[Name], Options> };

/** The values of all options of a table; options with a default are defined. */
export type Resolved<Options, Table extends OptionTable<Options>> = {
  [Name in keyof Options]-?: Table[Name] extends { default: unknown }
    ? Exclude<Options[Name], undefined>
    : Options[Name];
};

/** A whole number. */
export function wholeNumber(bounds: { min?: number; max?: number } = {}) {
  return {
    check: (name, value) => checkInteger(name, value, bounds),
    placeholder: 'n',
    parse: toNumber,
  } satisfies Kind;
}

/** A size or a count. */
export const size = wholeNumber({ min: 1 });

/** A finite number. */
export function finiteNumber(bounds: Parameters<typeof within>[0] = {}) {
  return { check: within(bounds), placeholder: 'x', parse: toNumber } satisfies Kind;
}

export const positive = finiteNumber({ above: 0 });

/** A fraction, at least 0 and below 1. */
export const part = { ...finiteNumber({ min: 0, below: 1 }), placeholder: 'part' } satisfies Kind;

/** One of several words. */
export function choice(...words: readonly string[]) {
  return { check: oneOf(...words), placeholder: 'name', choices: words } satisfies Kind;
}

/** True or false; a switch on the command line. */
export const onOff = { check: checkBoolean } satisfies Kind;

/** A name, such as a column's. */
export const name = { check: checkString, placeholder: 'name' } satisfies Kind;

/** Names, separated by spaces on the command line. */
export const names = { check: arrayOf(checkString, 'an array of names'), placeholder: 'names...' } satisfies Kind;

/** A path; Node does not accept zero bytes in it. */
export function path(placeholder: string) {
  return { check: checkPath, placeholder } satisfies Kind;
}

/** A list of values of one kind, separated by commas on the command line. */
export function listOf({ check, parse = (text) => text }: Kind) {
  const parseList = (text: string) => text.split(',').map((each) => parse(each.trim()));
  return { check: arrayOf(check), placeholder: 'list', parse: parseList } satisfies Kind;
}

/** Options that exist only in the API. */
export const abortSignal = { check: checkSignal } satisfies Kind;
export const callback = { check: checkFunction } satisfies Kind;

/** Throws unless `value` is a path; Node does not accept zero bytes in it. */
export function checkPath(name: string, value: unknown): void {
  checkString(name, value);
  if ((value as string).includes('\0')) throw invalidArgument(name, 'a path without zero bytes', value);
}

function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

/** Returns a check that also accepts null. */
export function orNull(check: Check): Check {
  return (name, value) => void (value === null || check(name, value));
}

/** Returns a check that also accepts undefined. */
export function orUndefined(check: Check): Check {
  return (name, value) => void (value === undefined || check(name, value));
}

/** Creates the error for a missing option without a default. */
export function missingOption(name: string, what: string): LibtorchGenerativeError {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} is required: ${what}.`);
}

/** Returns the checks of a table's options. */
/** Returns the checks of a table's options. */
export function checksOf<Options>(table: OptionTable<Options>): Checks<Options> {
  return mapValues(table, ({ check }) => check) as Checks<Options>;
}

/** Returns a plain copy of options with known names and checked values. @throws ERR_INVALID_ARGUMENT */
export function readDeclared<Options extends object>(
  options: Options | undefined,
  table: OptionTable<Options>,
): Options {
  const read = readOptions(options, checksOf(table));
  // The caller may change an array later.
  return mapValues(read, (value, name) => (Array.isArray(value) ? reading(name, () => [...value]) : value)) as Options;
}

/** Returns options with defaults filled in. */
export function withDefaults<Options extends object, Table extends OptionTable<Options>>(
  options: Options,
  table: Table & OptionTable<Options>,
): Resolved<Options, Table> {
  const resolve = (name: keyof Options): unknown => {
    const { unless = [], default: usual } = table[name];
    const other = unless.find(([when]) => keysOf(when).every((key) => resolve(key) === when[key]));
    return options[name] ?? (other ? other[1] : usual);
  };
  return mapValues(table, (_, name) => resolve(name as keyof Options)) as Resolved<Options, Table>;
}

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}

function mapValues<T extends object, U>(object: T, map: (value: T[keyof T], name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]));
}
