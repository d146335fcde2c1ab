import { type Checks, checkInteger, checkSize, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { ReLU, Tanh } from '../nn/activations';
import { Linear } from '../nn/linear';
import { Layer } from '../nn/module';
import { Sequential } from '../nn/sequential';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { GeneratorCopies, type GeneratorQuestion } from './generator-copies';
import { ROWS } from './rows';

/** The size of a {@link Generator}. */
export interface GeneratorOptions {
  /** Length of a noise vector. Default 100. */
  noiseDim?: number | undefined;
  /** Units of the hidden layer. Default 128. */
  hiddenDim?: number | undefined;
  /** Values per sample. Default 784, MNIST's 28 × 28. */
  dataDim?: number | undefined;
}

/** Options of {@link Generator.sample}. */
export interface SampleOptions {
  /** Number of samples; default 1. */
  count?: number | undefined;
  /** A sample depends on the seed and its own number only: the same seed draws the same first samples. Default 0. */
  seed?: number | undefined;
}

const SAMPLE: Checks<SampleOptions> = { count: checkSize, seed: (name, value) => checkInteger(name, value) };

/** The largest buffer that Node supports on all systems. */
const MAX_BYTES = 2 ** 31 - 1;

/** Number of samples drawn at once, a multiple of {@link ROWS}. */
const BATCH_SIZE = 1000;

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
export class Generator extends Layer {
  /** Length of a noise vector. */
  readonly noiseDim: number;
  /** Units of the hidden layer. */
  readonly hiddenDim: number;
  /** Values per sample. */
  readonly dataDim: number;
  /** The layers. */
  readonly model: Sequential;
  readonly #copies = new GeneratorCopies(this);

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

  /**
   * Draws samples without blocking the event loop: worker threads draw, see {@link configureInference}. The noise is the
   * same on every device.
   *
   * @returns (count, dataDim) in row-major order, in [-1, 1]
   * @throws ERR_INVALID_ARGUMENT, also for more samples than 2 GiB; ERR_OVERLOADED if too many calls wait;
   *   ERR_WORKER if a thread ended; ERR_DISPOSED
   * @example
   * ```ts
   * import { Generator } from 'libtorch-generative';
   *
   * const generator = new Generator(); // untrained; loadGenerator() loads a trained one
   * const samples = await generator.sample({ count: 2, seed: 1 });
   * console.log(samples.length); // 1568
   * ```
   */
  async sample(options: SampleOptions & Abortable = {}): Promise<Float32Array> {
    const { signal, ...asked } = readOptions(options, { ...SAMPLE, ...ABORTABLE });
    return (await this.ask({ ask: 'samples', ...this.#filled(asked) }, signal)) as Float32Array;
  }

  /** As {@link Generator.sample}, in this thread, which it blocks. */
  sampleSync(options: SampleOptions = {}): Float32Array {
    const { count, seed } = this.#filled(readOptions(options, SAMPLE));
    const samples = new Float32Array(count * this.dataDim);
    for (let start = 0; start < count; start += BATCH_SIZE) {
      const rows = Math.min(BATCH_SIZE, count - start);
      samples.set(
        scope(() => noGrad(() => this.#draw(seed, start, rows).toArray())),
        start * this.dataDim,
      );
    }
    return samples;
  }

  /** Draws samples `first` to `first + rows - 1` of a seed. */
  #draw(seed: number, first: number, rows: number): Tensor<'float32'> {
    const { device } = this.parameters()[0]!;
    const filled = Math.ceil(rows / ROWS) * ROWS; // with the samples that come next
    const noise = new Tensor<'float32'>(native().sampleNoise(seed, first, filled, this.noiseDim));
    return this.forward(noise.to({ device })).slice(0, 0, rows);
  }

  /** @internal Asks a worker thread. @throws ERR_INVALID_ARGUMENT for a class of the caller's own, which it hasn't */
  ask(question: GeneratorQuestion, signal?: AbortSignal): Promise<unknown> {
    if (this.constructor === Generator) return this.#copies.ask(question, signal);
    throw invalidArgument('generator', 'a Generator itself, as worker threads have no class of your own,', this);
  }

  override dispose(): void {
    this.#copies.drop();
    super.dispose();
  }

  #filled({ count = 1, seed = 0 }: SampleOptions): { count: number; seed: number } {
    checkInteger('count', count, { max: Math.floor(MAX_BYTES / (this.dataDim * Float32Array.BYTES_PER_ELEMENT)) });
    return { count, seed };
  }
}
