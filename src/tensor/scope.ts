import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import { scopeClosed, scopeOpened, trackBeyondScope } from './lifetime';
import { Tensor } from './tensor';

/**
 * Runs `body` and frees every tensor made inside it but those it returns: a Tensor, or tensors in arrays, plain
 * objects and maps. Scopes nest, and belong to their thread. When `body` throws, everything is freed.
 *
 * @example const loss = scope(() => model.forward(x).sub(y).square().mean().item());
 * @throws ERR_INVALID_ARGUMENT if `body` is asynchronous: its tensors would be freed under it
 */
export function scope<T>(body: () => T): T {
  native().openScope();
  scopeOpened();
  let returned: Tensor[] = [];
  try {
    const result = body();
    if (isPromise(result)) throw invalidArgument('body', 'a synchronous function', 'one that returns a promise');
    returned = tensorsIn(result);
    return result;
  } finally {
    native().closeScope(returned.map((tensor) => tensor.handle));
    if (scopeClosed()) for (const tensor of returned) trackBeyondScope(tensor);
  }
}

/** Takes a tensor out of the open scopes: it lives until it is disposed of or collected. */
export function keep<T extends Tensor>(tensor: T): T {
  native().keep(tensor.handle);
  trackBeyondScope(tensor);
  return tensor;
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

function tensorsIn(value: unknown, seen = new Set<object>()): Tensor[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap((each) => tensorsIn(each, seen));
  if (value instanceof Map) return [...value.values()].flatMap((each) => tensorsIn(each, seen));
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype.constructor?.name === 'Object';
  return isPlain ? Object.values(value).flatMap((each) => tensorsIn(each, seen)) : [];
}

/** What this thread holds: live tensors, the bytes they brought with them, open scopes. */
export function memory(): { tensors: number; bytes: number; scopes: number } {
  return native().memory();
}
