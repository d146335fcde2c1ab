import { type Checks, checkBoolean, checkSize, readOptions } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { GRU } from '../nn/gru';
import { Linear } from '../nn/linear';
import { Module } from '../nn/module';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { Mixture, mixtureNll, VARIANCE_FLOOR } from './mixture';

/** Options of an {@link MdnRnn}. */
export interface MdnRnnOptions {
  /** Features per time step. Default 1. */
  inputDim?: number | undefined;
  /** Size of the GRU's hidden state. Default 64. */
  hiddenDim?: number | undefined;
  /** D, the dimensions of the predicted value. Default 1. */
  outputDim?: number | undefined;
  /** K, the Gaussians in the mixture. Default 5. */
  numMixtures?: number | undefined;
  /** Whether to use libtorch's own GRU, see {@link GRUOptions.exact}. Default false. */
  exact?: boolean | undefined;
}

const CHECKS: Checks<MdnRnnOptions> = {
  inputDim: checkSize,
  hiddenDim: checkSize,
  outputDim: checkSize,
  numMixtures: checkSize,
  exact: checkBoolean,
};

/** The result of {@link MdnRnn.step}. */
export interface MdnRnnStep<D extends DType = DType> {
  /** (B, K, D + 2): the raw parameters of a {@link Mixture} for the next step. */
  raw: Tensor<D>;
  /** (1, B, hiddenDim): the hidden state to continue from. */
  hidden: Tensor<D>;
}

/**
 * The article's mixture density network on a GRU: maps a series to the raw parameters of a {@link Mixture} for the next
 * step. Its parameters are `rnn.weight_ih_l0` to `fc.bias`.
 *
 * @see https://arxiv.org/abs/1308.0850
 * @example
 * ```ts
 * import { MdnRnn, Mixture, zeros } from 'libtorch-generative';
 *
 * const model = new MdnRnn({ hiddenDim: 16 }); // untrained; loadForecaster() loads a trained one
 * const history = zeros([8, 24, 1]); // 8 series of 24 steps
 * const next = new Mixture(model.forward(history));
 * console.log(next.mean().shape, next.quantile([0.05, 0.5, 0.95]).shape); // [ 8, 1 ] [ 8, 3 ]
 * ```
 */
export class MdnRnn extends Module {
  /** Features per time step. */
  readonly inputDim: number;
  /** Size of the GRU's hidden state. */
  readonly hiddenDim: number;
  /** D, the dimensions of the predicted value. */
  readonly outputDim: number;
  /** K, the Gaussians in the mixture. */
  readonly numMixtures: number;
  /** Whether the GRU is libtorch's own, see {@link GRUOptions.exact}. */
  readonly exact: boolean;
  /** The GRU that reads the series. */
  readonly rnn: GRU;
  /** Maps the last hidden state to K · (D + 2) numbers. */
  readonly fc: Linear;

  /**
   * Creates a model with new weights drawn from the thread's random numbers.
   *
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(options: MdnRnnOptions = {}) {
    super();
    const {
      inputDim = 1,
      hiddenDim = 64,
      outputDim = 1,
      numMixtures = 5,
      exact = false,
    } = readOptions(options, CHECKS);
    this.inputDim = inputDim;
    this.hiddenDim = hiddenDim;
    this.outputDim = outputDim;
    this.numMixtures = numMixtures;
    this.exact = exact;
    this.rnn = new GRU(inputDim, hiddenDim, { exact });
    this.fc = new Linear(hiddenDim, numMixtures * (outputDim + 2));
  }

  /**
   * Predicts the distribution of the next step.
   *
   * @param input (B, T, inputDim)
   * @returns (B, K, D + 2), raw: D means, one variance, one weight
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    return this.step(input).raw;
  }

  /**
   * Like {@link MdnRnn.forward}, but predicts after every step of the input, to train on all of them at once.
   *
   * @param input (B, T, inputDim)
   * @returns (B, T, K, D + 2), raw: the mixture of the step after each
   * @throws ERR_SHAPE
   * @example
   * ```ts
   * import { MdnRnn, mixtureNll, randn } from 'libtorch-generative';
   *
   * const model = new MdnRnn({ hiddenDim: 16 });
   * const series = randn([8, 25, 1]);
   * const raw = model.forwardEach(series.slice(1, 0, -1)); // (8, 24, 5, 3)
   * const loss = mixtureNll(raw.view(-1, 5, 3), series.slice(1, 1).contiguous().view(-1, 1)); // of 8 · 24 values
   * console.log(loss.item() > 0); // true
   * ```
   */
  forwardEach<D extends DType>(input: Tensor<D>): Tensor<D> {
    const { output } = this.rnn.forward(input); // (B, T, H)
    const [batch, steps] = input.shape;
    return this.fc.forward(output).view(batch!, steps!, this.numMixtures, this.outputDim + 2);
  }

