import { checkInteger, isArray, readOptions } from '../check';
import { LibtorchGenerativeError, shapeText } from '../errors';
import { native } from '../native/addon';
import type { DType, Handle } from '../native/handle';
import type { Device } from './device';
import type { FloatOf, SumOf, WithNumber } from './dtypes';
import { InPlaceTensor } from './in-place';
import { handleOf } from './tensor-memory';
import {
  type KeepdimOptions,
  keepdimOf,
  readTarget,
  SORT,
  type SortOptions,
  TOPK,
  type ToOptions,
  type TopkOptions,
  VARIANCE,
  type VarianceOptions,
} from './tensor-options';

/** Anything an arithmetic method takes beside its tensor: another tensor, broadcast as in PyTorch, or a number. */
export type Operand = Tensor | number;

/** Elements along a dimension, and where they were; what {@link Tensor.max} gives, for example. */
export interface ValuesAndIndices<D extends DType = DType> {
  /** Without the dimension that was looked along, or of size 1 there with `keepdim`. */
  values: Tensor<D>;
  /** Their positions along the dimension, int64, of the same shape. */
  indices: Tensor<'int64'>;
}

/** What {@link Tensor.eigh} gives. */
export interface Eigendecomposition<D extends DType = DType> {
  /** (N), ascending. */
  values: Tensor<D>;
  /** (N, N), whose columns belong to the values. */
  vectors: Tensor<D>;
}

/**
 * An n-dimensional array of libtorch's, on the CPU or a CUDA device, with PyTorch's semantics: broadcasting, views,
 * gradients. Methods have PyTorch's names in camelCase and return new tensors; a trailing underscore (`copy_`) writes
 * in place. What libtorch refuses, such as shapes that do not broadcast, throws ERR_LIBTORCH.
 *
 * `Tensor<'int64'>` knows its dtype, and so {@link Tensor.toArray} its typed array; plain `Tensor` is a tensor of any.
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
 * console.log(x.mul(2).sum(1).toArray(), x.sum(1, { keepdim: true }).shape); // Float32Array(2) [ 12, 30 ] [ 2, 1 ]
 * console.log(x.max(1).indices.toArray(), x.unfold(1, 2, 1).shape); // BigInt64Array(2) [ 2n, 2n ] [ 2, 2, 2 ]
 * console.log(x.select(1, -1).toArray()); // Float32Array(2) [ 3, 6 ]
 * x.dispose();
 * console.log(x.isDisposed); // true
 * ```
 */
export class Tensor<D extends DType = DType> extends InPlaceTensor<D> {
  // gradients

  /** What {@link Tensor.backward} accumulated, of this tensor's shape; undefined before. */
  get grad(): Tensor<D> | undefined {
    const gradient = native().gradOf(this.handle);
    return gradient === undefined ? undefined : new Tensor(gradient);
  }
  /** Of this shape, dtype and device; undefined forgets what was accumulated. */
  set grad(gradient: Tensor<D> | undefined) {
    native().setGrad(this.handle, gradient === undefined ? undefined : handleOf(gradient));
  }
  /** The same data outside the graph. */
  detach(): Tensor<D> {
    return new Tensor(native().detach(this.handle));
  }

  // arithmetic

