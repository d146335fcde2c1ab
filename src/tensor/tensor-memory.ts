import { inspect } from 'node:util';
import { checkBoolean, checkInteger, isInstance, reading, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType, Handle } from '../native/handle';
import type { Device } from './device';
import type { ArrayOf } from './dtypes';
import { stopTracking, trackLifetime } from './lifetime';
import { type NestedNumbers, nestedNumbers } from './nested-numbers';
import { tensorText } from './tensor-text';

/** How {@link Tensor.backward} goes. */
export interface BackwardOptions {
  /** Keeps the graph for another call; default false. */
  retainGraph?: boolean | undefined;
}

/** What a tensor is before any operator: native memory with a shape, and its part in a graph of gradients. */
export abstract class TensorMemory<D extends DType = DType> {
  /** @internal The add-on's name for it. */
  readonly handle: Handle;

  /** @internal Use `tensor`, `zeros`, `randn`, ... */
  constructor(handle: Handle) {
    this.handle = handle;
    trackLifetime(this);
  }

  // data and memory

  /** The sizes of the dimensions; `[]` for a single number. */
  get shape(): number[] {
    return native().shape(this.handle);
  }
  /** The type of the elements. */
  get dtype(): D {
    return native().dtype(this.handle) as D;
  }
  /** "cpu", "cuda:0", ... */
  get device(): Device {
    return native().device(this.handle);
  }
  /** The sizes of the dimensions. */
  size(): number[];
  /** The size of one dimension; negative ones count from the last. */
  size(dim: number): number;
  size(dim?: number): number | number[] {
    const { shape } = this;
    if (dim === undefined) return shape;
    checkInteger('dim', dim, { min: -shape.length, max: shape.length - 1 });
    return shape.at(dim)!;
  }
  /** The number of dimensions. */
  dim(): number {
    return this.shape.length;
  }
  /** The number of elements. */
  numel(): number {
    return native().numel(this.handle);
  }
  /** Whether the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return native().isContiguous(this.handle);
  }
  /** Whether its memory was freed. */
  get isDisposed(): boolean {
    return !native().isAlive(this.handle);
  }

  /**
   * A copy of the elements in row-major order, in the typed array of the dtype: int64 in a BigInt64Array, booleans as
   * bytes, halves as float32.
   */
  toArray(): ArrayOf<D> {
    return native().toTypedArray(this.handle) as ArrayOf<D>;
  }
  /** The only element, as a number. @throws ERR_SHAPE if there are more */
  item(): number {
    return Number(native().item(this.handle));
  }
  /** Frees the memory now. Twice is harmless. */
  dispose(): void {
    stopTracking(this);
    native().dispose(this.handle);
  }
  /** As `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
  /** @internal For console.log, which would show the handle. */
  [inspect.custom](): string {
    return this.toString();
  }
  /**
   * The values, shortened beyond 1000, as PyTorch prints them: "tensor([[1., 2.], [3., 4.]])" on two lines. `console.log`
   * shows the same.
   */
  toString(): string {
    return this.isDisposed ? 'tensor(disposed)' : tensorText(this);
  }
  /**
   * The values in nested arrays, for `JSON.stringify`; booleans as 0 and 1.
   *
   * @throws ERR_NOT_FINITE for NaN or an infinite number, ERR_INVALID_ARGUMENT for an integer beyond 2^53 - 1: JSON has
   * none of these
   */
  toJSON(): NestedNumbers {
    return nestedNumbers(native().toTypedArray(this.handle), this.shape);
  }

  // gradients

  /** Whether what is computed from it is recorded for gradients; only of floating-point tensors. */
  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  set requiresGrad(flag: boolean) {
    native().setRequiresGrad(this.handle, flag);
  }
  /** Sets {@link Tensor.requiresGrad}. @returns the tensor */
  requiresGrad_(flag = true): this {
    this.requiresGrad = flag;
    return this;
  }
  /**
   * Adds the gradients of this one-element tensor to the `grad` of all it was computed from.
   *
   * @throws ERR_LIBTORCH if it has more elements, or nothing was recorded
   * @example
   * ```ts
   * import { tensor } from 'libtorch-generative';
   *
   * const x = tensor([1, 2, 3], { requiresGrad: true });
   * x.square().sum().backward();
   * console.log(x.grad!.toArray()); // Float32Array(3) [ 2, 4, 6 ]
   * ```
   */
  backward(options?: BackwardOptions): void {
    const { retainGraph = false } = readOptions(options, { retainGraph: checkBoolean });
    native().backward(this.handle, retainGraph);
  }
}

/** @internal The add-on's name for a tensor; what is no tensor goes through, for the add-on to refuse by name. */
export function handleOf(tensor: TensorMemory): Handle {
  try {
    return tensor instanceof TensorMemory ? tensor.handle : (tensor as Handle);
  } catch {
    return tensor as never; // a Proxy that throws
  }
}

/** @internal Of the tensors in an array, each read once. */
export function handlesOf(name: string, tensors: TensorMemory[]): Handle[] {
  return reading(name, () => {
    if (!Array.isArray(tensors)) throw invalidArgument(name, 'an array of Tensors', tensors);
    return Array.from(tensors, (tensor, i) => {
      checkTensor(`${name}[${i}]`, tensor);
      return tensor.handle;
    });
  });
}

/** @internal Throws unless `value` is a Tensor. */
export function checkTensor(name: string, value: unknown): void {
  if (!isInstance(value, TensorMemory)) throw invalidArgument(name, 'a Tensor', value);
}

/** @internal As {@link handleOf}, for a tensor that may be left out. */
export function optionalHandle(name: string, tensor: TensorMemory | undefined): Handle | undefined {
  if (tensor === undefined) return undefined;
  checkTensor(name, tensor);
  return tensor.handle;
}
