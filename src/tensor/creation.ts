import { type Checks, checkBoolean, checkNumber, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType, TypedArray } from '../native/handle';
import { checkDType, checkShape, readShape } from './checks';
import { checkDevice, type Device } from './device';
import { type NestedNumbers, readNestedNumbers } from './nested-numbers';
import { Tensor } from './tensor';
import { handleOf, handlesOf } from './tensor-memory';

/** What a new tensor is like. */
export interface TensorOptions {
  /** Default float32, or for {@link tensor} the typed array's own and for {@link arange} int64. */
  dtype?: DType | undefined;
  /** Default "cpu". */
  device?: Device | undefined;
  /** Whether gradients are recorded for it, for floating-point tensors; default false. */
  requiresGrad?: boolean | undefined;
}

/** What a tensor of given data is like. */
export interface DataOptions extends TensorOptions {
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

function withGrad(tensor: Tensor, requiresGrad: boolean): Tensor {
  if (requiresGrad) tensor.requiresGrad = true;
  return tensor;
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
export function full(shape: number[], value: number, options?: TensorOptions): Tensor {
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
export function zeros(shape: number[], options?: TensorOptions): Tensor {
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
export function ones(shape: number[], options?: TensorOptions): Tensor {
  return full(shape, 1, options);
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
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
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
export function cat(tensors: Tensor[], dim = 0): Tensor {
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
export function stack(tensors: Tensor[], dim = 0): Tensor {
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
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return new Tensor(native().where(handleOf(condition), handleOf(a), handleOf(b)));
}
