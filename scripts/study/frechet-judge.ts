import type { ImageSet } from '../../src/data/images';
import { digitClassifier } from '../../src/evaluation/digit-classifier-cache';
import { fitGaussian, frechetDistance, type Gaussian } from '../../src/evaluation/frechet';
import { scope } from '../../src/tensor/scope';

/** Returns the Fréchet distance of images from real ones. */
export type Judge = (drawn: ImageSet) => number;

/** Compares images with these by the features of the digit classifier. */
export function judge(real: ImageSet): Judge {
  const classifier = digitClassifier();
  const gaussianOf = (images: ImageSet): Gaussian => fitGaussian(classifier.look(images).features);
  const gaussian = gaussianOf(real);
  return (drawn) => scope(() => frechetDistance(gaussianOf(drawn), gaussian));
}