  /** Sum, elementwise; shapes broadcast. */
  add(other: number): Tensor<WithNumber<D>>;
  add(other: Tensor<D>): Tensor<D>;
  add(other: Operand): Tensor;
  add(other: Operand): Tensor {
    return binary('add', this, other);
  }
  /** This less `other`, elementwise; shapes broadcast. */
  sub(other: number): Tensor<WithNumber<D>>;
  sub(other: Tensor<D>): Tensor<D>;
  sub(other: Operand): Tensor;
  sub(other: Operand): Tensor {
    return binary('sub', this, other);
  }
  /** Product, elementwise; shapes broadcast. */
  mul(other: number): Tensor<WithNumber<D>>;
  mul(other: Tensor<D>): Tensor<D>;
  mul(other: Operand): Tensor;
  mul(other: Operand): Tensor {
    return binary('mul', this, other);
  }
  /** This over `other`, elementwise; shapes broadcast. Of integers it is float32. */
  div(other: number): Tensor<FloatOf<WithNumber<D>>>;
  div(other: Tensor<D>): Tensor<FloatOf<D>>;
  div(other: Operand): Tensor;
  div(other: Operand): Tensor {
    return binary('div', this, other);
  }
  /** Each element to the power of `exponent`; shapes broadcast. */
  pow(exponent: number): Tensor<WithNumber<D>>;
  pow(exponent: Tensor<D>): Tensor<D>;
  pow(exponent: Operand): Tensor;
  pow(exponent: Operand): Tensor {
    return new Tensor(
      typeof exponent === 'number'
        ? native().pow(this.handle, exponent)
        : native().powTensor(this.handle, handleOf(exponent)),
    );
  }
  /** The larger of each two elements, NaN if one is; shapes broadcast. */
  maximum(other: Tensor<D>): Tensor<D>;
  maximum(other: Tensor): Tensor;
  maximum(other: Tensor): Tensor {
    return new Tensor(native().maximum(this.handle, handleOf(other)));
  }
  /** The smaller of each two elements, NaN if one is; shapes broadcast. */
  minimum(other: Tensor<D>): Tensor<D>;
  minimum(other: Tensor): Tensor;
  minimum(other: Tensor): Tensor {
    return new Tensor(native().minimum(this.handle, handleOf(other)));
  }
  /** -x */
  neg(): Tensor<D> {
    return new Tensor(native().neg(this.handle));
  }
  /** |x| */
  abs(): Tensor<D> {
    return new Tensor(native().abs(this.handle));
  }
  /** -1, 0 or 1. */
  sign(): Tensor<D> {
    return new Tensor(native().sign(this.handle));
  }
  /** The largest whole number that is not above. */
  floor(): Tensor<D> {
    return new Tensor(native().floor(this.handle));
  }
  /** The smallest whole number that is not below. */
  ceil(): Tensor<D> {
    return new Tensor(native().ceil(this.handle));
  }
  /** The nearest whole number; a half goes to the even one. */
  round(): Tensor<D> {
    return new Tensor(native().round(this.handle));
  }
  /** eˣ */
  exp(): Tensor<FloatOf<D>> {
    return new Tensor(native().exp(this.handle));
  }
  /** The natural logarithm: NaN below 0, -Infinity at 0. */
  log(): Tensor<FloatOf<D>> {
    return new Tensor(native().log(this.handle));
  }
  /** log(1 + x), exact also near 0. */
  log1p(): Tensor<FloatOf<D>> {
    return new Tensor(native().log1p(this.handle));
  }
  /** The square root: NaN below 0. */
  sqrt(): Tensor<FloatOf<D>> {
    return new Tensor(native().sqrt(this.handle));
  }
  /** x² */
  square(): Tensor<D> {
    return new Tensor(native().square(this.handle));
  }
  /** The error function, 2/√π ∫₀ˣ exp(-t²) dt. */
  erf(): Tensor<FloatOf<D>> {
    return new Tensor(native().erf(this.handle));
  }
  /** The sine of radians. */
  sin(): Tensor<FloatOf<D>> {
    return new Tensor(native().sin(this.handle));
  }
  /** The cosine of radians. */
  cos(): Tensor<FloatOf<D>> {
    return new Tensor(native().cos(this.handle));
  }
  /** Each element moved into [min, max]; null or nothing leaves that end open. */
  clamp(min: number | null | undefined, max: number | null = null): Tensor<WithNumber<D>> {
    return new Tensor(native().clamp(this.handle, min, max));
  }

  // comparison: tensors of booleans

