import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { native } from '../native/addon';
import type { DType, TypedArray } from '../native/handle';
import { handleOf, Tensor } from './tensor';

/** Numbers in nested arrays of one shape. */
export type NestedNumbers = number | NestedNumbers[];

export interface TensorOptions {
  /** Default float32, or the typed array's own. */
  dtype?: DType;
  /** Default "cpu". */
  device?: string;
  /** Default false. */
  requiresGrad?: boolean;
}

/**
 * A tensor with a copy of `data`: a number, nested arrays, or a typed array with its `shape` (default one dimension).
 *
 * @example tensor([[1, 2], [3, 4]]); tensor(new Float32Array(6), { shape: [2, 3] });
 * @throws ERR_SHAPE for ragged arrays or a shape of another size
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

/** A tensor of one value. */
export function full(shape: number[], value: number, options: TensorOptions = {}): Tensor {
  const { dtype = 'float32', device, requiresGrad = false } = options;
  return withGrad(new Tensor(native().full(shape, value, dtype, undefined, device)), requiresGrad);
}

export function zeros(shape: number[], options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: number[], options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** From `start` to before `end`, `step` apart; int64 by default. */
export function arange(start: number, end: number, step = 1, options: TensorOptions = {}): Tensor {
  const { dtype = 'int64', device, requiresGrad = false } = options;
  return withGrad(new Tensor(native().arange(start, end, step, dtype, undefined, device)), requiresGrad);
}

/** Tensors joined along a dimension that they have. */
export function cat(tensors: Tensor[], dim = 0): Tensor {
  return new Tensor(native().cat(tensors.map(handleOf), dim));
}

/** Tensors of one shape joined along a new dimension. */
export function stack(tensors: Tensor[], dim = 0): Tensor {
  return new Tensor(native().stack(tensors.map(handleOf), dim));
}

/** Elements of `a` where `condition` is true, else of `b`. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return new Tensor(native().where(handleOf(condition), handleOf(a), handleOf(b)));
}
