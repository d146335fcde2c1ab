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

/** The variety of a generator's samples, and whether it has collapsed. */
export interface WatchedVariety extends SampleVariety {
  /** How the generator has collapsed; undefined if it has not. */
  collapse?: string | undefined;
}

/** Steps until a healthy generator draws more than one blur: four epochs of MNIST. */
const YOUNG_STEPS = 2000;
/** Limits the cost when an epoch has only a few batches. */
const LOOK_EVERY_STEPS = 100;
const SEED = 0;

/**
 * Detects mode collapse in samples that are always drawn from the same noise. It uses none of the training's random
 * numbers and takes a few milliseconds. Digits are classified if a classifier is given.
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
   * Checks the generator after an epoch; if epochs are short, only every hundred steps.
   *
   * @param steps the generator's training steps so far, `stepsOfEpoch` of them since the last call
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
