import { checkNumber } from '../check';
import type { DType } from '../native/handle';
import type { FloatOf } from '../tensor/dtypes';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';
import { Layer } from './module';

/**
 * max(0, x)
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
  /** Elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkTensor('input', input);
    return input.relu();
  }
}

/**
 * x where x > 0, else `negativeSlope` · x
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
  /** A leaky ReLU; its slope below zero is 0.01 by default. @throws ERR_INVALID_ARGUMENT unless it is a number */
  constructor(
    /** What numbers below zero are multiplied by. */
    readonly negativeSlope: number = 0.01,
  ) {
    super();
    checkNumber('negativeSlope', negativeSlope);
  }

  /** Elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkTensor('input', input);
    return input.leakyRelu(this.negativeSlope);
  }
}

/**
 * The hyperbolic tangent, into (-1, 1).
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
  /** Elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
    checkTensor('input', input);
    return input.tanh();
  }
}

/**
 * 1 / (1 + exp(-x)), into (0, 1).
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
  /** Elementwise, in any shape. */
  forward<D extends DType>(input: Tensor<D>): Tensor<FloatOf<D>> {
    checkTensor('input', input);
    return input.sigmoid();
  }
}
