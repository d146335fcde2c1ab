import { arrayOf, type Check, type Checks, checkInteger, checkSize, readArray, readOptions, within } from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { inEvalMode } from '../nn/eval-mode';
import { Layer } from '../nn/module';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import { noGrad } from '../tensor/autograd';
import { cat, stack, tensor, zeros } from '../tensor/creation';
import { onOneThread } from '../tensor/device';
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
  /** Factor of the noise, above 0: below 1, samples are more typical and less varied. Default 1. */
  truncation?: number | undefined;
  /** The class of all samples, from 0, of a {@link ConditionalGenerator}; default one class after the other. */
  class?: number | undefined;
}

/** Options of {@link Generator.interpolate}. */
export interface InterpolationOptions {
  /** Two seeds or more: the samples lead from the first sample of one to that of the next. */
  seeds: readonly number[];
  /** Number of samples from one seed to the next; default 10. */
  steps?: number | undefined;
  /** Factor of the noise, above 0: below 1, samples are more typical and less varied. Default 1. */
  truncation?: number | undefined;
  /** The class of all samples, from 0, of a {@link ConditionalGenerator}; default 0. */
  class?: number | undefined;
}

const checkSeed: Check = (name, value) => checkInteger(name, value);
export const checkTruncation: Check = within({ above: 0 });
export const checkClass: Check = (name, value) => checkInteger(name, value, { min: 0 });
const SAMPLE: Checks<SampleOptions> = {
  count: checkSize,
  seed: checkSeed,
  truncation: checkTruncation,
  class: checkClass,
};
const INTERPOLATION: Checks<InterpolationOptions> = {
  seeds: arrayOf(checkSeed, 'an array of seeds'),
  steps: checkSize,
  truncation: checkTruncation,
  class: checkClass,
};

/** The largest buffer that Node supports on all systems. */
const MAX_BYTES = 2 ** 31 - 1;

/** Number of samples drawn at once, a multiple of {@link ROWS}. */
const BATCH_SIZE = 1000;

