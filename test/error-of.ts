import type { LibtorchGenerativeError } from '../src/errors';

/** What `body` throws; fails if it throws nothing. */
export function errorOf(body: () => unknown): LibtorchGenerativeError {
  try {
    body();
  } catch (error) {
    return error as LibtorchGenerativeError;
  }
  throw new Error('Expected an error');
}
