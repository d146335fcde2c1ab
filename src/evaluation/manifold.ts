import { checkSize } from '../check';
import { invalidArgument } from '../errors';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** An estimate of the region that samples come from: balls around them, each reaching to its k-th neighbour. */
export interface Manifold {
  /** (N, D), float64. */
  centers: Tensor;
  /** Squared radii: (N). */
  radii: Tensor;
}

/** Number of rows whose distances to all others are in memory at once. */
const BATCH_SIZE = 250;

/**
 * Estimates the region that feature vectors come from, by their k-th nearest neighbours.
 *
 * @param features (N, D), more than `k` rows
 * @see https://arxiv.org/abs/1904.06991
 */
export function estimateManifold(features: Tensor, k = 3): Manifold {
  checkSize('k', k);
  const [count = 0] = features.shape;
  if (count <= k) throw invalidArgument('features', `more than ${k} rows`, `${count} rows`);
  return scope(() => {
    const centers = features.to({ dtype: 'float64' });
    const radii = centers.sum(1).zero_();
    // The first neighbour is the vector itself.
    inBatches(centers, (rows, start) => {
      const farthest = squaredDistances(rows, centers).kthvalue(k + 1, 1).values;
      radii.slice(0, start, start + BATCH_SIZE).copy_(farthest);
    });
    return { centers, radii };
  });
}

/**
 * Returns the fraction of feature vectors within a manifold: for generated vectors and the real manifold, the precision
 * (they look real); for real vectors and the generated manifold, the recall (they could have been generated).
 *
 * @param features (N, D)
 */
export function partWithin(features: Tensor, { centers, radii }: Manifold): number {
  let within = 0;
  inBatches(features.to({ dtype: 'float64' }), (rows) => {
    const outside = squaredDistances(rows, centers).sub(radii).min(1).values; // (B)
    within += outside.le(0).to({ dtype: 'float64' }).sum().item();
  });
  return within / features.shape[0]!;
}

function inBatches(features: Tensor, body: (rows: Tensor, start: number) => void): void {
  for (let start = 0; start < features.shape[0]!; start += BATCH_SIZE) {
    scope(() => body(features.slice(0, start, start + BATCH_SIZE), start));
  }
}

/** Returns the squared distances (A, B) between rows (A, D) and (B, D). */
export function squaredDistances(a: Tensor, b: Tensor): Tensor {
  return scope(() => {
    const products = a.mm(b.transpose(0, 1));
    const norms = a.square().sum(1, { keepdim: true }).add(b.square().sum(1));
    return norms.sub(products.mul(2)).clamp(0);
  });
}
