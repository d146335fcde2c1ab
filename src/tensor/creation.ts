import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { native } from '../native/addon';
import type { DType, TypedArray } from '../native/handle';
import { Tensor } from './tensor';
import { handleOf } from './tensor-memory';

/** Numbers in nested arrays of one shape: 1, [1, 2], [[1, 2], [3, 4]], ... */
export type NestedNumbers = number | NestedNumbers[];

/** What a new tensor is like. */
export interface TensorOptions {
  /** Default float32, or for {@link tensor} the typed array's own and for {@link arange} int64. */
  dtype?: DType;
  /** "cpu" (default), "cuda" or "cuda:N". */
  device?: string;
  /** Whether gradients are recorded for it; default false. */
  requiresGrad?: boolean;
}

/**
 * A tensor with a copy of `data`: a number, nested arrays, or a typed array with its `shape` (default one dimension).
 *
 * @param options.shape of a typed array's elements in row-major order
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
export function tensor(data: NestedNumbers | TypedArray, options: TensorOptions & { shape?: number[] } = {}): Tensor {
  const { dtype, device, requiresGrad = false } = options;
  const flat = ArrayBuffer.isView(data) ? data : flatten(data);
  const shape = options.shape ?? (ArrayBuffer.isView(data) ? [data.length] : shapeOf(data));
  const source = new Tensor(native().fromTypedArray(flat, shape));
  const wanted = { dtype: dtype ?? (ArrayBuffer.isView(data) ? undefined : 'float32'), device };
  if (!wanted.dtype && !device) return withGrad(source, requiresGrad);
  const converted = source.to(wanted);
  source.dispose();
  return withGrad(converted, requiresGrad);
}

/** Nested numbers as they are in float64, so that no digit is lost before the dtype is chosen. */
function flatten(data: NestedNumbers): Float64Array {
  const flat: number[] = [];
  const visit = (value: NestedNumbers, shape: number[]): void => {
    if (shape.length === 0) {
      if (typeof value !== 'number') throw invalidArgument('data', 'numbers in nested arrays of one shape', value);
      flat.push(value);
    } else {
      if (!Array.isArray(value) || value.length !== shape[0]) {
        throw new LibtorchGenerativeError(
          'ERR_SHAPE',
          'Expected nested arrays of one shape for data but received ragged ones',
        );
      }
      for (const each of value) visit(each, shape.slice(1));
    }
  };
  visit(data, shapeOf(data));
  return Float64Array.from(flat);
}

function shapeOf(data: NestedNumbers): number[] {
  return Array.isArray(data) ? [data.length, ...(data.length > 0 ? shapeOf(data[0]!) : [])] : [];
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
export function full(shape: number[], value: number, options: TensorOptions = {}): Tensor {
  const { dtype = 'float32', device, requiresGrad = false } = options;
  return withGrad(new Tensor(native().full(shape, value, dtype, undefined, device)), requiresGrad);
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
export function zeros(shape: number[], options: TensorOptions = {}): Tensor {
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
export function ones(shape: number[], options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * From `start` to before `end`, `step` apart; by default int64 if all three are whole numbers, else float32.
 *
 * @example
 * ```ts
 * import { arange } from 'libtorch-generative';
 *
 * console.log(arange(0, 3).toArray()); // BigInt64Array(3) [ 0n, 1n, 2n ]
 * console.log(arange(0, 1, 0.5).toArray()); // Float32Array(2) [ 0, 0.5 ]
 * ```
 */
export function arange(start: number, end: number, step = 1, options: TensorOptions = {}): Tensor {
  const areWhole = [start, end, step].every(Number.isInteger);
  const { dtype = areWhole ? 'int64' : 'float32', device, requiresGrad = false } = options;
  return withGrad(new Tensor(native().arange(start, end, step, dtype, undefined, device)), requiresGrad);
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
  return new Tensor(native().cat(tensors.map(handleOf), dim));
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
  return new Tensor(native().stack(tensors.map(handleOf), dim));
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
