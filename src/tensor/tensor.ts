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

/** The other operand of an arithmetic method: a tensor, broadcast as in PyTorch, or a number. */
export type Operand = Tensor | number;

/** Elements along a dimension and their positions, as returned by {@link Tensor.max} and others. */
export interface ValuesAndIndices<D extends DType = DType> {
  /** The elements; {@link Tensor.max} and others remove the dimension, or keep it with size 1 with `keepdim`. */
  values: Tensor<D>;
  /** Their positions along the dimension, int64, in the same shape. */
  indices: Tensor<'int64'>;
}

/** The result of {@link Tensor.eigh}. */
export interface Eigendecomposition<D extends DType = DType> {
  /** (N): the eigenvalues in ascending order. */
  values: Tensor<D>;
  /** (N, N): the eigenvectors as columns, in the order of the values. */
  vectors: Tensor<D>;
}

/**
 * An n-dimensional libtorch array on the CPU or a CUDA device, with PyTorch's semantics: broadcasting, views and
 * gradients. Methods have PyTorch's names in camelCase and return new tensors; those with a trailing underscore
 * (`copy_`) write in place. Errors from libtorch, such as shapes that do not broadcast, are thrown as ERR_LIBTORCH.
 *
 * The type `Tensor<'int64'>` includes the dtype, so that {@link Tensor.toArray} returns the right typed array; plain
 * `Tensor` is a tensor of any dtype.
 *
 * Memory is native: free it with {@link Tensor.dispose} or a {@link scope}, or leave it to the garbage collector. Using
 * a freed tensor throws ERR_DISPOSED.
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

  /** The gradient accumulated by {@link Tensor.backward}, in this tensor's shape; undefined before. */
  get grad(): Tensor<D> | undefined {
    const gradient = native().gradOf(this.handle);
    return gradient === undefined ? undefined : new Tensor(gradient);
  }
  /** Sets the gradient, of this shape, dtype and device; undefined clears it. */
  set grad(gradient: Tensor<D> | undefined) {
    native().setGrad(this.handle, gradient === undefined ? undefined : handleOf(gradient));
  }
  /** Returns a tensor that shares this one's data but is detached from the graph. */
  detach(): Tensor<D> {
    return new Tensor(native().detach(this.handle));
  }

  // arithmetic

  /** Adds `other` elementwise; shapes broadcast. */
  add(other: number): Tensor<WithNumber<D>>;
  add(other: Tensor<D>): Tensor<D>;
  add(other: Operand): Tensor;
  add(other: Operand): Tensor {
    return binary('add', this, other);
  }
  /** Subtracts `other` elementwise; shapes broadcast. */
  sub(other: number): Tensor<WithNumber<D>>;
  sub(other: Tensor<D>): Tensor<D>;
  sub(other: Operand): Tensor;
  sub(other: Operand): Tensor {
    return binary('sub', this, other);
  }
  /** Multiplies by `other` elementwise; shapes broadcast. */
  mul(other: number): Tensor<WithNumber<D>>;
  mul(other: Tensor<D>): Tensor<D>;
  mul(other: Operand): Tensor;
  mul(other: Operand): Tensor {
    return binary('mul', this, other);
  }
  /** Divides by `other` elementwise; shapes broadcast. The result is float32 for integers. */
  div(other: number): Tensor<FloatOf<WithNumber<D>>>;
  div(other: Tensor<D>): Tensor<FloatOf<D>>;
  div(other: Operand): Tensor;
  div(other: Operand): Tensor {
    return binary('div', this, other);
  }
  /** Raises each element to the power `exponent`; shapes broadcast. */
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
  /** Returns the elementwise maximum, NaN if either element is NaN; shapes broadcast. */
  maximum(other: Tensor<D>): Tensor<D>;
  maximum(other: Tensor): Tensor;
  maximum(other: Tensor): Tensor {
    return new Tensor(native().maximum(this.handle, handleOf(other)));
  }
  /** Returns the elementwise minimum, NaN if either element is NaN; shapes broadcast. */
  minimum(other: Tensor<D>): Tensor<D>;
  minimum(other: Tensor): Tensor;
  minimum(other: Tensor): Tensor {
    return new Tensor(native().minimum(this.handle, handleOf(other)));
  }
  /** Returns -x. */
  neg(): Tensor<D> {
    return new Tensor(native().neg(this.handle));
  }
  /** Returns |x|. */
  abs(): Tensor<D> {
    return new Tensor(native().abs(this.handle));
  }
  /** Returns the sign of each element: -1, 0 or 1. */
  sign(): Tensor<D> {
    return new Tensor(native().sign(this.handle));
  }
  /** Rounds down to a whole number. */
  floor(): Tensor<D> {
    return new Tensor(native().floor(this.handle));
  }
  /** Rounds up to a whole number. */
  ceil(): Tensor<D> {
    return new Tensor(native().ceil(this.handle));
  }
  /** Rounds to the nearest whole number, halves to even. */
  round(): Tensor<D> {
    return new Tensor(native().round(this.handle));
  }
  /** Returns eˣ. */
  exp(): Tensor<FloatOf<D>> {
    return new Tensor(native().exp(this.handle));
  }
  /** Returns the natural logarithm: NaN below 0, -Infinity at 0. */
  log(): Tensor<FloatOf<D>> {
    return new Tensor(native().log(this.handle));
  }
  /** Returns log(1 + x), accurate even near 0. */
  log1p(): Tensor<FloatOf<D>> {
    return new Tensor(native().log1p(this.handle));
  }
  /** Returns the square root: NaN below 0. */
  sqrt(): Tensor<FloatOf<D>> {
    return new Tensor(native().sqrt(this.handle));
  }
  /** Returns x². */
  square(): Tensor<D> {
    return new Tensor(native().square(this.handle));
  }
  /** Returns the error function, 2/√π ∫₀ˣ exp(-t²) dt. */
  erf(): Tensor<FloatOf<D>> {
    return new Tensor(native().erf(this.handle));
  }
  /** Returns the sine; elements are in radians. */
  sin(): Tensor<FloatOf<D>> {
    return new Tensor(native().sin(this.handle));
  }
  /** Returns the cosine; elements are in radians. */
  cos(): Tensor<FloatOf<D>> {
    return new Tensor(native().cos(this.handle));
  }
  /** Clamps each element to [min, max]; null or undefined means no bound. */
  clamp(min: number | null | undefined, max: number | null = null): Tensor<WithNumber<D>> {
    return new Tensor(native().clamp(this.handle, min, max));
  }

  // comparison: returns tensors of booleans

  /** Returns whether each element equals `other`; shapes broadcast. */
  eq(other: Operand): Tensor<'bool'> {
    return binary('eq', this, other);
  }
  /** Returns whether each element differs from `other`; shapes broadcast. */
  ne(other: Operand): Tensor<'bool'> {
    return binary('ne', this, other);
  }
  /** Returns whether each element is less than `other`; shapes broadcast. */
  lt(other: Operand): Tensor<'bool'> {
    return binary('lt', this, other);
  }
  /** Returns whether each element is at most `other`; shapes broadcast. */
  le(other: Operand): Tensor<'bool'> {
    return binary('le', this, other);
  }
  /** Returns whether each element is greater than `other`; shapes broadcast. */
  gt(other: Operand): Tensor<'bool'> {
    return binary('gt', this, other);
  }
  /** Returns whether each element is at least `other`; shapes broadcast. */
  ge(other: Operand): Tensor<'bool'> {
    return binary('ge', this, other);
  }
  /** Returns whether each element is neither NaN nor infinite. */
  isfinite(): Tensor<'bool'> {
    return new Tensor(native().isfinite(this.handle));
  }
  /** Returns whether each element is NaN. */
  isnan(): Tensor<'bool'> {
    return new Tensor(native().isnan(this.handle));
  }
  /** Returns whether each element is 0 or false. */
  logicalNot(): Tensor<'bool'> {
    return new Tensor(native().logicalNot(this.handle));
  }
  /** Returns whether both elements are nonzero or true; shapes broadcast. */
  logicalAnd(other: Tensor): Tensor<'bool'> {
    return new Tensor(native().logicalAnd(this.handle, handleOf(other)));
  }
  /** Returns whether either element is nonzero or true; shapes broadcast. */
  logicalOr(other: Tensor): Tensor<'bool'> {
    return new Tensor(native().logicalOr(this.handle, handleOf(other)));
  }
  /** Returns whether both tensors have the same shape and elements. */
  equal(other: Tensor): boolean {
    return native().equal(this.handle, handleOf(other));
  }

  // reductions: over `dim`, or over all elements if it is omitted

  /**
   * Returns the sum over `dim`, or over all elements.
   *
   * @param dim the dimensions to reduce; they are removed, or kept with size 1 with `keepdim`. Negative dimensions
   *   count from the last.
   */
  sum(dim?: number | number[], options?: KeepdimOptions): Tensor<SumOf<D>> {
    const keepdim = keepdimOf(options);
    if (dim !== undefined) return new Tensor(native().sum(this.handle, listOf(dim), keepdim));
    return new Tensor(keepdim ? native().sum(this.handle, null, true) : native().sumAll(this.handle));
  }
  /** Returns the mean over `dim` (as in {@link Tensor.sum}), or over all elements; floating-point tensors only. */
  mean(dim?: number | number[], options?: KeepdimOptions): Tensor<D> {
    const keepdim = keepdimOf(options);
    if (dim !== undefined) return new Tensor(native().mean(this.handle, listOf(dim), keepdim));
    return new Tensor(keepdim ? native().mean(this.handle, null, true) : native().meanAll(this.handle));
  }
  /** Returns the variance over `dim` (as in {@link Tensor.sum}): the sum of squares divided by N - `correction`. */
  var(dim?: number | number[], options?: VarianceOptions): Tensor<D> {
    const { correction = 1, keepdim = false } = readOptions(options, VARIANCE);
    return new Tensor(native().var(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** Returns the standard deviation, the square root of {@link Tensor.var}. */
  std(dim?: number | number[], options?: VarianceOptions): Tensor<D> {
    const { correction = 1, keepdim = false } = readOptions(options, VARIANCE);
    return new Tensor(native().std(this.handle, dim === undefined ? null : listOf(dim), correction, keepdim));
  }
  /** Returns the product along `dim`, or of all elements. */
  prod(dim?: number, options?: KeepdimOptions): Tensor<SumOf<D>> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().prodAll(this.handle) : native().prod(this.handle, dim, keepdim));
  }
  /** Returns whether all elements, along `dim` or overall, are nonzero or true. */
  all(dim?: number, options?: KeepdimOptions): Tensor<'bool'> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().allAll(this.handle) : native().all(this.handle, dim, keepdim));
  }
  /** Returns whether any element, along `dim` or overall, is nonzero or true. */
  any(dim?: number, options?: KeepdimOptions): Tensor<'bool'> {
    const keepdim = keepdimOf(options);
    return new Tensor(dim === undefined ? native().anyAll(this.handle) : native().any(this.handle, dim, keepdim));
  }
  /** Returns the Euclidean norm over `dim` (as in {@link Tensor.sum}), or of all elements: `torch.linalg.vector_norm`. */
  norm(dim?: number | number[], options?: KeepdimOptions): Tensor<D> {
    const keepdim = keepdimOf(options);
    return new Tensor(native().vectorNorm(this.handle, 2, dim === undefined ? null : listOf(dim), keepdim));
  }
  /** Returns the largest of all elements, in shape []. */
  max(): Tensor<D>;
  /** Returns the largest elements along `dim` and their positions. */
  max(dim: number, options?: KeepdimOptions): ValuesAndIndices<D>;
  max(dim?: number, options?: KeepdimOptions): Tensor<D> | ValuesAndIndices<D> {
    return dim === undefined
      ? new Tensor(native().maxAll(this.handle))
      : extremes(native().max(this.handle, dim, keepdimOf(options)));
  }
  /** Returns the smallest of all elements, in shape []. */
  min(): Tensor<D>;
  /** Returns the smallest elements along `dim` and their positions. */
  min(dim: number, options?: KeepdimOptions): ValuesAndIndices<D>;
  min(dim?: number, options?: KeepdimOptions): Tensor<D> | ValuesAndIndices<D> {
    return dim === undefined
      ? new Tensor(native().minAll(this.handle))
      : extremes(native().min(this.handle, dim, keepdimOf(options)));
  }
  /** Returns the k-th smallest elements along `dim`, counted from 1, and their positions. */
  kthvalue(k: number, dim = -1, options?: KeepdimOptions): ValuesAndIndices<D> {
    return extremes(native().kthvalue(this.handle, k, dim, keepdimOf(options)));
  }
  /** Sorts the elements along `dim`, by default smallest first, and returns them with their original positions. */
  sort(dim = -1, options?: SortOptions): ValuesAndIndices<D> {
    const { descending } = readOptions(options, SORT);
    return extremes(native().sort(this.handle, dim, descending));
  }
  /** Returns the `k` largest elements along `dim`, largest first, and their positions. */
  topk(k: number, dim = -1, options?: TopkOptions): ValuesAndIndices<D> {
    const { largest, sorted } = readOptions(options, TOPK);
    return extremes(native().topk(this.handle, k, dim, largest, sorted));
  }
  /** Returns the position of the largest element along `dim`, or among all elements in row-major order; int64. */
  argmax(dim?: number | null, options?: KeepdimOptions): Tensor<'int64'> {
    return new Tensor(native().argmax(this.handle, dim, keepdimOf(options)));
  }
  /** Returns the position of the smallest element along `dim`, or among all elements in row-major order; int64. */
  argmin(dim?: number | null, options?: KeepdimOptions): Tensor<'int64'> {
    return new Tensor(native().argmin(this.handle, dim, keepdimOf(options)));
  }
  /** Returns the cumulative sum along `dim`, in the same shape. */
  cumsum(dim: number): Tensor<SumOf<D>> {
    return new Tensor(native().cumsum(this.handle, dim));
  }
  /** Returns log Σ exp(x) over `dim`, without overflow. */
  logsumexp(dim: number | number[], options?: KeepdimOptions): Tensor<FloatOf<D>> {
    return new Tensor(native().logsumexp(this.handle, listOf(dim), keepdimOf(options)));
  }

  // shapes and indexing: views of the same data wherever PyTorch returns views

  /** Returns a view in another shape; contiguous tensors only. One size may be -1, to be inferred from the others. */
  view(...shape: Sizes): Tensor<D> {
    return new Tensor(native().view(this.handle, sizesOf(shape)));
  }
  /** Like {@link Tensor.view}, but copies if a view is impossible. */
  reshape(...shape: Sizes): Tensor<D> {
    return new Tensor(native().reshape(this.handle, sizesOf(shape)));
  }
  /** Flattens the dimensions from `startDim` to `endDim` into one; by default all. */
  flatten(startDim = 0, endDim = -1): Tensor<D> {
    return new Tensor(native().flatten(this.handle, startDim, endDim));
  }
  /** Swaps two dimensions. */
  transpose(dim0: number, dim1: number): Tensor<D> {
    return new Tensor(native().transpose(this.handle, dim0, dim1));
  }
  /** Reorders the dimensions: dimension i of the result is dimension `dims[i]` of this tensor. */
  permute(...dims: Sizes): Tensor<D> {
    return new Tensor(native().permute(this.handle, sizesOf(dims)));
  }
  /**
   * The transposed matrix, PyTorch's `x.T`; vectors and scalars are unchanged.
   *
   * @throws ERR_SHAPE beyond 2 dimensions
   */
  get T(): Tensor<D> {
    const { length } = this.shape;
    if (length > 2)
      throw new LibtorchGenerativeError(
        'ERR_SHAPE',
        `Expected a matrix for T but received ${shapeText(this.shape)}: use permute()`,
      );
    return new Tensor(native().permute(this.handle, [1, 0].slice(2 - length)));
  }
  /** Reverses the order of the elements along the given dimensions. */
  flip(...dims: Sizes): Tensor<D> {
    return new Tensor(native().flip(this.handle, sizesOf(dims)));
  }
  /** Repeats the tensor `times[i]` times along dimension i, as a copy. */
  repeat(...times: Sizes): Tensor<D> {
    return new Tensor(native().repeat(this.handle, sizesOf(times)));
  }
  /** Splits the tensor into `chunks` parts along `dim`; the last one is smaller if the size is not divisible. */
  chunk(chunks: number, dim = 0): Tensor<D>[] {
    return native()
      .chunk(this.handle, chunks, dim)
      .map((handle) => new Tensor(handle));
  }
  /** Splits the tensor into parts of `size` along `dim`; the last one is smaller if the size is not divisible. */
  split(size: number, dim = 0): Tensor<D>[] {
    return native()
      .split(this.handle, size, dim)
      .map((handle) => new Tensor(handle));
  }
  /** Expands dimensions of size 1 without copying; -1 keeps a size. */
  expand(...shape: Sizes): Tensor<D> {
    return new Tensor(native().expand(this.handle, sizesOf(shape)));
  }
  /** Removes dimension `dim` if its size is 1, or all dimensions of size 1. */
  squeeze(dim?: number): Tensor<D> {
    return new Tensor(dim === undefined ? native().squeezeAll(this.handle) : native().squeeze(this.handle, dim));
  }
  /** Inserts a dimension of size 1 at `dim`; -1 inserts it after the last. */
  unsqueeze(dim: number): Tensor<D> {
    return new Tensor(native().unsqueeze(this.handle, dim));
  }
  /** Selects the slice at `index` along `dim` and removes that dimension: `x[:, -1]` is `x.select(1, -1)`. */
  select(dim: number, index: number): Tensor<D> {
    return new Tensor(native().select(this.handle, dim, index));
  }
  /**
   * Returns every `step`-th element along `dim` from `start` up to but excluding `end`: `x[:, :-1]` is
   * `x.slice(1, 0, -1)`. Null or undefined means the beginning or the end.
   */
  slice(dim: number, start?: number | null, end?: number | null, step = 1): Tensor<D> {
    checkInteger('dim', dim);
    return new Tensor(native().slice(this.handle, dim, start, end, step));
  }
  /**
   * Returns all windows of `size` elements along `dim`, `step` apart, in a new last dimension: the windows of size 3
   * and step 1 over 0 to 4 are 012, 123 and 234.
   */
  unfold(dim: number, size: number, step: number): Tensor<D> {
    return new Tensor(native().unfold(this.handle, dim, size, step));
  }
  /** Selects the slices at positions `index` (N), int64, along `dim`, whose size becomes N. */
  indexSelect(dim: number, index: Tensor): Tensor<D> {
    return new Tensor(native().indexSelect(this.handle, dim, handleOf(index)));
  }
  /**
   * Gathers elements along `dim` by `index`, int64, which has the result's shape: for `dim` 1, element (i, j) is
   * `x[i][index[i][j]]`.
   */
  gather(dim: number, index: Tensor): Tensor<D> {
    return new Tensor(native().gather(this.handle, dim, handleOf(index)));
  }
  /** Returns the same elements in row-major order: a copy, or the same data if it already is. */
  contiguous(): Tensor<D> {
    return new Tensor(native().contiguous(this.handle));
  }
  /** Copies the tensor; gradients flow through the copy. */
  clone(): Tensor<D> {
    return new Tensor(native().clone(this.handle));
  }
  /** Converts to another dtype: a copy, or the same data if nothing changes. */
  to<E extends DType>(dtype: E): Tensor<E>;
  /** Moves to another device: a copy, or the same data if nothing changes. @throws ERR_DEVICE */
  to(device: Device): Tensor<D>;
  /** Converts to another dtype and device: a copy, or the same data if nothing changes. */
  to<E extends DType>(options: ToOptions<E> & { dtype: E }): Tensor<E>;
  /** Moves to another device: a copy, or the same data if nothing changes. */
  to(options: ToOptions<D>): Tensor<D>;
  /** Converts to another dtype, another device or both: a copy, or the same data if nothing changes. */
  to(options: ToOptions): Tensor;
  to(target: DType | Device | ToOptions): Tensor {
    const { dtype, device } = readTarget(target);
    return new Tensor(native().to(this.handle, dtype, undefined, device));
  }

  // linear algebra

  /** Returns the matrix product of (N, K) and (K, M): (N, M). */
  mm(other: Tensor): Tensor<D> {
    return new Tensor(native().mm(this.handle, handleOf(other)));
  }
  /** Returns the batched matrix products of (B, N, K) and (B, K, M): (B, N, M). */
  bmm(other: Tensor): Tensor<D> {
    return new Tensor(native().bmm(this.handle, handleOf(other)));
  }
  /**
   * Returns the matrix product by PyTorch's rules: (..., N, K) and (..., K, M) to (..., N, M). The leading dimensions
   * broadcast; vectors count as rows on the left and as columns on the right.
   */
  matmul(other: Tensor): Tensor<D> {
    return new Tensor(native().matmul(this.handle, handleOf(other)));
  }
  /** Returns the eigenvalues and eigenvectors of a symmetric matrix (N, N), read from its lower triangle. */
  eigh(): Eigendecomposition<D> {
    const [values, vectors] = native().eigh(this.handle);
    return { values: new Tensor(values), vectors: new Tensor(vectors) };
  }

  // activations

  /** Returns max(0, x). */
  relu(): Tensor<D> {
    return new Tensor(native().relu(this.handle));
  }
  /** Returns x where x > 0, else `negativeSlope` · x. */
  leakyRelu(negativeSlope = 0.01): Tensor<D> {
    return new Tensor(native().leakyRelu(this.handle, negativeSlope));
  }
  /** Returns the hyperbolic tangent. */
  tanh(): Tensor<FloatOf<D>> {
    return new Tensor(native().tanh(this.handle));
  }
  /** Returns 1 / (1 + exp(-x)). */
  sigmoid(): Tensor<FloatOf<D>> {
    return new Tensor(native().sigmoid(this.handle));
  }
  /** Returns log(1 + exp(x)); above 20, x itself. */
  softplus(): Tensor<D> {
    return new Tensor(native().softplus(this.handle));
  }
  /** Returns exp(x) divided by its sum along `dim`: numbers that sum to 1. */
  softmax(dim: number): Tensor<D> {
    return new Tensor(native().softmax(this.handle, dim));
  }
  /** Returns the logarithm of {@link Tensor.softmax}, without overflow. */
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

/** Sizes as separate arguments or in an array, as in PyTorch. */
type Sizes = number[] | [sizes: number[]];

function sizesOf(sizes: Sizes): number[] {
  return isArray(sizes[0]) ? (sizes[0] as number[]) : (sizes as number[]);
}

function extremes<D extends DType>([values, indices]: [Handle, Handle]): ValuesAndIndices<D> {
  return { values: new Tensor(values), indices: new Tensor(indices) };
}
