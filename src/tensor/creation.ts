import { type Checks, checkBoolean, checkInteger, checkNumber, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType, TypedArray } from '../native/handle';
import { checkDType, checkShape, readShape } from './checks';
import { checkDevice, type Device } from './device';
import type { DTypeOf } from './dtypes';
import { type NestedNumbers, readNestedNumbers } from './nested-numbers';
import { Tensor } from './tensor';
import { handleOf, handlesOf } from './tensor-memory';

/** Options of a new tensor. */
export interface TensorOptions<D extends DType = DType> {
  /** Default float32. {@link tensor} defaults to the typed array's dtype, {@link arange} to int64 for whole numbers. */
  dtype?: D | undefined;
  /** Default "cpu". */
  device?: Device | undefined;
  /** Whether to record gradients for it; floating-point tensors only. Default false. */
  requiresGrad?: boolean | undefined;
}

/** Options of a tensor with given data. */
export interface DataOptions<D extends DType = DType> extends TensorOptions<D> {
  /** The shape of a typed array's elements, in row-major order. Default one dimension. */
  shape?: number[] | undefined;
}

const OPTIONS: Checks<TensorOptions> = { dtype: checkDType, device: checkDevice, requiresGrad: checkBoolean };
const DATA_OPTIONS: Checks<DataOptions> = { ...OPTIONS, shape: checkShape };

/**
 * Creates a tensor with a copy of `data`: a number, nested arrays, or a typed array with an optional `shape`.
 *
 * @throws ERR_SHAPE if the arrays are ragged or `shape` does not match the number of elements
 * @see https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
 * @example
 * ```ts
 * import { tensor } from 'libtorch-generative';
 *
 * console.log(tensor([[1, 2], [3, 4]]).shape); // [ 2, 2 ]
 * console.log(tensor(new Float64Array(6), { shape: [2, 3] }).dtype); // float64
 * console.log(tensor(0.5).item()); // 0.5
 * ```
 */
export function tensor<D extends DType = 'float32'>(data: NestedNumbers, options?: DataOptions<D>): Tensor<D>;
export function tensor<Data extends TypedArray, D extends DType = DTypeOf<Data>>(
  data: Data,
  options?: DataOptions<D>,
): Tensor<D>;
export function tensor(data: NestedNumbers | TypedArray, options?: DataOptions): Tensor;
export function tensor(data: NestedNumbers | TypedArray, options?: DataOptions): Tensor {
  const { shape, dtype, device, requiresGrad = false } = readOptions(options, DATA_OPTIONS);
  const isTyped = ArrayBuffer.isView(data);
  const nested = isTyped ? undefined : readNestedNumbers(data, dtype ?? 'float32');
  const source = new Tensor(native().fromTypedArray(nested?.flat ?? (data as TypedArray), shape ?? nested?.shape));
  if (isTyped && !dtype && !device) return withGrad(source, requiresGrad);
  const converted = new Tensor(
    native().to(source.handle, dtype ?? (isTyped ? undefined : 'float32'), undefined, device),
  );
  source.dispose();
  return withGrad(converted, requiresGrad);
}

function withGrad<T extends Tensor>(tensor: T, requiresGrad: boolean): T {
  return requiresGrad ? tensor.requiresGrad_() : tensor;
}

/**
 * Creates a tensor filled with one value.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.full.html
 * @example
 * ```ts
 * import { full } from 'libtorch-generative';
 *
 * console.log(full([3], 0.9).shape); // [ 3 ]
 * console.log(full([2], 7, { dtype: 'int64' }).toArray()); // BigInt64Array(2) [ 7n, 7n ]
 * ```
 */
export function full<D extends DType = 'float32'>(
  shape: number[],
  value: number,
  options?: TensorOptions<D>,
): Tensor<D> {
  const sizes = readShape('shape', shape);
  const { dtype = 'float32', device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().full(sizes, value, dtype, undefined, device)), requiresGrad);
}

