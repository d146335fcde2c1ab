import { type ImageSet, samplesToImages } from '../data/images';
import { describeCollapse, type SampleVariety } from '../evaluation/collapse';
import type { DigitClassifier } from '../evaluation/digit-classifier';
import { diversityBeside, measureSpread, NUM_COMPARED, type Spread } from '../evaluation/diversity';
import type { Generator } from '../models/generator';
import type { Device } from '../tensor/device';
import { RandomGenerator, randn } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { drawSamples } from './draw-images';

/** How varied a generator's samples are, and how it has collapsed if it has. */
export interface WatchedVariety extends SampleVariety {
  /** How the generator has collapsed; undefined if it hasn't. */
  collapse?: string | undefined;
}

/** Steps after which a healthy generator draws more than one blur: four epochs of MNIST. */
const YOUNG_STEPS = 2000;
/** So that the look at data of a few batches does not take longer than their epoch. */
const LOOK_EVERY_STEPS = 100;
const SEED = 0;

/**
 * Looks for a collapse of a generator, in samples that are always from the same noise: it draws none of the training's
 * random numbers and takes a few milliseconds. Digits are told apart if there is the classifier of `evaluate`.
 */
export class CollapseWatch {
  readonly #numSamples: number;
  readonly #real: Spread;
  readonly #size: { height: number; width: number };
  readonly #noise: Tensor<'float32'>;
  readonly #classifier: DigitClassifier | undefined;

  constructor(
    real: ImageSet,
    { noiseDim, device, classifier }: { noiseDim: number; device: Device; classifier?: DigitClassifier | undefined },
  ) {
    this.#numSamples = Math.min(NUM_COMPARED, real.count);
    this.#real = measureSpread(real, this.#numSamples);
    this.#size = { height: real.height, width: real.width };
    const generator = new RandomGenerator(SEED);
    this.#noise = scope(() => randn([this.#numSamples, noiseDim], { generator }).to({ device }));
    this.#classifier = classifier;
  }

  /**
   * Looks at the generator after an epoch, or in short epochs after each hundred steps.
   *
   * @param steps that it has been trained for, `stepsOfEpoch` of them since the last call
   */
  look(generator: Generator, steps: number, stepsOfEpoch: number): WatchedVariety | undefined {
    const looks = (until: number) => Math.floor(until / LOOK_EVERY_STEPS);
    if (looks(steps) === looks(steps - stepsOfEpoch)) return undefined;
    return scope(() => {
      const samples = samplesToImages(drawSamples(generator, this.#noise), this.#size);
      const diversity = diversityBeside(measureSpread(samples, this.#numSamples), this.#real);
      const digits = this.#classifier?.look(samples).digits;
      const collapse = describeCollapse({ diversity, digits }, steps < YOUNG_STEPS);
      return { diversity, ...(digits && { digits }), ...(collapse && { collapse }) };
    });
  }

  dispose(): void {
    this.#noise.dispose();
    this.#classifier?.dispose();
  }
}
