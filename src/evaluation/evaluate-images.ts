import { type Checks, checkFunction, checkInteger, readOptions } from '../check';
import { type ImageSet, toImageSet } from '../data/images';
import { invalidArgument } from '../errors';
import { checkPath } from '../option';
import { RandomGenerator, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { type ClassAccuracy, classAccuracy, classProblem } from './class-accuracy';
import { missingDigits } from './collapse';
import { areMnistImages, type DigitClassifierOptions, digitClassifier } from './digit-classifier-cache';
import { DigitFeatures } from './digit-features';
import { diversityBeside, measureSpread, numCompared, type Spread } from './diversity';
import { fitGaussian, frechetDistance, type Gaussian } from './frechet';
import type { FeatureInfo, ImageFeatures, SeenImages } from './image-features';
import { imageProblems } from './image-problems';
import { kernelDistance } from './kernel-distance';
import { estimateManifold, type Manifold, partWithin } from './manifold';
import { compareNearest, memorizingProblem, type NearestComparison } from './nearest-images';
import { OnnxFeatures } from './onnx-features';
import { drawPixelGaussian } from './pixel-gaussian';
import { RandomFeatures } from './random-features';
import { trainImageClassifier } from './train-image-classifier';

/** Options of {@link evaluateImages}. */
export interface ImageEvaluationOptions extends DigitClassifierOptions {
  /** Real images not in `real`, scored as a reference; default one half of `real`, compared with the other half. */
  heldOut?: ImageSet | undefined;
  /**
   * An ONNX file with a model whose features are compared, such as an Inception network's, run by onnxruntime-node. Its
   * input is (N, 3, H, W), in RGB: of uint8 from 0 to 255, or of float32 from 0 to 1; any other normalization is part of the
   * model. Images are resized to H × W; if these are dynamic, they keep their size. Its first output is (N, F), or
   * (N, F, 1, 1), with at most 4096 features. Default a classifier's features for MNIST's images, and random convolutional
   * ones for others.
   */
  features?: string | undefined;
  /** Seed of all random choices; default 0. */
  seed?: number | undefined;
}

const OPTIONS: Checks<ImageEvaluationOptions> = {
  heldOut: (name, value) => void toImageSet(name, value as ImageSet),
  features: checkPath,
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
  /**
   * Kernel distance (KID), the mean over 100 random subsets of 1000 images, or of half of the images if there are fewer;
   * lower is better. Unlike the Fréchet distance, it is unbiased for any number of images.
   */
  kid: number;
  /** Standard deviation of the kernel distance over the subsets. */
  kidDeviation: number;
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
  /** How often they are of the class asked for; only where the classes of all images are known. */
  classes?: ClassAccuracy | undefined;
  /** What is wrong with the generated images; empty only if they resemble the real ones and are varied. */
  problems: string[];
  /** What the images are compared by. */
  features: FeatureInfo;
  /** Accuracy on MNIST's test images of the classifier whose features are compared; only on MNIST. */
  classifierAccuracy?: number | undefined;
  /** The real images that are most similar to generated ones: if these are copies, the generator memorizes. */
  nearest: NearestComparison;
}

/** Fewer images say too little. */
const FEWEST = 65;

/** Maximum number of feature vectors to search for neighbours; the time grows with its square. */
const MANIFOLD_SIZE = 5000;

/**
 * Compares generated images with real ones, by features: those of a digit classifier for MNIST's images, random
 * convolutional ones for others, or those of a model of your own. Distances compare only if the features are the same, and
 * random ones also depend on the real images. The digit classifier is trained in a few seconds on the first call and kept
 * in the package's cache. Images may have any size, but all the same one.
 *
 * Where `labels` tell the classes of all images, such as those of a {@link ConditionalGenerator}, another classifier, trained
 * on the real images, says how often generated ones are of their class.
 *
 * @param generated such as from {@link drawImages}
 * @param real the generator's training images, such as from {@link readImages}
 * @throws ERR_INVALID_ARGUMENT, also for fewer than 65 images or images of different sizes; with `features`, ERR_FILE and
 *   ERR_DATA_FORMAT, with the file, ERR_NOT_FINITE, and ERR_NOT_INSTALLED without onnxruntime-node
 * @see https://arxiv.org/abs/1706.08500
 * @see https://arxiv.org/abs/1801.01401
 * @see https://arxiv.org/abs/1904.06991
 * @see https://arxiv.org/abs/2002.09797
 * @example
 * ```ts
 * import { drawImagesSync, evaluateImages, Generator, readTestImages } from 'libtorch-generative';
 *
 * const real = (await readTestImages('mnist'))!;
 * const few = { ...real, images: real.images.subarray(0, 200 * 28 * 28), count: 200 };
 * const untrained = drawImagesSync(new Generator(), { count: 100, height: 28, width: 28 });
 * const { rows, features } = await evaluateImages(untrained, few);
 * const [generated, others] = rows;
 * console.log(features.kind, generated!.frechet > others!.frechet, generated!.recall); // random true 0
 * ```
 */
export async function evaluateImages(
  generated: ImageSet,
  real: ImageSet,
  options: ImageEvaluationOptions = {},
): Promise<ImageEvaluation> {
  const { seed = 0, ...checked } = readOptions(options, OPTIONS);
  return compare(toImageSet('generated', generated), toImageSet('real', real), { ...checked, seed });
}

async function compare(
  generated: ImageSet,
  real: ImageSet,
  options: ImageEvaluationOptions & { seed: number },
): Promise<ImageEvaluation> {
  const { heldOut, seed } = options;
  const [reference, others] = heldOut ? [real, heldOut] : halves(real, seed);
  checkImages('generated', generated, real);
  checkImages(heldOut ? 'real' : 'each half of real', reference, real);
  if (heldOut) checkImages('heldOut', heldOut, real);
  const sets = { reference, generated, real: others, noise: drawPixelGaussian(reference, generated.count, seed) };
  const features = await featuresFor(real, options);
  const seen: Partial<Record<keyof typeof sets, SeenImages>> = {};
  try {
    for (const name of Object.keys(sets) as (keyof typeof sets)[]) seen[name] = await features.look(sets[name]);
    const { kind, size, description, accuracy: classifierAccuracy } = features;
    const nearest = compareNearest({ generated, real }, { others, reference });
    const found = scope(() => score(sets, seen as Required<typeof seen>, seed));
    const classes = classesOf(sets, features, real.classes, options);
    const problems = [...found.problems, ...(classes ? classProblem(classes) : []), ...memorizingProblem(nearest)];
    return { ...found, classes, problems, features: { kind, size, description }, classifierAccuracy, nearest };
  } finally {
    features.dispose();
    for (const each of Object.values(seen)) each.features.dispose();
  }
}

/** @throws as {@link evaluateImages} */
async function featuresFor(real: ImageSet, { features, onTraining }: ImageEvaluationOptions): Promise<ImageFeatures> {
  if (features !== undefined) return OnnxFeatures.load(features, real);
  return areMnistImages(real) ? new DigitFeatures(digitClassifier({ onTraining })) : RandomFeatures.for(real);
}

/** Returns how often generated images are of the class asked for, if all classes are known. */
function classesOf(
  { reference, generated, real }: Sets<ImageSet>,
  features: ImageFeatures,
  classes: readonly string[] | undefined,
  { onTraining }: ImageEvaluationOptions,
): ClassAccuracy | undefined {
  if (!generated.labels || !reference.labels || !real.labels || !classes) return undefined;
  if (features instanceof DigitFeatures) return classAccuracy(features.classifier, { generated, real }, classes);
  onTraining?.();
  const classifier = trainImageClassifier(reference, classes.length);
  try {
    return classAccuracy(classifier, { generated, real }, classes);
  } finally {
    classifier.dispose();
  }
}

type Sets<Of> = Record<'reference' | 'generated' | 'real' | 'noise', Of>;

function score({ reference, generated, real, noise }: Sets<ImageSet>, seen: Sets<SeenImages>, seed: number) {
  const count = Math.min(numCompared(reference), generated.count, reference.count, real.count);
  const judge = new Judge(reference, seen.reference, { seed, numCompared: count });
  const scores = {
    generated: judge.score('generated', generated, seen.generated),
    real: judge.score('real', real, seen.real),
    noise: judge.score('pixelGaussian', noise, seen.noise),
  };
  const digits = compareDigits(seen.generated.digits, seen.reference.digits);
  const problems = imageProblems(scores, digits?.generated);
  return { rows: Object.values(scores), numReal: reference.count, digits, problems };
}

/** Scores images against the real ones. */
class Judge {
  readonly #gaussian: Gaussian;
  readonly #manifold: Manifold;
  readonly #spread: Spread;

  constructor(
    real: ImageSet,
    readonly seen: SeenImages,
    readonly options: { seed: number; numCompared: number },
  ) {
    this.#gaussian = fitGaussian(seen.features);
    this.#manifold = estimateManifold(this.#choose(seen.features));
    this.#spread = measureSpread(real, options.numCompared);
  }

  score(name: ImageScores['name'], images: ImageSet, { features }: SeenImages): ImageScores {
    return scope(() => {
      const chosen = this.#choose(features);
      const kid = kernelDistance(features, this.seen.features, this.options);
      return {
        name,
        count: images.count,
        frechet: frechetDistance(fitGaussian(features), this.#gaussian),
        kid: kid.mean,
        kidDeviation: kid.deviation,
        precision: partWithin(chosen, this.#manifold),
        recall: partWithin(this.#manifold.centers, estimateManifold(chosen)),
        diversity: diversityBeside(measureSpread(images, this.options.numCompared), this.#spread),
      };
    });
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
  if (count < FEWEST) throw invalidArgument(name, `at least ${FEWEST} images`, count);
  if (height !== real.height || width !== real.width) {
    throw invalidArgument(name, `images of ${real.width} x ${real.height} pixels`, `${width} x ${height}`);
  }
  const numClasses = real.classes?.length ?? Infinity;
  const unknown = images.labels?.find((label) => label >= numClasses);
  if (unknown !== undefined) throw invalidArgument(`${name}.labels`, `0 to ${numClasses - 1}`, unknown);
  if (channels !== real.channels) throw invalidArgument(`${name}.channels`, `${real.channels}`, channels);
}

/** Splits images at random into two disjoint halves. */
function halves({ images, count, labels, channels, height, width }: ImageSet, seed: number): [ImageSet, ImageSet] {
  const size = channels * height * width;
  const order = scope(() => randperm(count, { generator: new RandomGenerator(seed) }).toArray());
  const pick = (from: number, to: number): ImageSet => {
    const picked = new Uint8Array((to - from) * size);
    for (let i = from; i < to; i++) {
      const index = Number(order[i]);
      picked.set(images.subarray(index * size, (index + 1) * size), (i - from) * size);
    }
    const pickedLabels = labels && Int32Array.from(order.subarray(from, to), (index) => labels[Number(index)]!);
    return { images: picked, count: to - from, labels: pickedLabels, channels, height, width };
  };
  const half = Math.floor(count / 2);
  return [pick(0, half), pick(half, 2 * half)];
}

function compareDigits(generated: number[] | undefined, real: number[] | undefined): ImageEvaluation['digits'] {
  return generated && real && { generated, real, missing: missingDigits(generated, real) };
}
