import { LibtorchGenerativeError } from '../errors';

/** Throws if `body` gave a promise: what was set up for it is taken back before the promise is fulfilled. */
export function checkSynchronous(result: unknown): void {
  const isPromise = typeof (result as { then?: unknown } | null)?.then === 'function';
  if (!isPromise) return;
  throw new LibtorchGenerativeError(
    'ERR_INVALID_ARGUMENT',
    'Expected a synchronous function for body but received one that returns a promise',
  );
}
