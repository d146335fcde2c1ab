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

/** What a promise rejects with; fails if it is fulfilled. */
export async function rejectionOf(promise: Promise<unknown>): Promise<LibtorchGenerativeError> {
  return promise.then(
    () => {
      throw new Error('Expected a rejection');
    },
    (error) => error as LibtorchGenerativeError,
  );
}
