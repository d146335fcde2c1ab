import { checkNumber } from '../check';
import { type Numbers, toNumbers } from '../data/numbers';
import { invalidArgument } from '../errors';

/** Result of a test for a uniform distribution over [0, 1]. */
export interface Uniformity {
  /** The Kolmogorov–Smirnov statistic: the largest distance between the two distribution functions. */
  statistic: number;
  /** The probability that independent uniform numbers have at least this statistic. */
  pValue: number;
}

/**
 * Runs the Kolmogorov–Smirnov test, with Stephens's correction for small samples.
 *
 * @param values at least one, each in [0, 1]
 * @throws ERR_INVALID_ARGUMENT if there are no values, or one is not in [0, 1]
 * @see https://doi.org/10.1080/01621459.1974.10480196
 * @example
 * ```ts
 * import { testUniformity } from 'libtorch-generative';
 *
 * const even = Float64Array.from({ length: 100 }, (_, index) => (index + 0.5) / 100);
 * console.log(testUniformity(even).pValue > 0.99, testUniformity(even.map((x) => x ** 2)).pValue < 0.01); // true true
 * ```
 */
export function testUniformity(values: Numbers): Uniformity {
  const sorted = toNumbers('values', values).sort();
  const count = sorted.length;
  if (count === 0) throw invalidArgument('values', 'at least one number', values);
  for (const extreme of [sorted[0], sorted[count - 1]]) checkNumber('values', extreme, { min: 0, max: 1 });
  let statistic = 0;
  for (const [rank, value] of sorted.entries()) {
    statistic = Math.max(statistic, value - rank / count, (rank + 1) / count - value);
  }
  const root = Math.sqrt(count);
  return { statistic, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * statistic) };
}

const NUM_TERMS = 100;

/** Returns P(K > x) of Kolmogorov's distribution: 2 Σ (-1)^(k - 1) exp(-2 k² x²). */
function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1; // in float64; the sum converges slowly here
  let tail = 0;
  for (let k = NUM_TERMS; k >= 1; k--) tail += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * x) ** 2);
  return Math.min(Math.max(tail, 0), 1);
}
