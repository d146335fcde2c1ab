import { native } from '../native/addon';
import type { DType, Handle } from '../native/handle';
import type { Device } from './device';
import { handleOf, TensorMemory } from './tensor-memory';

/** Anything an arithmetic method takes beside its tensor: another tensor, broadcast as in PyTorch, or a number. */
export type Operand = Tensor | number;

/** Elements along a dimension, and where they were; what {@link Tensor.max} gives, for example. */
export interface ValuesAndIndices {
  /** Without the dimension that was looked along, or of size 1 there with `keepdim`. */
  values: Tensor;
  /** Their positions along the dimension, int64, of the same shape. */
  indices: Tensor;
}

/** What {@link Tensor.eigh} gives. */
export interface Eigendecomposition {
  /** (N), ascending. */
  values: Tensor;
  /** (N, N), whose columns belong to the values. */
  vectors: Tensor;
}

/**
 * An n-dimensional array of libtorch's, on the CPU or a CUDA device, with PyTorch's semantics: broadcasting, views,
 * gradients. Methods have PyTorch's names in camelCase and return new tensors; a trailing underscore (`copy_`) writes
 * in place. What libtorch refuses, such as shapes that do not broadcast, throws ERR_LIBTORCH.
 *
 * Memory is native: free it by {@link Tensor.dispose}, by a {@link scope}, or leave it to the garbage collector.
 * After that every use throws ERR_DISPOSED.
 *
 * @see https://docs.pytorch.org/docs/stable/tensors.html
 * @example
 * ```ts
 * import { tensor } from 'libtorch-generative';
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(x.shape, x.dtype, x.device); // [ 2, 3 ] float32 cpu
 * console.log(x.mul(2).sum(1).toArray(), x.sum(1, true).shape); // Float32Array(2) [ 12, 30 ] [ 2, 1 ]
 * console.log(x.max(1).indices.toArray(), x.unfold(1, 2, 1).shape); // BigInt64Array(2) [ 2n, 2n ] [ 2, 2, 2 ]
 * console.log(x.select(1, -1).toArray()); // Float32Array(2) [ 3, 6 ]
 * x.dispose();
 * console.log(x.isDisposed); // true
 * ```
 */
export class Tensor extends TensorMemory {
  // gradients

  /** What {@link Tensor.backward} accumulated, of this tensor's shape; undefined before. */
  get grad(): Tensor | undefined {
    const gradient = native().gradOf(this.handle);
    return gradient === undefined ? undefined : new Tensor(gradient);
  }
  /** The same data outside the graph. */
  detach(): Tensor {
    return new Tensor(native().detach(this.handle));
  }

  // arithmetic

  /** Sum, elementwise; shapes broadcast. */
  add(other: Operand): Tensor {
    return binary('add', this, other);
  }
  /** This less `other`, elementwise; shapes broadcast. */
  sub(other: Operand): Tensor {
    return binary('sub', this, other);
  }
  /** Product, elementwise; shapes broadcast. */
  mul(other: Operand): Tensor {
    return binary('mul', this, other);
  }
  /** This over `other`, elementwise; shapes broadcast. Of integers it is float32. */
  div(other: Operand): Tensor {
    return binary('div', this, other);
  }
  /** Each element to the power of `exponent`. */
  pow(exponent: number): Tensor {
    return new Tensor(native().pow(this.handle, exponent));
  }
  /** -x */
  neg(): Tensor {
    return new Tensor(native().neg(this.handle));
  }
  /** |x| */
  abs(): Tensor {
    return new Tensor(native().abs(this.handle));
  }
  /** eˣ */
  exp(): Tensor {
    return new Tensor(native().exp(this.handle));
  }
  /** The natural logarithm: NaN below 0, -Infinity at 0. */
  log(): Tensor {
    return new Tensor(native().log(this.handle));
  }
  /** The square root: NaN below 0. */
  sqrt(): Tensor {
    return new Tensor(native().sqrt(this.handle));
  }
  /** x² */
  square(): Tensor {
    return new Tensor(native().square(this.handle));
  }
  /** The error function, 2/√π ∫₀ˣ exp(-t²) dt. */
  erf(): Tensor {
    return new Tensor(native().erf(this.handle));
  }
  /** The sine of radians. */
  sin(): Tensor {
    return new Tensor(native().sin(this.handle));
  }
  /** The cosine of radians. */
  cos(): Tensor {
    return new Tensor(native().cos(this.handle));
  }
  /** Each element moved into [min, max]; null leaves that end open. */
  clamp(min: number | null, max: number | null = null): Tensor {
    return new Tensor(native().clamp(this.handle, min, max));
  }

