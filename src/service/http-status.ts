import { isInstance } from '../check';
import { type ErrorCode, LibtorchGenerativeError } from '../errors';

const BY_CODE: Record<ErrorCode, number> = {
  ERR_INVALID_ARGUMENT: 400,
  ERR_SHAPE: 400,
  ERR_DATA_FORMAT: 422,
  ERR_NOT_FINITE: 422,
  ERR_LOCKED: 409,
  ERR_OVERLOADED: 503,
  ERR_DISPOSED: 503,
  ERR_WORKER: 500,
  ERR_FILE: 500,
  ERR_NOT_INSTALLED: 500,
  ERR_CHECKPOINT: 500,
  ERR_DEVICE: 500,
  ERR_SETUP: 500,
  ERR_ADDON_NOT_BUILT: 500,
  ERR_LIBTORCH_NOT_FOUND: 500,
  ERR_LIBTORCH_VERSION: 500,
  ERR_LIBTORCH_BROKEN: 500,
  ERR_LIBTORCH: 500,
};

/**
 * Returns the HTTP status for an error, where the arguments came from the client:
 *
 * | status | cause |
 * |---|---|
 * | 400 | an argument of the wrong type or out of range |
 * | 422 | data that the model cannot use, such as a series that is too short, or whose forecast overflows |
 * | 409 | another training writes to the run folder |
 * | 503 | too many calls wait, or the model was disposed of: ask again |
 * | 504 | an `AbortSignal.timeout` ended the call |
 * | 500 | everything else, which the client has not caused |
 *
 * An error that has a status already, such as Fastify's for a body that is too large, keeps it.
 *
 * @param error what was thrown
 * @example
 * ```ts
 * import { Generator, httpStatusOf } from 'libtorch-generative';
 *
 * try {
 *   new Generator().sampleSync({ count: 0 });
 * } catch (error) {
 *   console.log(httpStatusOf(error)); // 400
 * }
 * ```
 */
export function httpStatusOf(error: unknown): number {
  if (isInstance(error, LibtorchGenerativeError)) return BY_CODE[error.code] ?? 500;
  const { name, statusCode } = propertiesOf(error);
  if (name === 'TimeoutError') return 504;
  const isStatus = Number.isInteger(statusCode) && (statusCode as number) >= 400 && (statusCode as number) < 600;
  return isStatus ? (statusCode as number) : 500;
}

/** Reads what was thrown, which can be anything. */
function propertiesOf(error: unknown): { name?: unknown; statusCode?: unknown } {
  try {
    const { name, statusCode } = Object(error);
    return { name, statusCode };
  } catch {
    return {};
  }
}
