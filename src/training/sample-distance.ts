import { evenlyOf, type ImageSet, type ImageSize, valuesPerImage } from '../data/image-set';
import { samplesToImages } from '../data/images';
import { fitGaussian, frechetDistance, type Gaussian } from '../evaluation/frechet';
import { batchSizeFor, RandomFeatures } from '../evaluation/random-features';
import type { SampleGenerator } from '../models/sample-generator';
import { cat } from '../tensor/creation';
import { type Device, onOneThread } from '../tensor/device';
import { RandomGenerator, randn } from '../tensor/random';
import { keep, scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { isDue, type Moment } from './collapse-watch';
import { drawSamples } from './draw-images';

/** Real images, and samples, that are compared: a look takes a seventh of a second. Of large images they are fewer. */
const [MOST_REAL, NUM_SAMPLES] = [5000, 500];
const [VALUES_OF_REAL, VALUES_OF_SAMPLES] = [2 ** 30, 2 ** 28];
/** Fewer tell nothing. */
const FEWEST_SAMPLES = 65;
/** Steps between looks, so that they take no more than a fiftieth of the time. */
const EVERY_STEPS = 1000;
const SEED = 0;

/**
 * The Fréchet distance of samples from the training images, by random features, which are the same on every machine. The
 * samples are always drawn from the same noise, and the training's random numbers are not used.
 */
export class SampleDistance {
  private constructor(
    readonly features: RandomFeatures,
    readonly real: Gaussian,
    readonly size: ImageSize,
    readonly noise: Tensor<'float32'>,
  ) {}

  /** Returns undefined for images that are too few, or so large that a look would take minutes. */
  static async to(
    images: ImageSet,
    { noiseDim, device }: { noiseDim: number; device: Device },
  ): Promise<SampleDistance | undefined> {
    const numSamples = atMost(NUM_SAMPLES, VALUES_OF_SAMPLES, images);
    const some = evenlyOf(images, atMost(MOST_REAL, VALUES_OF_REAL, images));
    if (numSamples < FEWEST_SAMPLES || some.count < 2) return undefined;
    const features = await RandomFeatures.for(some);
    const seen = await features.look(some);
    const { mean, covariance } = onOneThread(() => fitGaussian(seen.features));
    seen.features.dispose();
    const generator = new RandomGenerator(SEED);
    const noise = scope(() => randn([numSamples, noiseDim], { generator }).to({ device }));
    const { channels, height, width } = images;
    return new SampleDistance(features, { mean: keep(mean), covariance: keep(covariance) }, { channels, height, width }, noise); // biome-ignore format: one line
  }

  /** Returns the distance, lower is better, after every thousand steps and at the end. */
  measure(generator: SampleGenerator, moment: Moment): number | undefined {
    if (!isDue(moment, EVERY_STEPS)) return undefined;
    return scope(() => {
      const features = this.#featuresOf(generator);
      return onOneThread(() => frechetDistance(fitGaussian(features), this.real));
    });
  }

  /** Returns the features of the samples, of which only a few are in memory at a time. */
  #featuresOf(generator: SampleGenerator): Tensor {
    const [count] = this.noise.shape as [number];
    const atOnce = batchSizeFor(this.size);
    const starts = Array.from({ length: Math.ceil(count / atOnce) }, (_, batch) => batch * atOnce);
    const look = (start: number) => {
      const noise = this.noise.slice(0, start, Math.min(start + atOnce, count));
      return this.features.lookAtFew(samplesToImages(drawSamples(generator, noise, start), this.size));
    };
    return cat(starts.map((start) => scope(() => look(start))));
  }

  dispose(): void {
    const { mean, covariance } = this.real;
    for (const each of [this.features, mean, covariance, this.noise]) each.dispose();
  }
}

function atMost(count: number, numValues: number, size: ImageSize): number {
  return Math.min(count, Math.floor(numValues / valuesPerImage(size)));
}