/**
 * A network that maps noise to samples: a {@link Generator}, {@link DcganGenerator}, {@link ResnetGenerator} or
 * {@link ConditionalGenerator}, or a class of your own, which draws in the calling thread only.
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
  /** Number of classes of a {@link ConditionalGenerator}; 0 for others. */
  readonly numClasses: number = 0;
  readonly #copies = new GeneratorCopies(this);

  /** @internal What another one of its size is made from; undefined for a class of the caller's own. */
  get recipe(): GeneratorRecipe | undefined {
    return undefined;
  }

  /**
   * @internal Whether a sample is the same beside any others, if the rows are a multiple of {@link ROWS}, and on any number
   * of threads. Convolutions choose how they compute by both.
   */
  get isSameInAnyBatch(): boolean {
    return false;
  }

  /** Generates samples from noise (B, noiseDim). */
  abstract override forward<D extends DType>(noise: Tensor<D>): Tensor<D>;

  /** @internal Generates samples of the classes that labels (B) name, if there are classes. */
  generate<D extends DType>(noise: Tensor<D>, _labels?: Tensor): Tensor<D> {
    return this.forward(noise);
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
    const { count, seed, ...how } = this.#filled(readOptions(options, SAMPLE));
    return this.#inBatches(count, how, (first, rows) => this.#noise(seed, first, rows));
  }

  /**
   * Draws samples that lead from the first sample of one seed to that of the next, without blocking the event loop. The
   * noise goes along an arc, as far from 0 as noise is.
   *
   * @returns ((seeds.length - 1) · steps + 1, dataDim) in row-major order, in [-1, 1]
   * @throws as {@link Generator.sample}, also for fewer than two seeds
   * @see https://arxiv.org/abs/1609.04468
   * @example
   * ```ts
   * import { Generator } from 'libtorch-generative';
   *
   * const generator = new Generator({ dataDim: 9 }); // untrained; loadGenerator() loads a trained one
   * const samples = await generator.interpolate({ seeds: [1, 2, 1], steps: 4 });
   * console.log(samples.length / 9, samples[0] === samples.at(-9)); // 9 true
   * ```
   */
  async interpolate(options: InterpolationOptions & Abortable): Promise<Float32Array> {
    const { signal, ...asked } = readOptions(options, { ...INTERPOLATION, ...ABORTABLE });
    return (await this.ask({ ask: 'interpolation', ...this.#filledBetween(asked) }, signal)) as Float32Array;
  }

  /** As {@link Generator.interpolate}, in this thread, which it blocks. */
  interpolateSync(options: InterpolationOptions): Float32Array {
    const { seeds, steps, ...how } = this.#filledBetween(readOptions(options, INTERPOLATION));
    const ends = seeds.map((seed) => scope(() => this.#noise(seed, 0, 1).toArray()));
    const noise = ends.slice(1).flatMap((end, index) => arc(ends[index]!, end, steps));
    noise.push(ends.at(-1)!);
    return this.#inBatches(noise.length, how, (first, rows) => {
      return stack(noise.slice(first, first + rows).map((each) => tensor(each)));
    });
  }

  /** Draws samples from noise (rows, noiseDim) for those from `first` on. */
  #inBatches(count: number, how: Drawing, noiseOf: (first: number, rows: number) => Tensor<'float32'>) {
    const samples = new Float32Array(count * this.dataDim);
    const { device } = this.parameters()[0]!;
    const isAlike = this.isSameInAnyBatch || device !== 'cpu';
    const atOnce = isAlike ? BATCH_SIZE : ROWS;
    const drawAll = () => {
      for (let start = 0; start < count; start += atOnce) {
        const rows = Math.min(atOnce, count - start);
        const drawn = scope(() => this.#draw(noiseOf(start, rows), start, how).toArray());
        samples.set(drawn.subarray(0, rows * this.dataDim), start * this.dataDim);
      }
    };
    if (isAlike) drawAll();
    else onOneThread(drawAll);
    return samples;
  }

  /** Samples are the same beside any others if their number is a multiple of {@link ROWS}. */
  #draw(noise: Tensor<'float32'>, first: number, { truncation, class: only }: Drawing): Tensor<'float32'> {
    const { device } = this.parameters()[0]!;
    const [rows] = noise.shape as [number];
    const missing = Math.ceil(rows / ROWS) * ROWS - rows;
    const filled = missing > 0 ? cat([noise, zeros([missing, this.noiseDim])]) : noise;
    const scaled = truncation === 1 ? filled : filled.mul(truncation);
    const labels = this.labels(filled.shape[0]!, { first, only });
    return noGrad(() => inEvalMode(this, () => this.generate(scaled.to({ device }), labels)));
  }

  /** @internal Returns the classes of samples from a number on, (rows); undefined if there are no classes. */
  labels(rows: number, { first = 0, only }: { first?: number; only?: number | undefined } = {}): Tensor | undefined {
    if (this.numClasses === 0) return undefined;
    const labels = classesFrom(first, rows, { numClasses: this.numClasses, only });
    return tensor(labels, { dtype: 'int64', device: this.parameters()[0]!.device });
  }

  /** The noise of samples `first` to `first + rows - 1` of a seed. */
  #noise(seed: number, first: number, rows: number): Tensor<'float32'> {
    return new Tensor<'float32'>(native().sampleNoise(seed, first, rows, this.noiseDim));
  }

  /** @internal Asks a worker thread. @throws ERR_INVALID_ARGUMENT for a class of the caller's own, which it hasn't */
  ask(question: GeneratorQuestion, signal?: AbortSignal): Promise<unknown> {
    if (this.recipe) return this.#copies.ask(question, signal);
    throw invalidArgument(
      'generator',
      'a Generator, DcganGenerator or ResnetGenerator itself, as worker threads have no class of your own,',
      this,
    );
  }

  override dispose(): void {
    this.#copies.drop();
    super.dispose();
  }

  #filled({ count = 1, seed = 0, truncation = 1, class: only }: SampleOptions) {
    this.#checkCount('count', count);
    this.checkKnown(only);
    return { count, seed, truncation, ...(only !== undefined && { class: only }) };
  }

  #filledBetween({ seeds, steps = 10, truncation = 1, class: asked }: InterpolationOptions) {
    this.checkKnown(asked);
    const only = asked ?? (this.numClasses > 0 ? 0 : undefined);
    const ends = readArray('seeds', seeds, checkSeed, 'an array of seeds');
    if (ends.length < 2) throw invalidArgument('seeds', 'two seeds or more', `${ends.length}`);
    this.#checkCount('steps', steps * (ends.length - 1));
    return { seeds: ends, steps, truncation, ...(only !== undefined && { class: only }) };
  }

  /** @internal Throws ERR_INVALID_ARGUMENT unless there is such a class, if any is asked for. */
  checkKnown(asked: number | undefined): void {
    if (asked === undefined || asked < this.numClasses) return;
    const expected =
      this.numClasses === 0 ? 'nothing, as the generator has no classes,' : `0 to ${this.numClasses - 1}`;
    throw invalidArgument('class', expected, asked);
  }

  #checkCount(name: string, count: number): void {
    checkInteger(name, count, { max: Math.floor(MAX_BYTES / (this.dataDim * Float32Array.BYTES_PER_ELEMENT)) });
  }
}

/** How samples are drawn from noise. */
type Drawing = Pick<Required<SampleOptions>, 'truncation'> & Pick<SampleOptions, 'class'>;

/** Returns the classes of samples from a number on: one after the other, or the only one. */
export function classesFrom(
  first: number,
  count: number,
  { numClasses, only }: { numClasses: number; only?: number | undefined },
): number[] {
  return Array.from({ length: count }, (_, index) => only ?? (first + index) % numClasses);
}

/** Returns points on the arc from one vector to another, the first included, the last not. */
function arc(from: Float32Array, to: Float32Array, steps: number): Float32Array[] {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to)))));
  return Array.from({ length: steps }, (_, step) => {
    const part = step / steps;
    const isStraight = !(Math.sin(angle) > 1e-6); // the same direction, or the opposite one
    const [a, b] = isStraight ? [1 - part, part] : [Math.sin((1 - part) * angle) / Math.sin(angle), Math.sin(part * angle) / Math.sin(angle)]; // biome-ignore format: one line
    return from.map((value, index) => a * value + b * to[index]!);
  });
}
