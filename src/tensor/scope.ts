import { types } from 'node:util';
import { checkFunction, checkInstance } from '../check';
import { native } from '../native/addon';
import { scopeClosed, scopeOpened, trackBeyondScope } from './lifetime';
import { checkSynchronous } from './synchronous';
import { Tensor } from './tensor';
import { handleOf } from './tensor-memory';
import { tensorsIn } from './tensors-in';

/**
 * Runs `body` and frees every tensor created inside it, except those in its result: a Tensor, or tensors in arrays,
 * maps, sets and objects of any class. Tensors in `#private` fields are found if the class implements
 * {@link tensorsOf}, as this package's classes do. Scopes can be nested and are per thread. If `body` throws, all its
 * tensors are freed.
 *
 * @returns the result of `body`; its tensors belong to the enclosing scope, if any
 * @throws ERR_INVALID_ARGUMENT if `body` is asynchronous: its tensors would be freed while it still runs
 * @example
 * ```ts
 * import { memory, ones, scope } from 'libtorch-generative';
 *
 * const before = memory().tensors;
 * const norm = scope(() => ones([3, 3]).square().sum().sqrt());
 * console.log(norm.item(), memory().tensors - before); // 3 1
 * ```
 */
export function scope<T>(body: () => T): T {
  checkFunction('body', body);
  native().openScope();
  scopeOpened();
  let returned: Tensor[] = [];
  try {
    const result = body();
    checkSynchronous(result);
    returned = tensorsIn(result);
    return result;
  } finally {
    const isOutermost = scopeClosed();
    native().closeScope(returned.map(handleOf));
    // A Proxy may be collected before the tensor that it wraps.
    if (isOutermost) for (const tensor of returned) if (!types.isProxy(tensor)) trackBeyondScope(tensor);
  }
}

/**
 * Takes a tensor out of all open scopes, so that it lives until it is disposed or garbage-collected.
 *
 * @returns the tensor
 * @example
 * ```ts
 * import { keep, ones, scope, type Tensor } from 'libtorch-generative';
 *
 * const kept: Tensor[] = [];
 * scope(() => {
 *   kept.push(keep(ones([2])));
 * });
 * console.log(kept[0]!.isDisposed); // false
 * ```
 */
export function keep<T extends Tensor>(tensor: T): T {
  checkInstance('tensor', tensor, Tensor);
  native().keep(tensor.handle);
  trackBeyondScope(tensor);
  return tensor;
}

/** The tensors of a thread and their memory. */
export interface Memory {
  /** Live tensors, including views and parameters. */
  tensors: number;
  /** The bytes that these tensors allocated; views count as 0. */
  bytes: number;
  /** Open scopes. */
  scopes: number;
  /**
   * The bytes of freed CPU tensors that the process, all its threads, keeps for the next tensors of the same sizes; at most
   * 256 MiB. {@link emptyCache} gives them back.
   */
  cachedBytes: number;
}

/**
 * Returns the number of this thread's live tensors, their bytes, its open scopes, and the memory that is kept for others.
 *
 * @example
 * ```ts
 * import { memory, zeros } from 'libtorch-generative';
 *
 * const before = memory();
 * const x = zeros([1000]);
 * const view = x.view(10, 100);
 * console.log(memory().tensors - before.tensors, memory().bytes - before.bytes); // 2 4000
 * view.dispose();
 * x.dispose();
 * console.log(memory().bytes - before.bytes); // 0
 * ```
 */
export function memory(): Memory {
  return native().memory();
}

/**
 * Gives the memory of freed CPU tensors back, which is otherwise kept for the next tensors, see {@link Memory.cachedBytes}:
 * after a training in a process that goes on to do something else, perhaps.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.cuda.memory.empty_cache.html
 * @example
 * ```ts
 * import { emptyCache, memory, zeros } from 'libtorch-generative';
 *
 * zeros([1000]).dispose();
 * console.log(memory().cachedBytes >= 4000); // true
 * emptyCache();
 * console.log(memory().cachedBytes); // 0
 * ```
 */
export function emptyCache(): void {
  native().emptyCache();
}
