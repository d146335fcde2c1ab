import { native } from '../native/addon';
import type { DType, Handle, TypedArray } from '../native/handle';
import { stopTracking, trackLifetime } from './lifetime';

/** Anything an arithmetic method takes beside its tensor: another tensor, broadcast as in PyTorch, or a number. */
export type Operand = Tensor | number;

/**
 * An n-dimensional array of libtorch's, on the CPU or a CUDA device, with PyTorch's semantics: broadcasting, views,
 * gradients. Methods return new tensors; a trailing underscore (`copy_`) writes in place.
 *
 * Memory is native: free it by {@link Tensor.dispose}, by a {@link scope}, or leave it to the garbage collector.
 * After that every use throws ERR_DISPOSED.
 *
 * @see https://docs.pytorch.org/docs/stable/tensors.html
 */
export class Tensor {
  /** @internal The add-on's name for it. */
  readonly handle: Handle;

  /** @internal Use {@link tensor}, {@link zeros}, {@link randn}, ... */
  constructor(handle: Handle) {
    this.handle = handle;
    trackLifetime(this);
  }

  get shape(): number[] {
    return native().shape(this.handle);
  }
  get dtype(): DType {
    return native().dtype(this.handle);
  }
  /** "cpu", "cuda:0", ... */
  get device(): string {
    return native().device(this.handle);
  }
  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }
  get isContiguous(): boolean {
    return native().isContiguous(this.handle);
  }
  get isDisposed(): boolean {
    return !native().isAlive(this.handle);
  }

  /** A copy of the elements in row-major order, in the typed array of the dtype (booleans as bytes, halves as floats). */
  toArray(): TypedArray {
    return native().toTypedArray(this.handle);
  }
  /** The only element. @throws ERR_SHAPE if there are more */
  item(): number {
    return Number(native().item(this.handle));
  }
  /** Frees the memory now. Twice is harmless. */
  dispose(): void {
    stopTracking(this);
    native().dispose(this.handle);
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
  toString(): string {
    return this.isDisposed ? 'Tensor(disposed)' : `Tensor(${this.dtype}, [${this.shape}], ${this.device})`;
  }

  // gradients

  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }
  set requiresGrad(flag: boolean) {
    native().setRequiresGrad(this.handle, flag);
  }
  /** What {@link Tensor.backward} accumulated. */
  get grad(): Tensor | undefined {
    const gradient = native().gradOf(this.handle);
    return gradient === undefined ? undefined : new Tensor(gradient);
  }
  zeroGrad(): void {
    native().clearGrad(this.handle);
  }
  /** Adds the gradients of this one-element tensor to the `grad` of all it was computed from. */
  backward({ retainGraph = false } = {}): void {
    native().backward(this.handle, retainGraph);
  }
  /** The same data outside the graph. */
  detach(): Tensor {
    return new Tensor(native().detach(this.handle));
  }

  // arithmetic

  add(other: Operand): Tensor {
    return binary('add', this, other);
  }
  sub(other: Operand): Tensor {
    return binary('sub', this, other);
  }
  mul(other: Operand): Tensor {
    return binary('mul', this, other);
  }
  div(other: Operand): Tensor {
    return binary('div', this, other);
  }
  pow(exponent: number): Tensor {
    return new Tensor(native().pow(this.handle, exponent));
  }
  neg(): Tensor {
    return new Tensor(native().neg(this.handle));
  }
  abs(): Tensor {
    return new Tensor(native().abs(this.handle));
  }
  exp(): Tensor {
    return new Tensor(native().exp(this.handle));
  }
  log(): Tensor {
    return new Tensor(native().log(this.handle));
  }
  sqrt(): Tensor {
    return new Tensor(native().sqrt(this.handle));
  }
  square(): Tensor {
    return new Tensor(native().square(this.handle));
  }
  erf(): Tensor {
    return new Tensor(native().erf(this.handle));
  }
  sin(): Tensor {
    return new Tensor(native().sin(this.handle));
  }
  cos(): Tensor {
    return new Tensor(native().cos(this.handle));
  }
  clamp(min: number | null, max: number | null = null): Tensor {
    return new Tensor(native().clamp(this.handle, min, max));
  }

  // in place

  add_(other: Tensor): this {
    native().add_(this.handle, handleOf(other));
    return this;
  }
  mul_(other: number): this {
    native().mulScalar_(this.handle, other);
    return this;
  }
  /** Goes the part `weight` of the way to `end`. */
  lerp_(end: Tensor, weight: number): this {
    native().lerp_(this.handle, handleOf(end), weight);
    return this;
  }
  /** Copies the elements of `source`, broadcast and converted to this dtype and device. */
  copy_(source: Tensor): this {
    native().copy_(this.handle, handleOf(source));
    return this;
  }
  fill_(value: number): this {
    native().fill_(this.handle, value);
    return this;
  }
  zero_(): this {
    native().zero_(this.handle);
    return this;
  }

  // comparison: tensors of booleans

  eq(other: Operand): Tensor {
    return binary('eq', this, other);
  }
  lt(other: Operand): Tensor {
    return binary('lt', this, other);
  }
  le(other: Operand): Tensor {
    return binary('le', this, other);
  }
  gt(other: Operand): Tensor {
    return binary('gt', this, other);
  }
  ge(other: Operand): Tensor {
    return binary('ge', this, other);
  }
  isfinite(): Tensor {
    return new Tensor(native().isfinite(this.handle));
  }
  /** Whether shapes and all elements are the same. */
  equal(other: Tensor): boolean {
    return native().equal(this.handle, handleOf(other));
  }

  // reductions: over `dim`, or over all elements without one

  sum(dim?: number | number[], keepdim = false): Tensor {
    return new Tensor(
      dim === undefined ? native().sumAll(this.handle) : native().sum(this.handle, listOf(dim), keepdim),
    );
  }
  mean(dim?: number | number[], keepdim = false): Tensor {
    return new Tensor(
      dim === undefined ? native().meanAll(this.handle) : native().mean(this.handle, listOf(dim), keepdim),
    );
  }
  /** Variance, divided by N - `correction`. */
  var(dim?: number | number[], { correction = 1, keepdim = false } = {}): Tensor {
    return new Tensor(native().var(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** Standard deviation, its square divided by N - `correction`. */
  std(dim?: number | number[], { correction = 1, keepdim = false } = {}): Tensor {
    return new Tensor(native().std(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** The Euclidean norm of all elements, `torch.linalg.vector_norm`. */
  norm(): Tensor {
    return new Tensor(native().vectorNorm(this.handle));
  }
  max(): Tensor;
  max(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  max(dim?: number, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return dim === undefined
      ? new Tensor(native().maxAll(this.handle))
      : extremes(native().max(this.handle, dim, keepdim));
  }
  min(): Tensor;
  min(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  min(dim?: number, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return dim === undefined
      ? new Tensor(native().minAll(this.handle))
      : extremes(native().min(this.handle, dim, keepdim));
  }
  /** The k-th smallest along `dim`, from 1. */
  kthvalue(k: number, dim = -1, keepdim = false): { values: Tensor; indices: Tensor } {
    return extremes(native().kthvalue(this.handle, k, dim, keepdim));
  }
  argmax(dim?: number, keepdim = false): Tensor {
    return new Tensor(native().argmax(this.handle, dim, keepdim));
  }
  argmin(dim?: number, keepdim = false): Tensor {
    return new Tensor(native().argmin(this.handle, dim, keepdim));
  }
  cumsum(dim: number): Tensor {
    return new Tensor(native().cumsum(this.handle, dim));
  }
  logsumexp(dim: number | number[], keepdim = false): Tensor {
    return new Tensor(native().logsumexp(this.handle, listOf(dim), keepdim));
  }

  // shape and indexing: views of the same data where PyTorch's are

  view(...shape: number[]): Tensor {
    return new Tensor(native().view(this.handle, shape));
  }
  reshape(...shape: number[]): Tensor {
    return new Tensor(native().reshape(this.handle, shape));
  }
  flatten(startDim = 0, endDim = -1): Tensor {
    return new Tensor(native().flatten(this.handle, startDim, endDim));
  }
  transpose(dim0: number, dim1: number): Tensor {
    return new Tensor(native().transpose(this.handle, dim0, dim1));
  }
  permute(...dims: number[]): Tensor {
    return new Tensor(native().permute(this.handle, dims));
  }
  expand(...shape: number[]): Tensor {
    return new Tensor(native().expand(this.handle, shape));
  }
  squeeze(dim: number): Tensor {
    return new Tensor(native().squeeze(this.handle, dim));
  }
  unsqueeze(dim: number): Tensor {
    return new Tensor(native().unsqueeze(this.handle, dim));
  }
  /** The slice at `index` along `dim`, which goes away: `x[:, -1]` is `x.select(1, -1)`. */
  select(dim: number, index: number): Tensor {
    return new Tensor(native().select(this.handle, dim, index));
  }
  /** From `start` to before `end` along `dim`: `x[:, :-1]` is `x.slice(1, 0, -1)`. */
  slice(dim: number, start?: number | null, end?: number | null, step = 1): Tensor {
    return new Tensor(native().slice(this.handle, dim, start, end, step));
  }
  /** Every window of `size` elements along `dim`, `step` apart, as a last dimension. */
  unfold(dim: number, size: number, step: number): Tensor {
    return new Tensor(native().unfold(this.handle, dim, size, step));
  }
  indexSelect(dim: number, index: Tensor): Tensor {
    return new Tensor(native().indexSelect(this.handle, dim, handleOf(index)));
  }
  gather(dim: number, index: Tensor): Tensor {
    return new Tensor(native().gather(this.handle, dim, handleOf(index)));
  }
  contiguous(): Tensor {
    return new Tensor(native().contiguous(this.handle));
  }
  clone(): Tensor {
    return new Tensor(native().clone(this.handle));
  }
  /** A copy with another dtype or on another device; the tensor itself, in a new handle, if nothing changes. */
  to({ dtype, device }: { dtype?: DType; device?: string }): Tensor {
    return new Tensor(native().to(this.handle, dtype, undefined, device));
  }

  // linear algebra

  mm(other: Tensor): Tensor {
    return new Tensor(native().mm(this.handle, handleOf(other)));
  }
  bmm(other: Tensor): Tensor {
    return new Tensor(native().bmm(this.handle, handleOf(other)));
  }
  matmul(other: Tensor): Tensor {
    return new Tensor(native().matmul(this.handle, handleOf(other)));
  }
  /** Eigenvalues, ascending, and eigenvectors, its columns, of a symmetric matrix, read from the lower triangle. */
  eigh(): { values: Tensor; vectors: Tensor } {
    const [values, vectors] = native().eigh(this.handle);
    return { values: new Tensor(values), vectors: new Tensor(vectors) };
  }

  // activations

  relu(): Tensor {
    return new Tensor(native().relu(this.handle));
  }
  leakyRelu(negativeSlope = 0.01): Tensor {
    return new Tensor(native().leakyRelu(this.handle, negativeSlope));
  }
  tanh(): Tensor {
    return new Tensor(native().tanh(this.handle));
  }
  sigmoid(): Tensor {
    return new Tensor(native().sigmoid(this.handle));
  }
  softplus(): Tensor {
    return new Tensor(native().softplus(this.handle));
  }
  softmax(dim: number): Tensor {
    return new Tensor(native().softmax(this.handle, dim));
  }
  logSoftmax(dim: number): Tensor {
    return new Tensor(native().logSoftmax(this.handle, dim));
  }
}

/** @internal The add-on's name for a tensor; what is no tensor goes through, for the add-on to refuse by name. */
export function handleOf(tensor: Tensor): Handle {
  return tensor instanceof Tensor ? tensor.handle : (tensor as Handle);
}

type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'eq' | 'lt' | 'le' | 'gt' | 'ge';

function binary(op: BinaryOp, tensor: Tensor, other: Operand): Tensor {
  return new Tensor(
    typeof other === 'number'
      ? native()[`${op}Scalar`](tensor.handle, other)
      : native()[op](tensor.handle, handleOf(other)),
  );
}

function listOf(dim: number | number[]): number[] {
  return Array.isArray(dim) ? dim : [dim];
}

function extremes([values, indices]: [Handle, Handle]): { values: Tensor; indices: Tensor } {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}
