import { checkSize } from '../nn/check';
import { Gru } from '../nn/gru';
import { Linear } from '../nn/linear';
import { Module } from '../nn/module';
import type { Tensor } from '../tensor/tensor';

export interface MdnRnnOptions {
  /** Features of a time step; default 1. */
  inputDim?: number;
  /** Default 64. */
  hiddenDim?: number;
  /** D, dimensions of what is predicted; default 1. */
  outputDim?: number;
  /** K, default 5. */
  numMixtures?: number;
  /** libtorch's own GRU, see {@link Gru}; default false. */
  exact?: boolean;
}

/**
 * The article's mixture density network on a GRU: from a series to the raw parameters of a {@link Mixture} for what
 * comes next. Its parameters are `rnn.weight_ih_l0` to `fc.bias`.
 *
 * @see https://arxiv.org/abs/1308.0850
 */
export class MdnRnn extends Module {
  readonly inputDim: number;
  readonly hiddenDim: number;
  readonly outputDim: number;
  readonly numMixtures: number;
  readonly exact: boolean;
  readonly rnn: Gru;
  readonly fc: Linear;

  constructor({ inputDim = 1, hiddenDim = 64, outputDim = 1, numMixtures = 5, exact = false }: MdnRnnOptions = {}) {
    super();
    checkSize('outputDim', outputDim);
    checkSize('numMixtures', numMixtures);
    this.inputDim = inputDim;
    this.hiddenDim = hiddenDim;
    this.outputDim = outputDim;
    this.numMixtures = numMixtures;
    this.exact = exact;
    this.rnn = new Gru({ inputSize: inputDim, hiddenSize: hiddenDim, exact });
    this.fc = new Linear({ inFeatures: hiddenDim, outFeatures: numMixtures * (outputDim + 2) });
  }

  /** (B, T, inputDim) to (B, K, D + 2) raw: D means, one variance, one weight, from the last time step. */
  forward(input: Tensor): Tensor {
    return this.step(input).raw;
  }

  /**
   * As {@link MdnRnn.forward}, carrying the hidden state: one step costs the same however long the past.
   *
   * @param hidden (1, B, hiddenDim), default zeros
   */
  step(input: Tensor, hidden?: Tensor): { raw: Tensor; hidden: Tensor } {
    const { features, hidden: last } = this.#encode(input, hidden);
    const raw = this.fc.forward(features).view(-1, this.numMixtures, this.outputDim + 2); // (B, K, D + 2)
    return { raw, hidden: last };
  }

  /** The last step's features (B, hiddenDim), and the hidden state (1, B, hiddenDim). */
  #encode(input: Tensor, hidden?: Tensor): { features: Tensor; hidden: Tensor } {
    if (!this.exact) {
      const last = this.rnn.lastHidden(input, hidden);
      return { features: last.squeeze(0), hidden: last };
    }
    // The article's slice: to the last bit the same only from the same memory layout.
    const { output, hidden: last } = this.rnn.forward(input, hidden);
    return { features: output.select(1, -1), hidden: last };
  }
}
