import { inspect } from 'node:util';
import { checkBoolean, isInstance, reading, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType, Handle, TypedArray } from '../native/handle';
import type { Device } from './device';
import { stopTracking, trackLifetime } from './lifetime';

/** How {@link Tensor.backward} goes. */
export interface BackwardOptions {
  /** Keeps the graph for another call; default false. */
  retainGraph?: boolean | undefined;
}

/** What a tensor is before any operator: native memory with a shape, and its part in a graph of gradients. */
export abstract class TensorMemory {
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
  get dtype(): DType {
    return native().dtype(this.handle);
  }
  /** "cpu", "cuda:0", ... */
  get device(): Device {
    return native().device(this.handle);
  }
  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }
  /** Whether the elements lie in row-major order without gaps. */
  get isContiguous(): boolean {
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
  toArray(): TypedArray {
    return native().toTypedArray(this.handle);
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
  /** As {@link TensorMemory.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
  /** @internal For console.log, which would show the handle. */
  [inspect.custom](): string {
    return this.toString();
  }
  /** Dtype, shape and device, which `console.log` shows too: "Tensor(float32, [2,3], cpu)". */
  toString(): string {
    return this.isDisposed ? 'Tensor(disposed)' : `Tensor(${this.dtype}, [${this.shape}], ${this.device})`;
  }

  // gradients

  /** Whether what is computed from it is recorded for gradients; only of floating-point tensors. */
  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  set requiresGrad(flag: boolean) {
    native().setRequiresGrad(this.handle, flag);
  }
  /** Forgets the accumulated gradient. */
  zeroGrad(): void {
    native().setGrad(this.handle, undefined);
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
