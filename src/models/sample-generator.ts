import { type Checks, checkInteger, checkSize, readOptions } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { inEvalMode } from '../nn/eval-mode';
import { Layer } from '../nn/module';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { GeneratorCopies, type GeneratorQuestion, type GeneratorRecipe } from './generator-copies';
import { ROWS } from './rows';

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

/**
 * A network that maps noise to samples: a {@link Generator}, a {@link DcganGenerator}, or a class of your own, which
 * draws in the calling thread only.
 *
 * @example
 * ```ts
 * import { type DType, Linear, SampleGenerator, type Tensor } from 'libtorch-generative';
 *
 * class Affine extends SampleGenerator {
 *   readonly noiseDim = 4;
 *   readonly dataDim = 9;
 *   readonly layer = new Linear(4, 9);
 *
 *   forward<D extends DType>(noise: Tensor<D>): Tensor<D> {
 *     return this.layer.forward(noise);
 *   }
 * }
 *
 * console.log(new Affine().sampleSync({ count: 2 }).length); // 18
 * ```
 */
export abstract class SampleGenerator extends Layer {
  /** Length of a noise vector. */
  abstract readonly noiseDim: number;
  /** Values per sample. */
  abstract readonly dataDim: number;
  readonly #copies = new GeneratorCopies(this);

  /** @internal What another one of its size is made from; undefined for a class of the caller's own. */
  get recipe(): GeneratorRecipe | undefined {
    return undefined;
  }

  /** Generates samples from noise (B, noiseDim). */
  abstract override forward<D extends DType>(noise: Tensor<D>): Tensor<D>;

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
        scope(() => noGrad(() => inEvalMode(this, () => this.#draw(seed, start, rows).toArray()))),
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
    if (this.recipe) return this.#copies.ask(question, signal);
    throw invalidArgument(
      'generator',
      'a Generator or a DcganGenerator itself, as worker threads have no class of your own,',
      this,
    );
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
