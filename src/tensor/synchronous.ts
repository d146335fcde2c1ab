import { LibtorchGenerativeError } from '../errors';

/** Throws if `body` returned a promise: its setup would be undone before the promise settles. */
export function checkSynchronous(result: unknown): void {
  if (!isThenable(result)) return;
  throw new LibtorchGenerativeError(
    'ERR_INVALID_ARGUMENT',
    'Expected a synchronous function for body but received one that returns a promise',
  );
}

function isThenable(value: unknown): boolean {
  try {
    return typeof (value as { then?: unknown } | null)?.then === 'function';
  } catch {
    return false; // a getter or a Proxy that throws
  }
}
