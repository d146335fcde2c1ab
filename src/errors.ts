/**
 * The stable codes of {@link LibtorchGenerativeError}.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_LIBTORCH_NOT_FOUND` | no libtorch was found; the message lists every place searched |
 * | `ERR_LIBTORCH_VERSION` | the given libtorch is not a version that the add-on supports |
 * | `ERR_LIBTORCH_BROKEN` | a libtorch file is missing, truncated or cannot be loaded |
 * | `ERR_SETUP` | {@link setupLibtorch} could not download libtorch or write it to the cache |
 * | `ERR_ADDON_NOT_BUILT` | the native add-on is missing or was built for another system |
 * | `ERR_INVALID_ARGUMENT` | an argument has the wrong type or is out of range |
 * | `ERR_SHAPE` | a shape does not fit a layer, a loss, a mixture or {@link tensor} |
 * | `ERR_DISPOSED` | a tensor, layer or optimizer was used after it was freed |
 * | `ERR_DATA_FORMAT` | a file or series has invalid content; the message names file and line |
 * | `ERR_FILE` | a file or folder cannot be read or written |
 * | `ERR_NOT_INSTALLED` | an optional package that is needed, such as fastify, is not installed |
 * | `ERR_LOCKED` | another training run is writing to the run folder; the message names its process |
 * | `ERR_OVERLOADED` | too many asynchronous calls wait for a worker thread |
 * | `ERR_WORKER` | a worker thread ended before its training did, or before it had answered |
 * | `ERR_NOT_FINITE` | a loss, gradient, forecast or score became NaN or infinite |
 * | `ERR_CHECKPOINT` | a run, state or weights file is corrupt or of the wrong kind |
 * | `ERR_DEVICE` | a device is not available |
 * | `ERR_LIBTORCH` | libtorch reported an error, such as shapes that do not broadcast or too little memory |
 */
export type ErrorCode =
  | 'ERR_LIBTORCH_NOT_FOUND'
  | 'ERR_LIBTORCH_VERSION'
  | 'ERR_LIBTORCH_BROKEN'
  | 'ERR_SETUP'
  | 'ERR_ADDON_NOT_BUILT'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_SHAPE'
  | 'ERR_DISPOSED'
  | 'ERR_DATA_FORMAT'
  | 'ERR_FILE'
  | 'ERR_NOT_INSTALLED'
  | 'ERR_LOCKED'
  | 'ERR_OVERLOADED'
  | 'ERR_WORKER'
  | 'ERR_NOT_FINITE'
  | 'ERR_CHECKPOINT'
  | 'ERR_DEVICE'
  | 'ERR_LIBTORCH';

/**
 * The class of all errors that a caller can cause: its `code` is stable, its message says what was expected and
 * received.
 *
 * @example
 * ```ts
 * import { LibtorchGenerativeError, tensor } from 'libtorch-generative';
 *
 * try {
 *   tensor([[1, 2], [3]]);
 * } catch (error) {
 *   if (!(error instanceof LibtorchGenerativeError)) throw error;
 *   console.log(error.code); // ERR_SHAPE
 * }
 * ```
 */
export class LibtorchGenerativeError extends Error {
  /** The error's name, "LibtorchGenerativeError". */
  override readonly name = 'LibtorchGenerativeError';

  /**
   * Creates an error; programs do not need to.
   *
   * @param code the kind of error
   * @param message a message for people; it may change between versions
   * @param options the `cause`, if any
   */
  constructor(
    /** The kind of error. */
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Where a message is read, which determines the names of options and the remedies. */
export interface Surface {
  /** An option: `batchSize` in a program, `--batch-size` on the command line. */
  option(name: string): string;
  /** An option with its value: `data: "noise"` in a program, `--data noise` on the command line. */
  setting(name: string, value: unknown): string;
  /** Chooses between words for programs and for the command line. */
  choose(words: { program: string; commandLine: string }): string;
}

/** A message that depends on where it is read. */
export type Wording = (surface: Surface) => string;

const PROGRAM: Surface = {
  option: (name) => name,
  setting: (name, value) => `${name}: ${describe(value)}`,
  choose: ({ program }) => program,
};

const wordings = new WeakMap<LibtorchGenerativeError, Wording>();
const argumentNames = new WeakMap<LibtorchGenerativeError, string>();

/** Creates an error whose message mentions options. */
export function worded(code: ErrorCode, wording: Wording, options?: ErrorOptions): LibtorchGenerativeError {
  const error = new LibtorchGenerativeError(code, wording(PROGRAM), options);
  wordings.set(error, wording);
  return error;
}

/** Returns an error's message for a surface; `error.message` is the one for programs. */
export function messageOn(surface: Surface, error: LibtorchGenerativeError): string {
  return wordings.get(error)?.(surface) ?? error.message;
}

/** Creates an "Expected X for NAME but received Y" error; strings are quoted and long values abbreviated. */
export function invalidArgument(
  name: string,
  expected: string,
  received: unknown,
  options?: ErrorOptions,
): LibtorchGenerativeError {
  const value = describe(received); // now, as it may change before the message is read
  const wording: Wording = ({ option }) => `Expected ${expected} for ${option(name)} but received ${value}`;
  return about(name, worded('ERR_INVALID_ARGUMENT', wording, options));
}

/** Notes the argument that an error is about, and returns the error. */
export function about(argument: string, error: LibtorchGenerativeError): LibtorchGenerativeError {
  argumentNames.set(error, argument);
  return error;
}

/** Returns the argument that an error is about, such as `values[3]`, if it is about one. */
export function argumentOf(error: LibtorchGenerativeError): string | undefined {
  return argumentNames.get(error);
}

/** Creates an error for invalid data. */
export function formatError(message: string, options?: ErrorOptions): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', message, options);
}

/** Returns names in quotes, such as `"a", "b" and 12 more`. */
export function listed(names: readonly string[], most = 10): string {
  const rest = names.length > most ? ` and ${names.length - most} more` : '';
  return names.slice(0, most).map(describe).join(', ') + rest;
}

/** Creates an error such as "Expected a Tensor of shape [B, 3] for x but received [2, 4]". */
export function shapeError(name: string, expected: readonly unknown[], received: readonly number[]) {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape ${shapeText(expected)} for ${name} but received ${shapeText(received)}`,
  );
}

/** Formats a shape: "[2, 3]". */
export function shapeText(shape: readonly unknown[]): string {
  return `[${shape.join(', ')}]`;
}

/** Describes a value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return String(value);
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const name = value.constructor?.name;
    if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
    return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
  } catch {
    return 'an object that cannot be read'; // a Proxy or a getter that throws
  }
}
