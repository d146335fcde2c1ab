import { checkNumber } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { handleOf, TensorMemory } from './tensor-memory';

/** In-place operators, whose names end in an underscore; each returns its tensor. */
export abstract class InPlaceTensor<D extends DType = DType> extends TensorMemory<D> {
  /** Adds a number, or a tensor broadcast to this shape, in place. */
  add_(other: TensorMemory | number): this {
    return inPlace('add', this, other);
  }
  /** Subtracts a number, or a tensor broadcast to this shape, in place. */
  sub_(other: TensorMemory | number): this {
    return inPlace('sub', this, other);
  }
  /** Multiplies by a number, or a tensor broadcast to this shape, in place. */
  mul_(other: TensorMemory | number): this {
    return inPlace('mul', this, other);
  }
  /** Divides by a number, or a tensor broadcast to this shape, in place; floating-point tensors only. */
  div_(other: TensorMemory | number): this {
    return inPlace('div', this, other);
  }
  /** Interpolates linearly toward `end`, of the same shape: x + weight · (end - x). */
  lerp_(end: TensorMemory, weight: number): this {
    native().lerp_(this.handle, handleOf(end), weight);
    return this;
  }
  /** Copies the elements of `source` into this tensor, broadcast and converted to its dtype and device. */
  copy_(source: TensorMemory): this {
    native().copy_(this.handle, handleOf(source));
    return this;
  }
  /** Sets all elements to `value`. */
  fill_(value: number): this {
    native().fill_(this.handle, value);
    return this;
  }
  /** Draws all elements uniformly from `from` (default 0) to below `to` (default 1), with the thread's random numbers. */
  uniform_(from = 0, to = 1): this {
    checkNumber('from', from);
    checkNumber('to', to, { min: from });
    native().uniform_(this.handle, from, to);
    return this;
  }
  /** Draws all elements from a normal distribution, by default the standard one, with the thread's random numbers. */
  normal_(mean = 0, std = 1): this {
    checkNumber('mean', mean);
    checkNumber('std', std, { min: 0 });
    native().normal_(this.handle, mean, std);
    return this;
  }
  /** Sets all elements to 0. */
  zero_(): this {
    native().zero_(this.handle);
    return this;
  }
}

function inPlace<T extends TensorMemory>(
  op: 'add' | 'sub' | 'mul' | 'div',
  tensor: T,
  other: TensorMemory | number,
): T {
  if (typeof other === 'number') native()[`${op}Scalar_`](tensor.handle, other);
  else native()[`${op}_`](tensor.handle, handleOf(other));
  return tensor;
}
