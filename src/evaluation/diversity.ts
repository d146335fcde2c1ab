import { type ImageSet, type ImageSize, valuesPerImage } from '../data/image-set';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { squaredDistances } from './manifold';

/** Enough images to measure how varied a set is, and to limit the memory for large ones. */
const [NUM_COMPARED, MAX_VALUES, FEWEST] = [250, 2 ** 24, 16];

/** Returns the number of images of a size with which to measure how varied a set is. */
export function numCompared(size: ImageSize): number {
  return Math.min(NUM_COMPARED, Math.max(FEWEST, Math.floor(MAX_VALUES / valuesPerImage(size))));
}

/** Mean pixel-wise distances between images. */
export interface Spread {
  /** Over all pairs: small if all images are alike. */
  pairs: number;
  /** From each image to its nearest neighbour: small if a few images are repeated. */
  nearest: number;
}

/** Measures the first `count` images. Only equal counts are comparable: among more images, neighbours are nearer. */
export function measureSpread({ images, ...size }: ImageSet, count: number): Spread {
  if (count < 2) return { pairs: 0, nearest: 0 };
  const numValues = valuesPerImage(size);
  return scope(() => {
    const pixels = tensor(images.subarray(0, count * numValues), { shape: [count, numValues], dtype: 'float32' }).div(
      255,
    );
    const distances = squaredDistances(pixels, pixels).sqrt(); // (N, N), 0 on the diagonal
    const pairs = distances.sum().item() / (count * (count - 1));
    return { pairs, nearest: distances.kthvalue(2, 1).values.mean().item() };
  });
}

/**
 * Returns the variety of samples relative to as many real images, by the worse of the two distances: about 1 if equal,
 * 0 if all samples are identical.
 */
export function diversityBeside(samples: Spread, real: Spread): number {
  // If the real images are identical, no variety is needed.
  const ratio = (sampled: number, wanted: number) => (wanted > 0 ? sampled / wanted : 1);
  return Math.min(ratio(samples.pairs, real.pairs), ratio(samples.nearest, real.nearest));
}
