import { type Checks, checkNumber, checkSize, readOptions } from '../check';
import type { DType } from '../native/handle';
import { LeakyReLU, Sigmoid } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Sequential } from '../nn/sequential';
import type { Tensor } from '../tensor/tensor';
import { SampleDiscriminator } from './sample-discriminator';

/** The size of a {@link Discriminator}. */
export interface DiscriminatorOptions {
  /** Values per sample. Default 784, MNIST's 28 × 28. */
  dataDim?: number | undefined;
  /** Units of the hidden layer. Default 128. */
  hiddenDim?: number | undefined;
  /** LeakyReLU's slope below zero. Default 0.2. */
  negativeSlope?: number | undefined;
}

const CHECKS: Checks<DiscriminatorOptions> = { dataDim: checkSize, hiddenDim: checkSize, negativeSlope: checkNumber };

/**
 * The article's discriminator: maps data to the probability that it is real, with one hidden LeakyReLU layer. Its
 * parameters are `model.0.weight` to `model.2.bias`.
 *
 * @see https://arxiv.org/abs/1406.2661
 * @example
 * ```ts
 * import { bceWithLogitsLoss, Discriminator, ones, rand } from 'libtorch-generative';
 *
 * const discriminator = new Discriminator();
 * const images = rand([16, 784]);
 * console.log(discriminator.forward(images).shape); // [ 16, 1 ]
 * const loss = bceWithLogitsLoss(discriminator.logits(images), ones([16, 1]));
 * console.log(loss.item() > 0); // true
 * ```
 */
export class Discriminator extends SampleDiscriminator {
  /** Values per sample. */
  readonly dataDim: number;
  /** Units of the hidden layer. */
  readonly hiddenDim: number;
  /** LeakyReLU's slope below zero. */
  readonly negativeSlope: number;
  /** The layers. */
  readonly model: Sequential;
  readonly #hidden: Sequential;
  readonly #judge: Sequential;
  readonly #logits: Sequential;

  /**
   * Creates a discriminator with new weights drawn from the thread's random numbers.
   *
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(options: DiscriminatorOptions = {}) {
    super();
    const { dataDim = 784, hiddenDim = 128, negativeSlope = 0.2 } = readOptions(options, CHECKS);
    this.dataDim = dataDim;
    this.hiddenDim = hiddenDim;
    this.negativeSlope = negativeSlope;
    this.model = new Sequential(
      new Linear(dataDim, hiddenDim),
      new LeakyReLU(negativeSlope),
      new Linear(hiddenDim, 1),
      new Sigmoid(),
    );
    this.#hidden = this.model.slice(0, -2);
    this.#judge = this.model.slice(-2, -1);
    this.#logits = this.model.slice(0, -1);
  }

  /** @internal */
  get numFeatures(): number {
    return this.hiddenDim;
  }

  /** @internal */
  hidden<D extends DType>(data: Tensor<D>): Tensor<D> {
    return this.#hidden.forward(data);
  }

  /** @internal */
  judge<D extends DType>(hidden: Tensor<D>): Tensor<D> {
    return this.#judge.forward(hidden);
  }

  /** All layers at once are one operator. */
  override logits<D extends DType>(data: Tensor<D>): Tensor<D> {
    return this.#logits.forward(data);
  }

  override forward<D extends DType>(data: Tensor<D>): Tensor<D> {
    return this.model.forward(data);
  }
}
