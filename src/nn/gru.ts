import { invalidArgument } from '../errors';
import { type NativeGru, native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { checkSize } from './check';
import { Module } from './module';

/** The size of a {@link Gru}, and how it computes. */
export interface GruOptions {
  /** Features of a time step. */
  inputSize: number;
  /** Numbers in the hidden state of a layer. */
  hiddenSize: number;
  /** Layers, each of which reads the outputs of the one below; default 1. */
  numLayers?: number;
  /**
   * libtorch's own GRU, whose numbers equal PyTorch's to the last bit. The default, false, computes float32 on the CPU
   * by a fused kernel, the same within rounding and several times faster; its gradients are zero where they would be
   * below 1.2e-38.
   */
  exact?: boolean;
  /** There is no GRU that reads backward too. */
  bidirectional?: false;
}

/** What {@link Gru.forward} gives. */
export interface GruOutput {
  /** (B, T, hiddenSize): the last layer's hidden state after each step. */
  output: Tensor;
  /** (numLayers, B, hiddenSize): each layer's hidden state after the last step. */
  hidden: Tensor;
}

/**
 * Gated recurrent unit with the batch first, initialised as PyTorch does from the same random numbers. Its parameters
 * are `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so on for each layer.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
 * @example
 * ```ts
 * import { Gru, zeros } from 'libtorch-generative';
 *
 * const gru = new Gru({ inputSize: 3, hiddenSize: 16 });
 * const { output, hidden } = gru.forward(zeros([8, 24, 3]));
 * console.log(output.shape, hidden.shape); // [ 8, 24, 16 ] [ 1, 8, 16 ]
 * ```
 */
export class Gru extends Module {
  readonly #native: NativeGru;

  /**
   * A GRU with fresh weights, from the thread's random numbers.
   *
   * @throws ERR_INVALID_ARGUMENT for a size that is not a whole number of at least 1
   */
  constructor({ inputSize, hiddenSize, numLayers = 1, exact = false, bidirectional = false }: GruOptions) {
    super();
    checkSize('inputSize', inputSize);
    checkSize('hiddenSize', hiddenSize);
    checkSize('numLayers', numLayers);
    if (bidirectional) throw invalidArgument('bidirectional', 'false, as this GRU only reads forward,', bidirectional);
    this.#native = new (native().Gru)(inputSize, hiddenSize, numLayers, exact);
    this.adopt(this.#native);
  }

  /**
   * Reads a series from its first step to its last.
   *
   * @param input (B, T, inputSize)
   * @param hidden (numLayers, B, hiddenSize), default zeros
   * @throws ERR_SHAPE
   */
  forward(input: Tensor, hidden?: Tensor): GruOutput {
    const [output, last] = this.#native.forward(handleOf(input), hidden && handleOf(hidden));
    return { output: new Tensor(output), hidden: new Tensor(last) };
  }

  /**
   * As {@link Gru.forward} without the output, for less.
   *
   * @returns (numLayers, B, hiddenSize): each layer's hidden state after the last step
   */
  lastHidden(input: Tensor, hidden?: Tensor): Tensor {
    return new Tensor(this.#native.lastHidden(handleOf(input), hidden && handleOf(hidden)));
  }
}
