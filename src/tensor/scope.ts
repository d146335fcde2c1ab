import { types } from 'node:util';
import { checkFunction, checkInstance } from '../check';
import { native } from '../native/addon';
import { scopeClosed, scopeOpened, trackBeyondScope } from './lifetime';
import { checkSynchronous } from './synchronous';
import { Tensor } from './tensor';
import { handleOf } from './tensor-memory';
import { tensorsIn } from './tensors-in';

/**
 * Runs `body` and frees every tensor made inside it but those that its result carries: a Tensor, or tensors in arrays,
 * maps, sets and objects of any class. What `#private` fields hold is seen if the class has {@link tensorsOf}, as those
 * of this package do. Scopes nest, and belong to their thread. When `body` throws, everything is freed.
 *
 * @returns what `body` returns; its tensors belong to the scope around, if there is one
 * @throws ERR_INVALID_ARGUMENT if `body` is asynchronous: its tensors would be freed under it
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
    // A Proxy may be collected before the tensor that it stands for.
    if (isOutermost) for (const tensor of returned) if (!types.isProxy(tensor)) trackBeyondScope(tensor);
  }
}

/**
 * Takes a tensor out of the open scopes: it lives until it is disposed of or collected.
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

/** What a thread holds. */
export interface Memory {
  /** Live tensors, views and parameters included. */
  tensors: number;
  /** The bytes that they brought with them; views bring none. */
  bytes: number;
  /** Open scopes. */
  scopes: number;
}

/**
 * What this thread holds.
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