/**
 * Creates a tensor of zeros.
 *
 * @example
 * ```ts
 * import { zeros } from 'libtorch-generative';
 *
 * console.log(zeros([2, 3]).toArray()); // Float32Array(6) [ 0, 0, 0, 0, 0, 0 ]
 * ```
 */
export function zeros<D extends DType = 'float32'>(shape: number[], options?: TensorOptions<D>): Tensor<D> {
  return full(shape, 0, options);
}

/**
 * Creates a tensor of ones.
 *
 * @example
 * ```ts
 * import { ones } from 'libtorch-generative';
 *
 * const weight = ones([2], { requiresGrad: true });
 * console.log(weight.requiresGrad, weight.toArray()); // true Float32Array(2) [ 1, 1 ]
 * ```
 */
export function ones<D extends DType = 'float32'>(shape: number[], options?: TensorOptions<D>): Tensor<D> {
  return full(shape, 1, options);
}

/**
 * Creates a tensor of zeros with the shape, dtype and device of another tensor; options override dtype and device.
 *
 * @example
 * ```ts
 * import { ones, zerosLike } from 'libtorch-generative';
 *
 * console.log(zerosLike(ones([2], { dtype: 'int64' })).toArray()); // BigInt64Array(2) [ 0n, 0n ]
 * ```
 */
export function zerosLike<D extends DType, E extends DType = D>(
  like: Tensor<D>,
  options?: TensorOptions<E>,
): Tensor<E> {
  const { dtype, device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().zerosLike(handleOf(like), dtype, undefined, device)), requiresGrad);
}

/**
 * Creates a tensor of ones with the shape, dtype and device of another tensor; options override dtype and device.
 *
 * @example
 * ```ts
 * import { onesLike, zeros } from 'libtorch-generative';
 *
 * console.log(onesLike(zeros([2])).toArray()); // Float32Array(2) [ 1, 1 ]
 * ```
 */
export function onesLike<D extends DType, E extends DType = D>(like: Tensor<D>, options?: TensorOptions<E>): Tensor<E> {
  const { dtype, device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().onesLike(handleOf(like), dtype, undefined, device)), requiresGrad);
}

/**
 * Creates the identity matrix (n, n).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.eye.html
 * @example
 * ```ts
 * import { eye } from 'libtorch-generative';
 *
 * console.log(eye(2).toArray()); // Float32Array(4) [ 1, 0, 0, 1 ]
 * ```
 */
export function eye<D extends DType = 'float32'>(n: number, options?: TensorOptions<D>): Tensor<D> {
  checkInteger('n', n, { min: 0 });
  const { dtype = 'float32', device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().eye(n, dtype, undefined, device)), requiresGrad);
}

/**
 * Creates a tensor of `steps` evenly spaced numbers from `start` to `end`, both included.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.linspace.html
 * @example
 * ```ts
 * import { linspace } from 'libtorch-generative';
 *
 * console.log(linspace(0, 1, 5).toArray()); // Float32Array(5) [ 0, 0.25, 0.5, 0.75, 1 ]
 * ```
 */
export function linspace<D extends DType = 'float32'>(
  start: number,
  end: number,
  steps: number,
  options?: TensorOptions<D>,
): Tensor<D> {
  checkNumber('start', start);
  checkNumber('end', end);
  checkInteger('steps', steps, { min: 0 });
  const { dtype = 'float32', device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().linspace(start, end, steps, dtype, undefined, device)), requiresGrad);
}

/**
 * Creates a tensor of numbers from `start` (default 0) up to but excluding `end`, `step` (default 1) apart. The default
 * dtype is int64 if all three are whole numbers, else float32.
 *
 * @throws ERR_INVALID_ARGUMENT if the step is 0 or points away from `end`
 * @see https://docs.pytorch.org/docs/stable/generated/torch.arange.html
 * @example
 * ```ts
 * import { arange } from 'libtorch-generative';
 *
 * console.log(arange(3).toArray()); // BigInt64Array(3) [ 0n, 1n, 2n ]
 * console.log(arange(0, 1, 0.5).toArray()); // Float32Array(2) [ 0, 0.5 ]
 * console.log(arange(2, { dtype: 'float64' }).toArray()); // Float64Array(2) [ 0, 1 ]
 * ```
 */
