import type { ImageSet } from '../../src/data/images';
import { digitClassifier } from '../../src/evaluation/digit-classifier-cache';
import { fitGaussian, frechetDistance, type Gaussian } from '../../src/evaluation/frechet';
import { RandomFeatures } from '../../src/evaluation/random-features';
import { scope } from '../../src/tensor/scope';

/** Returns the Fréchet distance of images from real ones. */
export type Judge = (drawn: ImageSet) => number;

/** Compares images with these by the features of the digit classifier. */
export function digitJudge(real: ImageSet): Judge {
  const classifier = digitClassifier();
  const gaussianOf = (images: ImageSet): Gaussian => fitGaussian(classifier.look(images).features);
  const gaussian = gaussianOf(real);
  return (drawn) => scope(() => frechetDistance(gaussianOf(drawn), gaussian));
}

/** Compares images with these by random convolutional features. */
export async function randomJudge(real: ImageSet): Promise<(drawn: ImageSet) => Promise<number>> {
  const features = await RandomFeatures.for(real);
  const gaussianOf = async (images: ImageSet): Promise<Gaussian> => {
    const seen = await features.look(images);
    return scope(() => fitGaussian(seen.features));
  };
  const gaussian = await gaussianOf(real);
  return async (drawn) => {
    const other = await gaussianOf(drawn);
    return scope(() => frechetDistance(other, gaussian));
  };
}
