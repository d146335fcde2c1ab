/** Stable codes of {@link LibtorchGenerativeError}. */
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
  | 'ERR_NOT_FINITE'
  | 'ERR_CHECKPOINT'
  | 'ERR_DEVICE'
  | 'ERR_LIBTORCH';

/** Every error that a caller can cause: its `code` is stable, its message names what was expected and what came. */
export class LibtorchGenerativeError extends Error {
  override readonly name = 'LibtorchGenerativeError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** "Expected X for NAME but received Y", with strings quoted and long values cut. */
export function invalidArgument(name: string, expected: string, received: unknown): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_INVALID_ARGUMENT',
    `Expected ${expected} for ${name} but received ${describe(received)}`,
  );
}

/** How a value reads in an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value)
    ? `an array of ${value.length}`
    : `a ${value.constructor?.name ?? 'null-prototype object'}`;
}