export function arange<D extends DType = 'int64' | 'float32'>(end: number, options?: TensorOptions<D>): Tensor<D>;
export function arange<D extends DType = 'int64' | 'float32'>(
  start: number,
  end: number,
  options?: TensorOptions<D>,
): Tensor<D>;
export function arange<D extends DType = 'int64' | 'float32'>(
  start: number,
  end: number,
  step?: number,
  options?: TensorOptions<D>,
): Tensor<D>;
export function arange(...given: (number | TensorOptions | undefined)[]): Tensor {
  const { start, end, step, options } = readRange(given);
  const areWhole = [start, end, step].every(Number.isInteger);
  const { dtype = areWhole ? 'int64' : 'float32', device, requiresGrad = false } = readOptions(options, OPTIONS);
  return withGrad(new Tensor(native().arange(start, end, step, dtype, undefined, device)), requiresGrad);
}

/** Reads (end), (start, end) or (start, end, step), followed by optional options. */
function readRange(given: (number | TensorOptions | undefined)[]) {
  const last = given.at(-1);
  const options = typeof last === 'object' && given.length > 1 ? (given.pop() as TensorOptions) : undefined;
  if (given.length > 3) throw invalidArgument('options', 'an object', given[3]);
  while (given.at(-1) === undefined && given.length > 1) given.pop();
  const [start, end, step = 1] = (given.length > 1 ? given : [0, ...given]) as number[];
  for (const [name, value] of Object.entries({ start, end, step })) checkNumber(name, value);
  if (step === 0 || (end! - start!) / step < 0) {
    throw invalidArgument('step', step === 0 ? 'a number other than 0' : `a step from ${start} toward ${end}`, step);
  }
  return { start: start!, end: end!, step, options };
}

/**
 * Concatenates tensors along an existing dimension; their other dimensions must match.
 *
 * @param dim the dimension to join along. Default 0.
 * @example
 * ```ts
 * import { cat, zeros } from 'libtorch-generative';
 *
 * console.log(cat([zeros([2, 3]), zeros([2, 5])], 1).shape); // [ 2, 8 ]
 * ```
 */
export function cat<D extends DType>(tensors: Tensor<D>[], dim = 0): Tensor<D> {
  return new Tensor(native().cat(handlesOf('tensors', tensors), dim));
}

/**
 * Stacks tensors of the same shape along a new dimension.
 *
 * @param dim the position of the new dimension. Default 0.
 * @example
 * ```ts
 * import { stack, zeros } from 'libtorch-generative';
 *
 * console.log(stack([zeros([3]), zeros([3])]).shape); // [ 2, 3 ]
 * ```
 */
export function stack<D extends DType>(tensors: Tensor<D>[], dim = 0): Tensor<D> {
  return new Tensor(native().stack(handlesOf('tensors', tensors), dim));
}

/**
 * Returns the elements of `a` where `condition` is true, and of `b` elsewhere; shapes broadcast.
 *
 * @param condition a tensor of booleans
 * @example
 * ```ts
 * import { tensor, where, zeros } from 'libtorch-generative';
 *
 * const x = tensor([-1, 2, -3]);
 * console.log(where(x.gt(0), x, zeros([1])).toArray()); // Float32Array(3) [ 0, 2, 0 ]
 * ```
 */
export function where<A extends DType, B extends DType>(condition: Tensor, a: Tensor<A>, b: Tensor<B>): Tensor<A | B> {
  return new Tensor(native().where(handleOf(condition), handleOf(a), handleOf(b)));
}
