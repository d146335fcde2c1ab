/**
 * Stable codes of {@link LibtorchGenerativeError}.
 *
 * | code | when |
 * |---|---|
 * | `ERR_LIBTORCH_NOT_FOUND` | no libtorch on this machine; the message tells every place looked at |
 * | `ERR_LIBTORCH_VERSION` | the libtorch that was named is of another version than the add-on needs |
 * | `ERR_LIBTORCH_BROKEN` | a file of it is missing, cut off or does not load |
 * | `ERR_SETUP` | {@link setupLibtorch} could not fetch it or write it to the cache |
 * | `ERR_ADDON_NOT_BUILT` | the native add-on is not there or is for another system |
 * | `ERR_INVALID_ARGUMENT` | an argument of the wrong type or out of its range |
 * | `ERR_SHAPE` | a shape does not fit a layer, a loss, a mixture or {@link tensor} |
 * | `ERR_DISPOSED` | a tensor, layer or optimizer is used after it was freed |
 * | `ERR_DATA_FORMAT` | a file or series does not hold what is needed; the message names file and line |
 * | `ERR_FILE` | a file or folder cannot be read or written |
 * | `ERR_LOCKED` | another training writes to the run folder; the message names its process |
 * | `ERR_NOT_FINITE` | a loss, gradient, forecast or score became NaN or infinite |
 * | `ERR_CHECKPOINT` | a run, state or weights file is damaged or of something else |
 * | `ERR_DEVICE` | a device that is not there |
 * | `ERR_LIBTORCH` | libtorch refused for the reason in the message: shapes that do not broadcast, memory that is not there |
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
  | 'ERR_LOCKED'
  | 'ERR_NOT_FINITE'
  | 'ERR_CHECKPOINT'
  | 'ERR_DEVICE'
  | 'ERR_LIBTORCH';

/**
 * Every error that a caller can cause: its `code` is stable, its message names what was expected and what came.
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
  /** "LibtorchGenerativeError". */
  override readonly name = 'LibtorchGenerativeError';

  /**
   * An error of this package; programs have no need to make any.
   *
   * @param code what kind of error it is
   * @param message for people; it may change between versions
   * @param options the `cause`, where there is one
   */
  constructor(
    /** What kind of error it is. */
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Where a message is read: options have other names there, and other remedies help. */
export interface Surface {
  /** An option: `batchSize` in a program, `--batch-size` on the command line. */
  option(name: string): string;
  /** An option with its value: `data: "noise"` in a program, `--data noise` on the command line. */
  setting(name: string, value: unknown): string;
  /** Words that only a program or only the command line has. */
  choose(words: { program: string; commandLine: string }): string;
}

/** A message in the reader's language. */
export type Wording = (surface: Surface) => string;

const PROGRAM: Surface = {
  option: (name) => name,
  setting: (name, value) => `${name}: ${describe(value)}`,
  choose: ({ program }) => program,
};

const wordings = new WeakMap<LibtorchGenerativeError, Wording>();

/** An error whose message speaks of options. */
export function worded(code: ErrorCode, wording: Wording, options?: ErrorOptions): LibtorchGenerativeError {
  const error = new LibtorchGenerativeError(code, wording(PROGRAM), options);
  wordings.set(error, wording);
  return error;
}

/** An error's message as it reads on a surface; `error.message` is the one for programs. */
export function messageOn(surface: Surface, error: LibtorchGenerativeError): string {
  return wordings.get(error)?.(surface) ?? error.message;
}

/** "Expected X for NAME but received Y", with strings quoted and long values cut. */
export function invalidArgument(
  name: string,
  expected: string,
  received: unknown,
  options?: ErrorOptions,
): LibtorchGenerativeError {
  const value = describe(received); // now: it may be another when the message is read
  const wording: Wording = ({ option }) => `Expected ${expected} for ${option(name)} but received ${value}`;
  return worded('ERR_INVALID_ARGUMENT', wording, options);
}

/** Data that does not hold what is needed. */
export function formatError(message: string, options?: ErrorOptions): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', message, options);
}

/** "Expected a Tensor of shape [B, 3] for x but received [2, 4]" */
export function shapeError(name: string, expected: readonly unknown[], received: readonly number[]) {
  return new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape ${shapeText(expected)} for ${name} but received ${shapeText(received)}`,
  );
}

/** "[2, 3]" */
export function shapeText(shape: readonly unknown[]): string {
  return `[${shape.join(', ')}]`;
}

/** How a value reads in an error message. */
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
