import type { ImageSet } from '../data/image-set';
import type { ImageClassifier } from './image-classifier';

/** How often images are of the class that they should be of, as a classifier sees them. */
export interface ClassAccuracy {
  /** Names of the classes. */
  classes: readonly string[];
  /** Fraction of the generated images that are of the class asked for. */
  generated: number;
  /** The same of other real images: the classifier's own accuracy. */
  real: number;
  /** The same of the generated images of each class; null if there are none. */
  byClass: (number | null)[];
}

/** @param real images that the classifier was not trained on */
export function classAccuracy(
  classifier: ImageClassifier,
  { generated, real }: { generated: ImageSet; real: ImageSet },
  classes: readonly string[],
): ClassAccuracy {
  const right = rightOf(classifier, generated);
  return {
    classes,
    generated: partTrue(right)!,
    real: partTrue(rightOf(classifier, real))!,
    byClass: classes.map((_, number) => partTrue(right.filter((_, index) => generated.labels![index] === number))),
  };
}

/** Returns for each image whether it is seen as of its class. */
function rightOf(classifier: ImageClassifier, images: ImageSet): boolean[] {
  const seen = classifier.classify(images);
  return Array.from(images.labels!, (label, index) => seen[index] === label);
}

function partTrue(values: boolean[]): number | null {
  return values.length > 0 ? values.filter(Boolean).length / values.length : null;
}

/** Says so if images are hardly more often of their class than by chance. */
export function classProblem({ classes, generated, real }: ClassAccuracy): string[] {
  const chance = 1 / classes.length;
  if (generated > chance + (real - chance) / 2) return [];
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  return [`only ${percent(generated)} of the samples are of the class asked for, and ${percent(real)} of real images`];
}
