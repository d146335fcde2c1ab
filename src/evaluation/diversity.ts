import type { ImageSet } from '../data/images';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { squaredDistances } from './manifold';

/** Images that are enough to tell how varied a set is. */
export const NUM_COMPARED = 250;

/** Mean distances between images, pixel by pixel. */
export interface Spread {
  /** Of all pairs: small where all images are alike. */
  pairs: number;
  /** Of each image to the one nearest to it: small where the same few come again and again. */
  nearest: number;
}

/** The spread of the first `count` images: the nearest of many is nearer, so only equal counts can be compared. */
export function measureSpread({ images, height, width }: ImageSet, count: number): Spread {
  if (count < 2) return { pairs: 0, nearest: 0 };
  const area = height * width;
  return scope(() => {
    const pixels = tensor(images.subarray(0, count * area), { shape: [count, area], dtype: 'float32' }).div(255);
    const distances = squaredDistances(pixels, pixels).sqrt(); // (N, N), 0 on the diagonal
    const pairs = distances.sum().item() / (count * (count - 1));
    return { pairs, nearest: distances.kthvalue(2, 1).values.mean().item() };
  });
}

/**
 * How varied samples are beside as many real images, by the worse of the two distances: about 1 if as much, 0 if the
 * samples are one and the same.
 */
export function diversityBeside(samples: Spread, real: Spread): number {
  // Real images that are all alike ask for no variety.
  const ratio = (sampled: number, wanted: number) => (wanted > 0 ? sampled / wanted : 1);
  return Math.min(ratio(samples.pairs, real.pairs), ratio(samples.nearest, real.nearest));
}
