import { type Checks, checkSize, readOptions } from '../check';
import type { DType } from '../native/handle';
import { ReLU, Tanh } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Sequential } from '../nn/sequential';
import type { Tensor } from '../tensor/tensor';
import type { NetRecipe } from './generator-copies';
import { SampleGenerator } from './sample-generator';

/** The size of a {@link Generator}. */
export interface GeneratorOptions {
  /** Length of a noise vector. Default 100. */
  noiseDim?: number | undefined;
  /** Units of the hidden layer. Default 128. */
  hiddenDim?: number | undefined;
  /** Values per sample. Default 784, MNIST's 28 × 28. */
  dataDim?: number | undefined;
}

const CHECKS: Checks<GeneratorOptions> = { noiseDim: checkSize, hiddenDim: checkSize, dataDim: checkSize };

/**
 * The article's generator: maps noise to data in [-1, 1], with one hidden ReLU layer and a tanh output layer. Its
 * parameters are `model.0.weight` to `model.2.bias`.
 *
 * @see https://arxiv.org/abs/1406.2661
 * @example
 * ```ts
 * import { Generator, noGrad, RandomGenerator, randn } from 'libtorch-generative';
 *
 * const generator = new Generator({ hiddenDim: 512 }); // untrained; loadGenerator() loads a trained one
 * const noise = randn([64, generator.noiseDim], { generator: new RandomGenerator(1) });
 * const samples = noGrad(() => generator.forward(noise));
 * console.log(samples.shape, samples.abs().max().item() <= 1); // [ 64, 784 ] true
 * ```
 */
export class Generator extends SampleGenerator {
  /** Length of a noise vector. */
  readonly noiseDim: number;
  /** Units of the hidden layer. */
  readonly hiddenDim: number;
  /** Values per sample. */
  readonly dataDim: number;
  /** The layers. */
  readonly model: Sequential;

  /**
   * Creates a generator with new weights drawn from the thread's random numbers.
   *
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(options: GeneratorOptions = {}) {
    super();
    const { noiseDim = 100, hiddenDim = 128, dataDim = 784 } = readOptions(options, CHECKS);
    this.noiseDim = noiseDim;
    this.hiddenDim = hiddenDim;
    this.dataDim = dataDim;
    this.model = new Sequential(
      new Linear(noiseDim, hiddenDim),
      new ReLU(),
      new Linear(hiddenDim, dataDim),
      new Tanh(),
    );
  }

  /**
   * Generates samples from noise.
   *
   * @param noise (B, noiseDim), standard normal
   * @returns (B, dataDim), in [-1, 1]
   * @throws ERR_SHAPE
   */
  forward<D extends DType>(noise: Tensor<D>): Tensor<D> {
    return this.model.forward(noise);
  }

  /** @internal */
  override get isSameInAnyBatch(): boolean {
    return this.constructor === Generator;
  }

  /** @internal */
  override get recipe(): NetRecipe | undefined {
    if (this.constructor !== Generator) return undefined;
    const { noiseDim, hiddenDim, dataDim } = this;
    return { net: 'mlp', options: { noiseDim, hiddenDim, dataDim } };
  }
}
