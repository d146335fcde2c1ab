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

/** What a new tensor is like. */
export interface TensorOptions<D extends DType = DType> {
  /** Default float32, or for {@link tensor} the typed array's own and for {@link arange} int64. */
  dtype?: D | undefined;
  /** Default "cpu". */
  device?: Device | undefined;
  /** Whether gradients are recorded for it, for floating-point tensors; default false. */
  requiresGrad?: boolean | undefined;
}

/** What a tensor of given data is like. */
export interface DataOptions<D extends DType = DType> extends TensorOptions<D> {
  /** Of a typed array's elements in row-major order; default one dimension. */
  shape?: number[] | undefined;
}

const OPTIONS: Checks<TensorOptions> = { dtype: checkDType, device: checkDevice, requiresGrad: checkBoolean };
const DATA_OPTIONS: Checks<DataOptions> = { ...OPTIONS, shape: checkShape };

/**
 * A tensor with a copy of `data`: a number, nested arrays, or a typed array with its `shape` (default one dimension).
 *
 * @throws ERR_SHAPE for ragged arrays or a shape of another size
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
 * A tensor of one value.
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
 * A tensor of zeros.
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
 * A tensor of ones.
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
 * Zeros of the shape, dtype and device of another tensor, unless the options say otherwise.
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
 * Ones of the shape, dtype and device of another tensor, unless the options say otherwise.
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
 * The matrix (n, n) with ones on its diagonal and zeros elsewhere.
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
 * `steps` numbers from `start` to `end`, both included, equally far apart.
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
 * From `start` (default 0) to before `end`, `step` (default 1) apart; by default int64 if all three are whole numbers,
 * else float32.
 *
 * @throws ERR_INVALID_ARGUMENT for a step of 0, or one that leads away from `end`
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

/** (end), (start, end) or (start, end, step), and then options. */
function readRange(given: (number | TensorOptions | undefined)[]) {
  const last = given.at(-1);
  const options = typeof last === 'object' && given.length > 1 ? (given.pop() as TensorOptions) : undefined;
  if (given.length > 3) throw invalidArgument('options', 'an object', given[3]);
  while (given.at(-1) === undefined && given.length > 1) given.pop();
  const [start, end, step = 1] = (given.length > 1 ? given : [0, ...given]) as number[];
  for (const [name, value] of Object.entries({ start, end, step })) checkNumber(name, value);
  if (step === 0 || (end! - start!) / step < 0) {
    throw invalidArgument('step', step === 0 ? 'anything but 0' : `a step that leads from ${start} to ${end}`, step);
  }
  return { start: start!, end: end!, step, options };
}

/**
 * Tensors joined along a dimension that they have, of one shape but for it.
 *
 * @param dim default 0
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
 * Tensors of one shape joined along a new dimension.
 *
 * @param dim where the new dimension is; default 0
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
 * Elements of `a` where `condition` is true, else of `b`; shapes broadcast.
 *
 * @param condition of booleans
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
