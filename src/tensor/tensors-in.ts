import { types } from 'node:util';
import { isInstance, reading } from '../check';
import { Tensor } from './tensor';

/**
 * The key of a method that shows a {@link scope} the tensors that an object hides in `#private` fields or a WeakMap. It
 * returns a tensor, or tensors in arrays, maps or objects, which may have such a method too. Tensors in an object's own
 * properties are found without it.
 *
 * @example
 * ```ts
 * import { randn, scope, type Tensor, tensorsOf } from 'libtorch-generative';
 *
 * class Noise {
 *   readonly #values: Tensor = randn([4]);
 *
 *   get values(): Tensor {
 *     return this.#values;
 *   }
 *
 *   [tensorsOf](): Tensor[] {
 *     return [this.#values];
 *   }
 * }
 *
 * const noise = scope(() => new Noise());
 * console.log(noise.values.isDisposed); // false
 * ```
 */
export const tensorsOf: unique symbol = Symbol.for('libtorch-generative.tensors') as never;

/** An object that implements {@link tensorsOf}. */
export interface TensorCarrier {
  /** Returns the tensors that the object carries: a tensor, or anything that contains tensors. */
  [tensorsOf](): unknown;
}

/** Bounds the search if Proxies keep producing new Proxies. */
const MOST_PROXIES = 100_000;

/**
 * Returns the tensors that a value carries: itself, in arrays, maps and sets, in the properties of objects of any
 * class, and in the result of {@link tensorsOf}. No getters run.
 */
export function tensorsIn(value: unknown): Tensor[] {
  if (!isObject(value)) return [];
  const found: Tensor[] = [];
  const seen = new Set<object>();
  const pending: object[] = [];
  let proxies = 0;
  const add = (each: unknown) => {
    if (!isObject(each) || seen.has(each)) return;
    seen.add(each);
    if (!types.isProxy(each) || ++proxies <= MOST_PROXIES) pending.push(each);
  };
  add(value);
  for (let object = pending.pop(); object; object = pending.pop()) {
    if (isInstance(object, Tensor)) found.push(object);
    addParts(object, add);
  }
  return found;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

type Add = (value: unknown) => void;

function addParts(object: object, add: Add): void {
  if (ArrayBuffer.isView(object)) return;
  if (types.isMap(object)) {
    Map.prototype.forEach.call(object, (value, key) => {
      add(key);
      add(value);
    });
  } else if (types.isSet(object)) Set.prototype.forEach.call(object, add);
  addCarried(object, add);
  if (!types.isProxy(object) && Array.isArray(object)) addElements(object, add);
  else addProperties(object, add);
}

/** Like {@link addProperties}, but a hundred times faster, for results such as arrays of a hundred thousand numbers. */
function addElements(array: unknown[], add: Add): void {
  const names = Object.keys(array); // indices, then other names
  const isDense = names.length >= array.length;
  try {
    if (isDense) for (let i = 0; i < array.length; i++) add(array[i]);
    for (const name of isDense ? names.slice(array.length) : names) add(array[name as never]);
  } catch {} // an element with a getter
}

/**
 * Adds the result of {@link tensorsOf}. A Proxy that cannot be read carries nothing; a method that throws is an error.
 */
function addCarried(object: object, add: Add): void {
  let carried: unknown;
  try {
    carried = (object as Partial<TensorCarrier>)[tensorsOf];
  } catch {
    return;
  }
  if (typeof carried !== 'function') return;
  add(reading('what [tensorsOf]() returns', () => carried.call(object)));
}

function addProperties(object: object, add: Add): void {
  try {
    for (const key of Reflect.ownKeys(object)) add(Object.getOwnPropertyDescriptor(object, key)?.value);
  } catch {} // a Proxy
}
