import { invalidArgument } from '../errors';
import { type NativeGru, native } from '../native/addon';
import { handleOf, Tensor } from '../tensor/tensor';
import { checkSize } from './check';
import { Module } from './module';

export interface GruOptions {
  inputSize: number;
  hiddenSize: number;
  /** Default 1. */
  numLayers?: number;
  /**
   * libtorch's own GRU, whose numbers equal PyTorch's to the last bit. The default, false, computes float32 on the CPU
   * by a fused kernel, the same within rounding and several times faster.
   */
  exact?: boolean;
  /** There is no GRU that reads backward too. */
  bidirectional?: false;
}

/**
 * Gated recurrent unit with the batch first, initialised as PyTorch does from the same random numbers.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html
 */
export class Gru extends Module {
  readonly #native: NativeGru;

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
   * @param input (B, T, inputSize)
   * @param hidden (numLayers, B, hiddenSize), default zeros
   * @returns output (B, T, hiddenSize), every step's, and hidden (numLayers, B, hiddenSize), the last one's
   * @throws ERR_SHAPE
   */
  forward(input: Tensor, hidden?: Tensor): { output: Tensor; hidden: Tensor } {
    const [output, last] = this.#native.forward(handleOf(input), hidden && handleOf(hidden));
    return { output: new Tensor(output), hidden: new Tensor(last) };
  }

  /** As {@link Gru.forward} without the output, for less: hidden (numLayers, B, hiddenSize) after the last step. */
  lastHidden(input: Tensor, hidden?: Tensor): Tensor {
    return new Tensor(this.#native.lastHidden(handleOf(input), hidden && handleOf(hidden)));
  }
}
