import { type Check, checkBoolean, checkSize, readOptions } from '../check';
import { checkMemory } from '../check-memory';
import { invalidArgument } from '../errors';
import { type NativeGRU, native } from '../native/addon';
import type { DType } from '../native/handle';
import { Tensor } from '../tensor/tensor';
import { handleOf, optionalHandle } from '../tensor/tensor-memory';
import { Module } from './module';

/** Options of a {@link GRU}. */
export interface GRUOptions {
  /** The number of stacked layers. Default 1. */
  numLayers?: number | undefined;
  /**
   * Whether to use libtorch's own GRU, which is bit-identical to PyTorch's. Default false: float32 on the CPU uses a
   * fused kernel, which is equal within rounding and several times faster; gradients below 1.2e-38 become zero.
   */
  exact?: boolean | undefined;
  /** Accepted for compatibility with PyTorch: the batch is always first. */
  batchFirst?: true | undefined;
  /** Accepted for compatibility with PyTorch: bidirectional GRUs are not supported. */
  bidirectional?: false | undefined;
  /** Accepted for compatibility with PyTorch: dropout is not supported. */
  dropout?: 0 | undefined;
}

/** The result of {@link GRU.forward}. */
export interface GRUOutput<D extends DType = DType> {
  /** (B, T, hiddenSize): the last layer's hidden state after each step. */
  output: Tensor<D>;
  /** (numLayers, B, hiddenSize): each layer's hidden state after the last step. */
  hidden: Tensor<D>;
}

/**
 * A gated recurrent unit with the batch first, initialised like PyTorch's from the same random numbers. Its parameters
 * are `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so on for each layer.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
 * @example
 * ```ts
 * import { GRU, zeros } from 'libtorch-generative';
 *
 * const gru = new GRU(3, 16);
 * const { output, hidden } = gru.forward(zeros([8, 24, 3]));
 * console.log(output.shape, hidden.shape); // [ 8, 24, 16 ] [ 1, 8, 16 ]
 * ```
 */
export class GRU extends Module {
  readonly #native: NativeGRU;

  /**
   * Creates a GRU with new weights drawn from the thread's random numbers.
   *
   * @param inputSize features per time step
   * @param hiddenSize size of a layer's hidden state
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(inputSize: number, hiddenSize: number, options: GRUOptions = {}) {
    super();
    checkSize('inputSize', inputSize);
    checkSize('hiddenSize', hiddenSize);
    const { numLayers = 1, exact = false } = readOptions(options, {
      numLayers: checkSize,
      exact: checkBoolean,
      batchFirst: only(true, 'true, as the batch is always first'),
      bidirectional: only(false, 'false, as this GRU only reads forward'),
      dropout: only(0, '0, as this GRU has no dropout'),
    });
    const inputs = inputSize + (numLayers - 1) * hiddenSize;
    const numWeights = 3 * hiddenSize * (inputs + numLayers * (hiddenSize + 2));
    checkMemory('hiddenSize', hiddenSize, numWeights * Float32Array.BYTES_PER_ELEMENT);
    this.#native = new (native().GRU)(inputSize, hiddenSize, numLayers, exact);
    this.adopt(this.#native);
  }

  /**
   * Processes a series from its first step to its last.
   *
   * @param input (B, T, inputSize)
   * @param hidden (numLayers, B, hiddenSize). Default zeros.
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(input: Tensor<D>, hidden?: Tensor): GRUOutput<D> {
    const [output, last] = this.#native.forward(handleOf(input), optionalHandle('hidden', hidden));
    return { output: new Tensor(output), hidden: new Tensor(last) };
  }

  /**
   * Like {@link GRU.forward}, but cheaper, as it returns only the last hidden state.
   *
   * @returns (numLayers, B, hiddenSize): each layer's hidden state after the last step
   */
  lastHidden<D extends DType>(input: Tensor<D>, hidden?: Tensor): Tensor<D> {
    return new Tensor(this.#native.lastHidden(handleOf(input), optionalHandle('hidden', hidden)));
  }
}

/** Returns a check for a PyTorch option that supports only one value here. */
function only(expected: unknown, words: string): Check {
  return (name, value) => {
    if (value !== expected) throw invalidArgument(name, `${words},`, value);
  };
}
