import { invalidArgument } from '../errors';
import { cat, ones } from '../tensor/creation';
import { RandomGenerator, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** As in torch-fidelity, with whose numbers these compare. */
const [NUM_SUBSETS, SUBSET_SIZE] = [100, 1000];
const FEWEST = 4;

/** The mean and the standard deviation over subsets. */
export interface KernelDistance {
  mean: number;
  deviation: number;
}

/**
 * Returns the kernel distance (KID): the squared maximum mean discrepancy, averaged over 100 random pairs of subsets of
 * 1000 rows, or of half the rows if there are fewer. It is unbiased for any number of rows.
 *
 * @param a (N, F), float64
 * @param b (M, F), float64
 * @see https://arxiv.org/abs/1801.01401
 */
export function kernelDistance(a: Tensor, b: Tensor, { seed }: { seed: number }): KernelDistance {
  const fewest = Math.min(a.shape[0]!, b.shape[0]!);
  if (fewest < FEWEST) throw invalidArgument('features', `at least ${FEWEST} rows`, `${fewest} rows`);
  const size = fewest >= SUBSET_SIZE ? SUBSET_SIZE : Math.floor(fewest / 2);
  const generator = new RandomGenerator(seed);
  const subset = (features: Tensor) => {
    return features.indexSelect(0, randperm(features.shape[0]!, { generator }).slice(0, 0, size));
  };
  const distances = Array.from({ length: NUM_SUBSETS }, () => scope(() => polynomialMmd(subset(a), subset(b))));
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / NUM_SUBSETS;
  const variance = distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / NUM_SUBSETS;
  return { mean, deviation: Math.sqrt(variance) };
}

/**
 * Returns the unbiased estimate of the squared maximum mean discrepancy with the kernel (x·y / F + 1)³. It may be
 * negative.
 *
 * @param a (N, F), float64, at least two rows
 * @param b (M, F), float64, at least two rows
 */
export function polynomialMmd(a: Tensor, b: Tensor): number {
  return scope(() => {
    const [x, y] = [withUnit(a), withUnit(b)];
    const [numX, numY] = [a.shape[0]!, b.shape[0]!];
    const within = withoutDiagonal(x) / (numX * (numX - 1)) + withoutDiagonal(y) / (numY * (numY - 1));
    return within - (2 * sumOfCubes(x, y)) / (numX * numY);
  });
}

/** Scales features and adds a 1 to each row, so that the kernel is the cube of a product. */
function withUnit(features: Tensor): Tensor {
  const [count, size] = features.shape as [number, number];
  return cat([features.div(Math.sqrt(size)), ones([count, 1], { dtype: 'float64' })], 1);
}

/** Rows whose products with all others stay in the cache. */
const BATCH_SIZE = 50;

/** Sums the cubes of the products of all pairs of different rows. */
function withoutDiagonal(rows: Tensor): number {
  let sum = -rows.square().sum(1).pow(3).sum().item();
  for (let start = 0; start < rows.shape[0]!; start += BATCH_SIZE) {
    const batch = rows.slice(0, start, start + BATCH_SIZE);
    // Pairs with later rows come twice.
    sum += sumOfCubes(batch, batch) + 2 * sumOfCubes(batch, rows.slice(0, start + BATCH_SIZE));
  }
  return sum;
}

function sumOfCubes(x: Tensor, y: Tensor): number {
  const columns = y.transpose(0, 1);
  let sum = 0;
  for (let start = 0; start < x.shape[0]!; start += BATCH_SIZE) {
    sum += scope(() => x.slice(0, start, start + BATCH_SIZE).mm(columns).pow(3).sum().item()); // biome-ignore format: one line
  }
  return sum;
}