  // in place

  /** Adds `other`, broadcast to this shape. */
  add_(other: Tensor): this {
    native().add_(this.handle, handleOf(other));
    return this;
  }
  /** Multiplies by a number. */
  mul_(other: number): this {
    native().mulScalar_(this.handle, other);
    return this;
  }
  /** Goes the part `weight` of the way to `end`, of the same shape: x + weight · (end - x). */
  lerp_(end: Tensor, weight: number): this {
    native().lerp_(this.handle, handleOf(end), weight);
    return this;
  }
  /** Copies the elements of `source`, broadcast and converted to this dtype and device. */
  copy_(source: Tensor): this {
    native().copy_(this.handle, handleOf(source));
    return this;
  }
  /** Sets all elements to `value`. */
  fill_(value: number): this {
    native().fill_(this.handle, value);
    return this;
  }
  /** Sets all elements to 0. */
  zero_(): this {
    native().zero_(this.handle);
    return this;
  }

  // comparison: tensors of booleans

  /** Where this is equal to `other`; shapes broadcast. */
  eq(other: Operand): Tensor {
    return binary('eq', this, other);
  }
  /** Where this is less than `other`; shapes broadcast. */
  lt(other: Operand): Tensor {
    return binary('lt', this, other);
  }
  /** Where this is at most `other`; shapes broadcast. */
  le(other: Operand): Tensor {
    return binary('le', this, other);
  }
  /** Where this is greater than `other`; shapes broadcast. */
  gt(other: Operand): Tensor {
    return binary('gt', this, other);
  }
  /** Where this is at least `other`; shapes broadcast. */
  ge(other: Operand): Tensor {
    return binary('ge', this, other);
  }
  /** Where elements are neither NaN nor infinite. */
  isfinite(): Tensor {
    return new Tensor(native().isfinite(this.handle));
  }
  /** Whether shapes and all elements are the same. */
  equal(other: Tensor): boolean {
    return native().equal(this.handle, handleOf(other));
  }

  // reductions: over `dim`, or over all elements without one

