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

/** What values an option has, and how they are written on the command line. */
interface Kind {
  /** Refuses other values. */
  check: Check;
  /** What stands for a value in the command's help, as in `--epochs <n>`; a switch has none. */
  placeholder?: string;
  /** Reads a value from text. What is none stays text, which `check` refuses. */
  parse?: (text: string) => unknown;
}

/**
 * An option of a function and the flag of the command that calls it, declared once.
 *
 * @typeParam Value of the option
 * @typeParam Options all that there are
 */
export interface Option<Value = unknown, Options = unknown> extends Kind {
  /** A line of the command's help; what has none is no flag. */
  help?: string;
  default?: Value;
  /** Other defaults: that of the first condition which holds for other options. */
  unless?: [when: Partial<Options>, value: Value][];
  /** The default in the help where words say it better. */
  defaultHelp?: string;
}

/** What an option is once its default is filled in. */
export type Settled<Options> = { [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** A declaration for each option of an interface: one too many or too few does not compile. */
export type OptionTable<Options> = { [Name in keyof Options]-?: Option<Settled<Options>[Name], Options> };

/** The values of all options of a table: what has a default is there. */
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

/** A part of a whole. */
export const part = { ...finiteNumber({ min: 0, below: 1 }), placeholder: 'part' } satisfies Kind;

/** One of some words. */
export function choice(...words: readonly string[]) {
  return { check: oneOf(...words), placeholder: 'name' } satisfies Kind;
}

/** True or false; on the command line there or not. */
export const onOff = { check: checkBoolean } satisfies Kind;

/** A name of something, such as a column. */
export const name = { check: checkString, placeholder: 'name' } satisfies Kind;

/** Names, on the command line with spaces between them. */
export const names = { check: arrayOf(checkString, 'an array of names'), placeholder: 'names...' } satisfies Kind;

/** A path; Node takes none with a zero byte. */
export function path(placeholder: string) {
  return { check: checkPath, placeholder } satisfies Kind;
}

/** Some of a kind, on the command line with commas between them. */
export function listOf({ check, parse = (text) => text }: Kind) {
  const parseList = (text: string) => text.split(',').map((each) => parse(each.trim()));
  return { check: arrayOf(check), placeholder: 'list', parse: parseList } satisfies Kind;
}

/** What only a program can give. */
export const abortSignal = { check: checkSignal } satisfies Kind;
export const callback = { check: checkFunction } satisfies Kind;

/** Throws unless `value` is a path; Node takes none with a zero byte. */
export function checkPath(name: string, value: unknown): void {
  checkString(name, value);
  if ((value as string).includes('\0')) throw invalidArgument(name, 'a path without zero bytes', value);
}

function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

/** A check that lets null pass too. */
export function orNull(check: Check): Check {
  return (name, value) => void (value === null || check(name, value));
}

/** A check that lets undefined pass too. */
export function orUndefined(check: Check): Check {
  return (name, value) => void (value === undefined || check(name, value));
}

/** For what has no default. */
export function missingOption(name: string, what: string): LibtorchGenerativeError {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} is required: ${what}.`);
}

/** The checks of a table's options. */
export function checksOf<Options>(table: OptionTable<Options>): Checks<Options> {
  return mapValues(table, ({ check }) => check) as Checks<Options>;
}

/** A plain copy of options, all known and checked. @throws ERR_INVALID_ARGUMENT */
export function readDeclared<Options extends object>(
  options: Options | undefined,
  table: OptionTable<Options>,
): Options {
  const read = readOptions(options, checksOf(table));
  // The caller may change an array later.
  return mapValues(read, (value, name) => (Array.isArray(value) ? reading(name, () => [...value]) : value)) as Options;
}

/** Options with the defaults of those that are not given. */
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
