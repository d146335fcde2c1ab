import type { ImageSet, ImageSize } from '../data/image-set';
import { samplesToImages } from '../data/images';
import { describeCollapse, type SampleVariety } from '../evaluation/collapse';
import type { DigitClassifier } from '../evaluation/digit-classifier';
import { diversityBeside, measureSpread, numCompared, type Spread } from '../evaluation/diversity';
import { roughness } from '../evaluation/roughness';
import type { SampleGenerator } from '../models/sample-generator';
import type { Device } from '../tensor/device';
import { RandomGenerator, randn } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { drawSamples } from './draw-images';

/** The variety of a generator's samples, and what is wrong with them. */
export interface WatchedVariety extends SampleVariety {
  /** What is wrong with the samples or the losses; undefined if nothing was found. */
  problem?: string | undefined;
}

/** When samples are looked at. */
export interface Moment {
  /** Steps of the generator so far. */
  steps: number;
  /** Those of them since the last look. */
  stepsOfEpoch: number;
  /** Whether this is the end of the training. */
  isLast: boolean;
}

/** Whether an epoch has brought another multiple of so many steps, or is the last. */
export function isDue({ steps, stepsOfEpoch, isLast }: Moment, everySteps: number): boolean {
  const looks = (until: number) => Math.floor(until / everySteps);
  return looks(steps) !== looks(steps - stepsOfEpoch) || isLast;
}

/** Steps until a healthy generator draws more than one blur: four epochs of MNIST. */
const YOUNG_STEPS = 2000;
/** Samples are static if they are rougher than this share of the way from real images to independent pixels. */
const MOST_ROUGHNESS = 0.75;
/** Limits the cost when an epoch has only a few batches. */
const LOOK_EVERY_STEPS = 100;
const SEED = 0;
const STATIC = 'the samples look like static: neighbouring pixels are as different as any others';

/**
 * Detects mode collapse in samples that are always drawn from the same noise. It uses none of the training's random
 * numbers and takes a few milliseconds. Digits are classified if a classifier is given.
 */
export class CollapseWatch {
  readonly #numSamples: number;
  readonly #real: Spread;
  readonly #size: ImageSize;
  readonly #mostRoughness: number;
  readonly #noise: Tensor<'float32'>;
  readonly #classifier: DigitClassifier | undefined;

  constructor(
    real: ImageSet,
    { noiseDim, device, classifier }: { noiseDim: number; device: Device; classifier?: DigitClassifier | undefined },
  ) {
    this.#numSamples = Math.min(numCompared(real), real.count);
    this.#real = measureSpread(real, this.#numSamples);
    this.#size = { channels: real.channels, height: real.height, width: real.width };
    const ofReal = roughness(real, this.#numSamples);
    this.#mostRoughness = ofReal + MOST_ROUGHNESS * Math.max(1 - ofReal, 0);
    const generator = new RandomGenerator(SEED);
    this.#noise = scope(() => randn([this.#numSamples, noiseDim], { generator }).to({ device }));
    this.#classifier = classifier;
  }

  /**
   * Checks the generator after an epoch; if epochs are short, only every hundred steps and at the end.
   */
  look(generator: SampleGenerator, moment: Moment): WatchedVariety | undefined {
    if (!isDue(moment, LOOK_EVERY_STEPS)) return undefined;
    const { steps, isLast } = moment;
    return scope(() => {
      const samples = samplesToImages(drawSamples(generator, this.#noise), this.#size);
      const diversity = diversityBeside(measureSpread(samples, this.#numSamples), this.#real);
      const digits = this.#classifier?.look(samples).digits;
      const isYoung = steps < YOUNG_STEPS && !isLast;
      const collapse = describeCollapse({ diversity, digits }, steps < YOUNG_STEPS);
      const isStatic = !isYoung && roughness(samples, this.#numSamples) > this.#mostRoughness;
      const problem = collapse ? `the generator has collapsed: ${collapse}` : isStatic ? STATIC : undefined;
      return { diversity, ...(digits && { digits }), ...(problem && { problem }) };
    });
  }

  dispose(): void {
    this.#noise.dispose();
    this.#classifier?.dispose();
  }
}