  /** Where this is equal to `other`; shapes broadcast. */
  eq(other: Operand): Tensor<'bool'> {
    return binary('eq', this, other);
  }
  /** Where this is not equal to `other`; shapes broadcast. */
  ne(other: Operand): Tensor<'bool'> {
    return binary('ne', this, other);
  }
  /** Where this is less than `other`; shapes broadcast. */
  lt(other: Operand): Tensor<'bool'> {
    return binary('lt', this, other);
  }
  /** Where this is at most `other`; shapes broadcast. */
  le(other: Operand): Tensor<'bool'> {
    return binary('le', this, other);
  }
  /** Where this is greater than `other`; shapes broadcast. */
  gt(other: Operand): Tensor<'bool'> {
    return binary('gt', this, other);
  }
  /** Where this is at least `other`; shapes broadcast. */
  ge(other: Operand): Tensor<'bool'> {
    return binary('ge', this, other);
  }
  /** Where elements are neither NaN nor infinite. */
  isfinite(): Tensor<'bool'> {
    return new Tensor(native().isfinite(this.handle));
  }
  /** Where elements are NaN. */
  isnan(): Tensor<'bool'> {
    return new Tensor(native().isnan(this.handle));
  }
  /** Where elements are 0, or false. */
  logicalNot(): Tensor<'bool'> {
    return new Tensor(native().logicalNot(this.handle));
  }
  /** Where neither is 0, or false; shapes broadcast. */
  logicalAnd(other: Tensor): Tensor<'bool'> {
    return new Tensor(native().logicalAnd(this.handle, handleOf(other)));
  }
  /** Where not both are 0, or false; shapes broadcast. */
  logicalOr(other: Tensor): Tensor<'bool'> {
    return new Tensor(native().logicalOr(this.handle, handleOf(other)));
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
  sum(dim?: number | number[], options?: KeepdimOptions): Tensor<SumOf<D>> {
    const keepdim = keepdimOf(options);
    if (dim !== undefined) return new Tensor(native().sum(this.handle, listOf(dim), keepdim));
    return new Tensor(keepdim ? native().sum(this.handle, null, true) : native().sumAll(this.handle));
  }
  /** The mean over `dim`, or over all elements; floating-point tensors only. Dimensions as for {@link Tensor.sum}. */
  mean(dim?: number | number[], options?: KeepdimOptions): Tensor<D> {
    const keepdim = keepdimOf(options);
    if (dim !== undefined) return new Tensor(native().mean(this.handle, listOf(dim), keepdim));
    return new Tensor(keepdim ? native().mean(this.handle, null, true) : native().meanAll(this.handle));
  }
  /** The variance, the sum of squares divided by N - `correction`. Dimensions as for {@link Tensor.sum}. */
  var(dim?: number | number[], options?: VarianceOptions): Tensor<D> {
    const { correction = 1, keepdim = false } = readOptions(options, VARIANCE);
    return new Tensor(native().var(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** The standard deviation, the root of {@link Tensor.var}. */
  std(dim?: number | number[], options?: VarianceOptions): Tensor<D> {
    const { correction = 1, keepdim = false } = readOptions(options, VARIANCE);
    return new Tensor(native().std(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** The product along `dim`, or of all elements. */
  prod(dim?: number, options?: KeepdimOptions): Tensor<SumOf<D>> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().prodAll(this.handle) : native().prod(this.handle, dim, keepdim));
  }
  /** Whether no element along `dim`, or none at all, is 0 or false. */
  all(dim?: number, options?: KeepdimOptions): Tensor<'bool'> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().allAll(this.handle) : native().all(this.handle, dim, keepdim));
  }
  /** Whether an element along `dim`, or any at all, is neither 0 nor false. */
  any(dim?: number, options?: KeepdimOptions): Tensor<'bool'> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().anyAll(this.handle) : native().any(this.handle, dim, keepdim));
  }
  /** The Euclidean norm of all elements, `torch.linalg.vector_norm`, of shape []. */
  norm(): Tensor<D> {
    return new Tensor(native().vectorNorm(this.handle));
  }
  /** The largest of all elements, of shape []. */
  max(): Tensor<D>;
  /** The largest along `dim`, and where they are. */
  max(dim: number, options?: KeepdimOptions): ValuesAndIndices<D>;
  max(dim?: number, options?: KeepdimOptions): Tensor<D> | ValuesAndIndices<D> {
    return dim === undefined
      ? new Tensor(native().maxAll(this.handle))
      : extremes(native().max(this.handle, dim, keepdimOf(options)));
  }
  /** The smallest of all elements, of shape []. */
  min(): Tensor<D>;
  /** The smallest along `dim`, and where they are. */
  min(dim: number, options?: KeepdimOptions): ValuesAndIndices<D>;
  min(dim?: number, options?: KeepdimOptions): Tensor<D> | ValuesAndIndices<D> {
    return dim === undefined
      ? new Tensor(native().minAll(this.handle))
      : extremes(native().min(this.handle, dim, keepdimOf(options)));
  }
  /** The k-th smallest along `dim`, counted from 1, and where they are. */
  kthvalue(k: number, dim = -1, options?: KeepdimOptions): ValuesAndIndices<D> {
    return extremes(native().kthvalue(this.handle, k, dim, keepdimOf(options)));
  }
  /** All elements in order along `dim`, the smallest first, and where they were. */
  sort(dim = -1, options?: SortOptions): ValuesAndIndices<D> {
    const { descending } = readOptions(options, SORT);
    return extremes(native().sort(this.handle, dim, descending));
  }
  /** The `k` largest along `dim`, the largest first, and where they were. */
  topk(k: number, dim = -1, options?: TopkOptions): ValuesAndIndices<D> {
    const { largest, sorted } = readOptions(options, TOPK);
    return extremes(native().topk(this.handle, k, dim, largest, sorted));
  }
  /** Where the largest is along `dim`, int64, or among all elements in row-major order. */
  argmax(dim?: number | null, options?: KeepdimOptions): Tensor<'int64'> {
    return new Tensor(native().argmax(this.handle, dim, keepdimOf(options)));
  }
  /** Where the smallest is along `dim`, int64, or among all elements in row-major order. */
  argmin(dim?: number | null, options?: KeepdimOptions): Tensor<'int64'> {
    return new Tensor(native().argmin(this.handle, dim, keepdimOf(options)));
  }
  /** The sums of each element and those before it along `dim`, of the same shape. */
  cumsum(dim: number): Tensor<SumOf<D>> {
    return new Tensor(native().cumsum(this.handle, dim));
  }
  /** log Σ exp(x) over `dim`, without overflow. */
  logsumexp(dim: number | number[], options?: KeepdimOptions): Tensor<FloatOf<D>> {
    return new Tensor(native().logsumexp(this.handle, listOf(dim), keepdimOf(options)));
  }

  // shapes and indexing: views of the same data where PyTorch's are

  /** The same elements in another shape, for contiguous tensors; one size may be -1, which is what is left. */
  view(...shape: Sizes): Tensor<D> {
    return new Tensor(native().view(this.handle, sizesOf(shape)));
  }
  /** As {@link Tensor.view}, with a copy where there can't be a view. */
  reshape(...shape: Sizes): Tensor<D> {
    return new Tensor(native().reshape(this.handle, sizesOf(shape)));
  }
  /** The dimensions from `startDim` to `endDim` as one, by default all. */
  flatten(startDim = 0, endDim = -1): Tensor<D> {
    return new Tensor(native().flatten(this.handle, startDim, endDim));
  }
  /** With two dimensions swapped. */
  transpose(dim0: number, dim1: number): Tensor<D> {
    return new Tensor(native().transpose(this.handle, dim0, dim1));
  }
  /** With the dimensions in another order: the i-th is what was the `dims[i]`-th. */
  permute(...dims: Sizes): Tensor<D> {
    return new Tensor(native().permute(this.handle, sizesOf(dims)));
  }
  /** A matrix transposed, `x.T` in PyTorch; vectors and single numbers stay as they are. @throws ERR_SHAPE for others */
  get T(): Tensor<D> {
    const { length } = this.shape;
    if (length > 2)
      throw new LibtorchGenerativeError(
        'ERR_SHAPE',
        `Expected a matrix for T but received ${shapeText(this.shape)}: use permute()`,
      );
    return new Tensor(native().permute(this.handle, [1, 0].slice(2 - length)));
  }
  /** The elements in reverse order along some dimensions. */
  flip(...dims: Sizes): Tensor<D> {
    return new Tensor(native().flip(this.handle, sizesOf(dims)));
  }
  /** Copies side by side, `times` along each dimension. */
  repeat(...times: Sizes): Tensor<D> {
    return new Tensor(native().repeat(this.handle, sizesOf(times)));
  }
  /** `chunks` parts along `dim`, the last one smaller where that does not divide its size. */
  chunk(chunks: number, dim = 0): Tensor<D>[] {
    return native()
      .chunk(this.handle, chunks, dim)
      .map((handle) => new Tensor(handle));
  }
  /** Parts of `size` along `dim`, the last one smaller where that does not divide its size. */
  split(size: number, dim = 0): Tensor<D>[] {
    return native()
      .split(this.handle, size, dim)
      .map((handle) => new Tensor(handle));
  }
  /** Repeated along dimensions of size 1, without a copy; -1 leaves a size as it is. */
  expand(...shape: Sizes): Tensor<D> {
    return new Tensor(native().expand(this.handle, sizesOf(shape)));
  }
  /** Without the dimension `dim` if its size is 1, or without all such dimensions. */
  squeeze(dim?: number): Tensor<D> {
    return new Tensor(dim === undefined ? native().squeezeAll(this.handle) : native().squeeze(this.handle, dim));
  }
  /** With a new dimension of size 1 at `dim`; -1 is after the last. */
  unsqueeze(dim: number): Tensor<D> {
    return new Tensor(native().unsqueeze(this.handle, dim));
  }
  /** The slice at `index` along `dim`, which goes away: `x[:, -1]` is `x.select(1, -1)`. */
  select(dim: number, index: number): Tensor<D> {
    return new Tensor(native().select(this.handle, dim, index));
  }
  /**
   * From `start` to before `end` along `dim`, each `step`-th: `x[:, :-1]` is `x.slice(1, 0, -1)`. Null or nothing is
   * the beginning or the end.
   */
  slice(dim: number, start?: number | null, end?: number | null, step = 1): Tensor<D> {
    checkInteger('dim', dim);
    return new Tensor(native().slice(this.handle, dim, start, end, step));
  }
  /** Every window of `size` elements along `dim`, `step` apart, as a last dimension: 0 to 4 by 3 are 012, 123, 234. */
  unfold(dim: number, size: number, step: number): Tensor<D> {
    return new Tensor(native().unfold(this.handle, dim, size, step));
  }
  /** The slices at the positions `index` (N), int64, along `dim`, whose size becomes N. */
  indexSelect(dim: number, index: Tensor): Tensor<D> {
    return new Tensor(native().indexSelect(this.handle, dim, handleOf(index)));
  }
  /**
   * Elements picked along `dim` by `index`, int64, of the result's shape: for `dim` 1 it is
   * `x[i][index[i][j]]` at (i, j).
   */
  gather(dim: number, index: Tensor): Tensor<D> {
    return new Tensor(native().gather(this.handle, dim, handleOf(index)));
  }
  /** The same elements in row-major order: a copy, or the tensor itself in a new handle. */
  contiguous(): Tensor<D> {
    return new Tensor(native().contiguous(this.handle));
  }
  /** A copy, through which gradients flow. */
  clone(): Tensor<D> {
    return new Tensor(native().clone(this.handle));
  }
  /** A copy of another dtype; the tensor itself, in a new handle, if nothing changes. */
  to<E extends DType>(dtype: E): Tensor<E>;
  /** A copy on another device; the tensor itself, in a new handle, if nothing changes. @throws ERR_DEVICE */
  to(device: Device): Tensor<D>;
  /** A copy of another dtype and on another device; the tensor itself, in a new handle, if nothing changes. */
  to<E extends DType>(options: ToOptions<E> & { dtype: E }): Tensor<E>;
  /** A copy on another device; the tensor itself, in a new handle, if nothing changes. */
  to(options: ToOptions<D>): Tensor<D>;
  /** A copy of another dtype and on another device, where either may be left out. */
  to(options: ToOptions): Tensor;
  to(target: DType | Device | ToOptions): Tensor {
    const { dtype, device } = readTarget(target);
    return new Tensor(native().to(this.handle, dtype, undefined, device));
  }

  // linear algebra

  /** Matrix product, (N, K) and (K, M) to (N, M). */
  mm(other: Tensor): Tensor<D> {
    return new Tensor(native().mm(this.handle, handleOf(other)));
  }
  /** Matrix products, (B, N, K) and (B, K, M) to (B, N, M). */
  bmm(other: Tensor): Tensor<D> {
    return new Tensor(native().bmm(this.handle, handleOf(other)));
  }
  /**
   * Matrix product with PyTorch's rules: (..., N, K) and (..., K, M) to (..., N, M), where the other dimensions
   * broadcast; vectors are rows on the left and columns on the right.
   */
  matmul(other: Tensor): Tensor<D> {
    return new Tensor(native().matmul(this.handle, handleOf(other)));
  }
  /** Eigenvalues and eigenvectors of a symmetric matrix (N, N), read from its lower triangle. */
  eigh(): Eigendecomposition<D> {
    const [values, vectors] = native().eigh(this.handle);
    return { values: new Tensor(values), vectors: new Tensor(vectors) };
  }

  // activations

  /** max(0, x) */
  relu(): Tensor<D> {
    return new Tensor(native().relu(this.handle));
  }
  /** x where x > 0, else `negativeSlope` · x. */
  leakyRelu(negativeSlope = 0.01): Tensor<D> {
    return new Tensor(native().leakyRelu(this.handle, negativeSlope));
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor<FloatOf<D>> {
    return new Tensor(native().tanh(this.handle));
  }
  /** 1 / (1 + exp(-x)) */
  sigmoid(): Tensor<FloatOf<D>> {
    return new Tensor(native().sigmoid(this.handle));
  }
  /** log(1 + exp(x)); x itself above 20. */
  softplus(): Tensor<D> {
    return new Tensor(native().softplus(this.handle));
  }
  /** exp(x) over its sum along `dim`: numbers that add up to 1. */
  softmax(dim: number): Tensor<D> {
    return new Tensor(native().softmax(this.handle, dim));
  }
  /** The logarithm of {@link Tensor.softmax}, without overflow. */
  logSoftmax(dim: number): Tensor<D> {
    return new Tensor(native().logSoftmax(this.handle, dim));
  }
}

type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

function binary<D extends DType>(op: BinaryOp, tensor: Tensor, other: Operand): Tensor<D> {
  return new Tensor(
    typeof other === 'number'
      ? native()[`${op}Scalar`](tensor.handle, other)
      : native()[op](tensor.handle, handleOf(other)),
  );
}

function listOf(dim: number | number[]): number[] {
  return isArray(dim) ? (dim as number[]) : [dim];
}

/** Sizes one by one or in an array, as in PyTorch. */
type Sizes = number[] | [sizes: number[]];

function sizesOf(sizes: Sizes): number[] {
  return isArray(sizes[0]) ? (sizes[0] as number[]) : (sizes as number[]);
}

function extremes<D extends DType>([values, indices]: [Handle, Handle]): ValuesAndIndices<D> {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}