  /**
   * Like {@link MdnRnn.forward}, but takes and returns the hidden state, so that the cost of a step does not depend on
   * the length of the history.
   *
   * @param input (B, T, inputDim)
   * @param hidden (1, B, hiddenDim). Default zeros.
   * @throws ERR_SHAPE
   * @example
   * ```ts
   * import { MdnRnn, zeros } from 'libtorch-generative';
   *
   * const model = new MdnRnn({ hiddenDim: 16 });
   * const past = model.step(zeros([1, 24, 1]));
   * const { raw } = model.step(zeros([1, 1, 1]), past.hidden); // one more step
   * console.log(raw.shape); // [ 1, 5, 3 ]
   * ```
   */
  step<D extends DType>(input: Tensor<D>, hidden?: Tensor): MdnRnnStep<D> {
    const { features, hidden: last } = this.#encode(input, hidden);
    const raw = this.fc.forward(features).view(-1, this.numMixtures, this.outputDim + 2); // (B, K, D + 2)
    return { raw, hidden: last };
  }

  /**
   * Returns the mean negative log-likelihood of the targets, in nats, under `new Mixture(model.forward(input))`. For
   * float32 on the CPU it is one fused operator, gradients included.
   *
   * @param input (B, T, inputDim)
   * @param target (B, outputDim), the next value of each series
   * @returns a tensor of shape []
   * @throws ERR_SHAPE
   * @example
   * ```ts
   * import { Adam, grad, MdnRnn, randn, scope } from 'libtorch-generative';
   *
   * const model = new MdnRnn({ hiddenDim: 16 });
   * const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
   * const series = randn([32, 25, 1]);
   * scope(() => {
   *   const loss = model.nll(series.slice(1, 0, -1), series.select(1, -1));
   *   optimizer.step(grad(loss, model.parameters()));
   *   console.log(Number.isFinite(loss.item())); // true
   * });
   * ```
   */
  nll(input: Tensor, target: Tensor): Tensor {
    // The reference's operators one by one: only these are bit-identical.
    if (this.exact) return new Mixture(this.forward(input)).logProb(target).mean().neg();
    const parameters = this.parameters().map(handleOf);
    const fused = native().mdnRnnNll(parameters, handleOf(input), handleOf(target), VARIANCE_FLOOR);
    return fused === undefined ? mixtureNll(this.forward(input), target) : new Tensor(fused);
  }

  /** Returns the last step's features (B, hiddenDim) and the hidden state (1, B, hiddenDim). */
  #encode<D extends DType>(input: Tensor<D>, hidden?: Tensor): { features: Tensor<D>; hidden: Tensor<D> } {
    if (!this.exact) {
      const last = this.rnn.lastHidden(input, hidden);
      return { features: last.squeeze(0), hidden: last };
    }
    // The article's slice: bit-identical only with the same memory layout.
    const { output, hidden: last } = this.rnn.forward(input, hidden);
    return { features: output.select(1, -1), hidden: last };
  }
}