  /**
   * The sum over `dim`, or over all elements.
   *
   * @param dim dimensions that go away, or stay as 1 with `keepdim`; negative ones count from the last
   */
  sum(dim?: number | number[], keepdim = false): Tensor {
    return new Tensor(
      dim === undefined ? native().sumAll(this.handle) : native().sum(this.handle, listOf(dim), keepdim),
    );
  }
  /** The mean over `dim`, or over all elements; floating-point tensors only. Dimensions as for {@link Tensor.sum}. */
  mean(dim?: number | number[], keepdim = false): Tensor {
    return new Tensor(
      dim === undefined ? native().meanAll(this.handle) : native().mean(this.handle, listOf(dim), keepdim),
    );
  }
  /** The variance, the sum of squares divided by N - `correction`. Dimensions as for {@link Tensor.sum}. */
  var(dim?: number | number[], { correction = 1, keepdim = false } = {}): Tensor {
    return new Tensor(native().var(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** The standard deviation, the root of {@link Tensor.var}. */
  std(dim?: number | number[], { correction = 1, keepdim = false } = {}): Tensor {
    return new Tensor(native().std(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** The Euclidean norm of all elements, `torch.linalg.vector_norm`, of shape (). */
  norm(): Tensor {
    return new Tensor(native().vectorNorm(this.handle));
  }
  /** The largest of all elements, of shape (). */
  max(): Tensor;
  /** The largest along `dim`, and where they are. */
  max(dim: number, keepdim?: boolean): ValuesAndIndices;
  max(dim?: number, keepdim = false): Tensor | ValuesAndIndices {
    return dim === undefined
      ? new Tensor(native().maxAll(this.handle))
      : extremes(native().max(this.handle, dim, keepdim));
  }
  /** The smallest of all elements, of shape (). */
  min(): Tensor;
  /** The smallest along `dim`, and where they are. */
  min(dim: number, keepdim?: boolean): ValuesAndIndices;
  min(dim?: number, keepdim = false): Tensor | ValuesAndIndices {
    return dim === undefined
      ? new Tensor(native().minAll(this.handle))
      : extremes(native().min(this.handle, dim, keepdim));
  }
  /** The k-th smallest along `dim`, counted from 1, and where they are. */
  kthvalue(k: number, dim = -1, keepdim = false): ValuesAndIndices {
    return extremes(native().kthvalue(this.handle, k, dim, keepdim));
  }
  /** Where the largest is along `dim`, int64, or among all elements in row-major order. */
  argmax(dim?: number, keepdim = false): Tensor {
    return new Tensor(native().argmax(this.handle, dim, keepdim));
  }
  /** Where the smallest is along `dim`, int64, or among all elements in row-major order. */
  argmin(dim?: number, keepdim = false): Tensor {
    return new Tensor(native().argmin(this.handle, dim, keepdim));
  }
  /** The sums of each element and those before it along `dim`, of the same shape. */
  cumsum(dim: number): Tensor {
    return new Tensor(native().cumsum(this.handle, dim));
  }
  /** log Σ exp(x) over `dim`, without overflow. */
  logsumexp(dim: number | number[], keepdim = false): Tensor {
    return new Tensor(native().logsumexp(this.handle, listOf(dim), keepdim));
  }

  // shapes and indexing: views of the same data where PyTorch's are

  /** The same elements in another shape, for contiguous tensors; one size may be -1, which is what is left. */
  view(...shape: number[]): Tensor {
    return new Tensor(native().view(this.handle, shape));
  }
  /** As {@link Tensor.view}, with a copy where there can't be a view. */
  reshape(...shape: number[]): Tensor {
    return new Tensor(native().reshape(this.handle, shape));
  }
  /** The dimensions from `startDim` to `endDim` as one, by default all. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return new Tensor(native().flatten(this.handle, startDim, endDim));
  }
  /** With two dimensions swapped. */
  transpose(dim0: number, dim1: number): Tensor {
    return new Tensor(native().transpose(this.handle, dim0, dim1));
  }
  /** With the dimensions in another order: the i-th is what was the `dims[i]`-th. */
  permute(...dims: number[]): Tensor {
    return new Tensor(native().permute(this.handle, dims));
  }
  /** Repeated along dimensions of size 1, without a copy; -1 leaves a size as it is. */
  expand(...shape: number[]): Tensor {
    return new Tensor(native().expand(this.handle, shape));
  }
  /** Without the dimension `dim`, if its size is 1. */
  squeeze(dim: number): Tensor {
    return new Tensor(native().squeeze(this.handle, dim));
  }
  /** With a new dimension of size 1 at `dim`; -1 is after the last. */
  unsqueeze(dim: number): Tensor {
    return new Tensor(native().unsqueeze(this.handle, dim));
  }
  /** The slice at `index` along `dim`, which goes away: `x[:, -1]` is `x.select(1, -1)`. */
  select(dim: number, index: number): Tensor {
    return new Tensor(native().select(this.handle, dim, index));
  }
  /**
   * From `start` to before `end` along `dim`, each `step`-th: `x[:, :-1]` is `x.slice(1, 0, -1)`. Null or nothing is
   * the beginning or the end.
   */
  slice(dim: number, start?: number | null, end?: number | null, step = 1): Tensor {
    return new Tensor(native().slice(this.handle, dim, start, end, step));
  }
  /** Every window of `size` elements along `dim`, `step` apart, as a last dimension: 0 to 4 by 3 are 012, 123, 234. */
  unfold(dim: number, size: number, step: number): Tensor {
    return new Tensor(native().unfold(this.handle, dim, size, step));
  }
  /** The slices at the positions `index` (N), int64, along `dim`, whose size becomes N. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return new Tensor(native().indexSelect(this.handle, dim, handleOf(index)));
  }
  /**
   * Elements picked along `dim` by `index`, int64, of the result's shape: for `dim` 1 it is
   * `x[i][index[i][j]]` at (i, j).
   */
  gather(dim: number, index: Tensor): Tensor {
    return new Tensor(native().gather(this.handle, dim, handleOf(index)));
  }
  /** The same elements in row-major order: a copy, or the tensor itself in a new handle. */
  contiguous(): Tensor {
    return new Tensor(native().contiguous(this.handle));
  }
  /** A copy, through which gradients flow. */
  clone(): Tensor {
    return new Tensor(native().clone(this.handle));
  }
  /** A copy with another dtype or on another device; the tensor itself, in a new handle, if nothing changes. */
  to({ dtype, device }: { dtype?: DType; device?: Device }): Tensor {
    return new Tensor(native().to(this.handle, dtype, undefined, device));
  }

  // linear algebra

  /** Matrix product, (N, K) and (K, M) to (N, M). */
  mm(other: Tensor): Tensor {
    return new Tensor(native().mm(this.handle, handleOf(other)));
  }
  /** Matrix products, (B, N, K) and (B, K, M) to (B, N, M). */
  bmm(other: Tensor): Tensor {
    return new Tensor(native().bmm(this.handle, handleOf(other)));
  }
  /**
   * Matrix product with PyTorch's rules: (..., N, K) and (..., K, M) to (..., N, M), where the other dimensions
   * broadcast; vectors are rows on the left and columns on the right.
   */
  matmul(other: Tensor): Tensor {
    return new Tensor(native().matmul(this.handle, handleOf(other)));
  }
  /** Eigenvalues and eigenvectors of a symmetric matrix (N, N), read from its lower triangle. */
  eigh(): Eigendecomposition {
    const [values, vectors] = native().eigh(this.handle);
    return { values: new Tensor(values), vectors: new Tensor(vectors) };
  }

  // activations

  /** max(0, x) */
  relu(): Tensor {
    return new Tensor(native().relu(this.handle));
  }
  /** x where x > 0, else `negativeSlope` · x. */
  leakyRelu(negativeSlope = 0.01): Tensor {
    return new Tensor(native().leakyRelu(this.handle, negativeSlope));
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return new Tensor(native().tanh(this.handle));
  }
  /** 1 / (1 + exp(-x)) */
  sigmoid(): Tensor {
    return new Tensor(native().sigmoid(this.handle));
  }
  /** log(1 + exp(x)); x itself above 20. */
  softplus(): Tensor {
    return new Tensor(native().softplus(this.handle));
  }
  /** exp(x) over its sum along `dim`: numbers that add up to 1. */
  softmax(dim: number): Tensor {
    return new Tensor(native().softmax(this.handle, dim));
  }
  /** The logarithm of {@link Tensor.softmax}, without overflow. */
  logSoftmax(dim: number): Tensor {
    return new Tensor(native().logSoftmax(this.handle, dim));
  }
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

function extremes([values, indices]: [Handle, Handle]): ValuesAndIndices {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}
