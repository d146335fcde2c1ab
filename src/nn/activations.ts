import { checkNumber } from '../check';
import type { DType } from '../native/handle';
import type { FloatOf } from '../tensor/dtypes';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';
import { Layer } from './module';

/**
 * Computes max(0, x) elementwise.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.ReLU.html
 * @example
 * ```ts
 * import { ReLU, tensor } from 'libtorch-generative';
 *
 * console.log(new ReLU().forward(tensor([-1, 2])).toArray()); // Float32Array(2) [ 0, 2 ]
 * ```
 */
export class ReLU extends Layer {
  /** Applies the function elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkTensor('input', input);
    return input.relu();
  }
}

/**
 * Computes x where x > 0, else `negativeSlope` · x, elementwise.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
 * @example
 * ```ts
 * import { LeakyReLU, tensor } from 'libtorch-generative';
 *
 * console.log(new LeakyReLU(0.5).forward(tensor([-1, 2])).toArray()); // Float32Array(2) [ -0.5, 2 ]
 * ```
 */
export class LeakyReLU extends Layer {
  /**
   * Creates a leaky ReLU.
   *
   * @param negativeSlope the slope below zero. Default 0.01.
   * @throws ERR_INVALID_ARGUMENT unless `negativeSlope` is a number
   */
  constructor(
    /** The factor for numbers below zero. */
    readonly negativeSlope: number = 0.01,
  ) {
    super();
    checkNumber('negativeSlope', negativeSlope);
  }

  /** Applies the function elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkTensor('input', input);
    return input.leakyRelu(this.negativeSlope);
  }
}

/**
 * Computes the hyperbolic tangent, in (-1, 1), elementwise.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanh.html
 * @example
 * ```ts
 * import { Tanh, tensor } from 'libtorch-generative';
 *
 * console.log(new Tanh().forward(tensor([-100, 0, 100])).toArray()); // Float32Array(3) [ -1, 0, 1 ]
 * ```
 */
export class Tanh extends Layer {
  /** Applies the function elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
    checkTensor('input', input);
    return input.tanh();
  }
}

/**
 * Computes 1 / (1 + exp(-x)), in (0, 1), elementwise.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html
 * @example
 * ```ts
 * import { Sigmoid, tensor } from 'libtorch-generative';
 *
 * console.log(new Sigmoid().forward(tensor([-100, 0, 100])).toArray()); // Float32Array(3) [ 0, 0.5, 1 ]
 * ```
 */
export class Sigmoid extends Layer {
  /** Applies the function elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
    checkTensor('input', input);
    return input.sigmoid();
  }
}
