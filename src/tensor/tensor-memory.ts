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

/** Options of {@link Tensor.backward}. */
export interface BackwardOptions {
  /** Keeps the graph for another call. Default false. */
  retainGraph?: boolean | undefined;
}

/** The part of a tensor below its operators: native memory with a shape, and its place in the autograd graph. */
export abstract class TensorMemory<D extends DType = DType> {
  /** @internal The add-on's handle of the tensor. */
  readonly handle: Handle;

  /** @internal Use `tensor`, `zeros`, `randn`, ... */
  constructor(handle: Handle) {
    this.handle = handle;
    trackLifetime(this);
  }

  // data and memory

  /** The sizes of the dimensions; `[]` for a scalar. */
  get shape(): number[] {
    return native().shape(this.handle);
  }
  /** The type of the elements. */
  get dtype(): D {
    return native().dtype(this.handle) as D;
  }
  /** The device: "cpu", "cuda:0", ... */
  get device(): Device {
    return native().device(this.handle);
  }
  /** Returns the sizes of the dimensions. */
  size(): number[];
  /** Returns the size of one dimension; negative dimensions count from the last. */
  size(dim: number): number;
  size(dim?: number): number | number[] {
    const { shape } = this;
    if (dim === undefined) return shape;
    checkInteger('dim', dim, { min: -shape.length, max: shape.length - 1 });
    return shape.at(dim)!;
  }
  /** Returns the number of dimensions. */
  dim(): number {
    return this.shape.length;
  }
  /** Returns the number of elements. */
  numel(): number {
    return native().numel(this.handle);
  }
  /** Returns whether the elements are stored in row-major order without gaps. */
  isContiguous(): boolean {
    return native().isContiguous(this.handle);
  }
  /** Whether the memory was freed. */
  get isDisposed(): boolean {
    return !native().isAlive(this.handle);
  }

  /**
   * Copies the elements in row-major order into the typed array for the dtype: BigInt64Array for int64, bytes for
   * booleans, Float32Array for 16-bit floats.
   */
  toArray(): ArrayOf<D> {
    return native().toTypedArray(this.handle) as ArrayOf<D>;
  }
  /** Returns the only element, as a number. @throws ERR_SHAPE unless there is exactly one */
  item(): number {
    return Number(native().item(this.handle));
  }
  /** Frees the memory now. Calling it again does nothing. */
  dispose(): void {
    stopTracking(this);
    native().dispose(this.handle);
  }
  /** Same as `dispose()`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
  /** @internal For console.log, which would otherwise show the handle. */
  [inspect.custom](): string {
    return this.toString();
  }
  /**
   * Formats the values as PyTorch prints them, abbreviated beyond 1000 elements: "tensor([[1., 2.], [3., 4.]])" on two
   * lines. `console.log` prints the same.
   */
  toString(): string {
    return this.isDisposed ? 'tensor(disposed)' : tensorText(this);
  }
  /**
   * Returns the values in nested arrays, for `JSON.stringify`; booleans become 0 and 1.
   *
   * @throws ERR_NOT_FINITE for NaN and infinity, ERR_INVALID_ARGUMENT for integers beyond 2^53 - 1: JSON cannot
   *   represent them
   */
  toJSON(): NestedNumbers {
    return nestedNumbers(native().toTypedArray(this.handle), this.shape);
  }

  // gradients

  /** Whether operations on the tensor are recorded for gradients; floating-point tensors only. */
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
   * Computes the gradients of this one-element tensor and adds them to the `grad` of the leaf tensors that it was
   * computed from.
   *
   * @throws ERR_LIBTORCH if the tensor has more elements or nothing was recorded
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

/** @internal Returns a tensor's handle; other values pass through, for the add-on to reject by name. */
export function handleOf(tensor: TensorMemory): Handle {
  try {
    return tensor instanceof TensorMemory ? tensor.handle : (tensor as Handle);
  } catch {
    return tensor as never; // a Proxy that throws
  }
}

/** @internal Returns the handles of the tensors in an array, each read once. */
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

/** @internal Like {@link handleOf}, for an optional tensor. */
export function optionalHandle(name: string, tensor: TensorMemory | undefined): Handle | undefined {
  if (tensor === undefined) return undefined;
  checkTensor(name, tensor);
  return tensor.handle;
}
