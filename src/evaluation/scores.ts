// Proper scores: on average, a forecaster scores best by reporting what it believes.
import { checkInstance, checkNumber } from '../check';
import { type Numbers, toNumbers } from '../data/numbers';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { Mixture } from '../models/mixture';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';

/**
 * Returns the continuous ranked probability score of one-dimensional mixtures, in closed form: E|X - y| - E|X - X'| /
 * 2.
 *
 * @param value the actual values: (B, 1)
 * @returns (B), in the value's units; for a point forecast, the absolute error
 * @throws ERR_SHAPE for another shape, or mixtures of more than one dimension
 * @see https://doi.org/10.1256/qj.05.235
 * @example
 * ```ts
 * import { Mixture, mixtureCrps, tensor } from 'libtorch-generative';
 *
 * const narrow = new Mixture(tensor([[[0, -10, 0]]]), { varianceFloor: 1e-6 }); // almost certainly 0
 * console.log(mixtureCrps(narrow, tensor([[3]])).item().toFixed(2)); // 3.00
 * ```
 */
export function mixtureCrps(mixture: Mixture, value: Tensor): Tensor {
  checkInstance('mixture', mixture, Mixture);
  checkInstance('mixture.means', mixture.means, Tensor);
  checkInstance('value', value, Tensor);
  const [batch, , dim] = mixture.means.shape;
  const { shape } = value;
  if (dim !== 1) throw shapeError('mixtures of one dimension', 'mixture', `${dim}`);
  // A single mixture is broadcast to all values.
  if (shape.length !== 2 || shape[1] !== 1 || (batch !== 1 && shape[0] !== batch)) {
    throw shapeError(`a Tensor of shape (${batch}, 1)`, 'value', `(${shape.join(', ')})`);
  }
  return scope(() => {
    const { means, variances } = mixture;
    const weights = mixture.weights().squeeze(-1); // (B, K)
    const toValue = weights.mul(meanAbsolute(value.sub(means.squeeze(-1)), variances)).sum(1); // (B)
    const differences = means.sub(means.transpose(1, 2)); // (B, K, K)
    const sums = variances.unsqueeze(2).add(variances.unsqueeze(1));
    const pairs = weights.unsqueeze(2).mul(weights.unsqueeze(1)).mul(meanAbsolute(differences, sums));
    return toValue.sub(pairs.sum([1, 2]).mul(0.5));
  });
}

function shapeError(expected: string, name: string, received: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_SHAPE', `Expected ${expected} for ${name} but received ${received}`);
}

const SQRT_2_PI = Math.sqrt(2 * Math.PI);

/** Returns E|X| of Gaussians. */
function meanAbsolute(mean: Tensor, variance: Tensor): Tensor {
  const deviation = variance.sqrt();
  const standard = mean.div(deviation);
  const density = standard
    .square()
    .mul(-0.5)
    .exp()
    .mul(2 / SQRT_2_PI);
  return deviation.mul(density).add(mean.mul(standard.div(Math.SQRT2).erf()));
}

/**
 * Returns the continuous ranked probability score of draws, in the value's units. If all draws are equal, it is the
 * absolute error.
 *
 * @param sorted at least one draw, in ascending order
 * @param value the actual value
 * @throws ERR_INVALID_ARGUMENT if there are no draws, or they are not in ascending order; ERR_NOT_FINITE if the score
 *   overflows
 * @see https://doi.org/10.1198/016214506000001437
 * @example
 * ```ts
 * import { sampleCrps } from 'libtorch-generative';
 *
 * console.log(sampleCrps([1, 2, 3], 2).toFixed(4)); // 0.2222
 * ```
 */
export function sampleCrps(sorted: Numbers, value: number): number {
  const draws = toNumbers('sorted', sorted);
  checkNumber('value', value);
  if (draws.length === 0) throw invalidArgument('sorted', 'at least one draw', sorted);
  const odd = draws.findIndex((draw, rank) => draw < draws[rank - 1]!);
  if (odd !== -1) throw invalidArgument(`sorted[${odd}]`, 'draws in ascending order', draws[odd]);
  return finite(crpsOfDraws(draws, value));
}

/** {@link sampleCrps} without checks. */
export function crpsOfDraws(sorted: Float64Array, value: number): number {
  const count = sorted.length;
  let error = 0;
  let spread = 0; // E|X - X'| / 2, from each draw's rank
  for (const [rank, draw] of sorted.entries()) {
    error += Math.abs(draw - value) / count;
    spread += ((2 * rank + 1 - count) * draw) / count ** 2;
  }
  return error - spread;
}

/**
 * Returns the score of one quantile, in the value's units. At level 0.5 it is half the absolute error.
 *
 * @param quantile the predicted quantile
 * @param level level of the quantile, from 0 to 1
 * @param value the actual value
 * @throws ERR_INVALID_ARGUMENT; ERR_NOT_FINITE if the score overflows
 * @see https://doi.org/10.1198/016214506000001437
 * @example
 * ```ts
 * import { pinballLoss } from 'libtorch-generative';
 *
 * console.log(pinballLoss(10, 0.75, 14), pinballLoss(10, 0.75, 6)); // 3 1
 * ```
 */
export function pinballLoss(quantile: number, level: number, value: number): number {
  checkNumber('quantile', quantile);
  checkNumber('level', level, { min: 0, max: 1 });
  checkNumber('value', value);
  return finite(pinball(quantile, level, value));
}

/** {@link pinballLoss} without checks. */
export function pinball(quantile: number, level: number, value: number): number {
  const difference = value - quantile;
  return Math.max(level * difference, (level - 1) * difference);
}

function finite(score: number): number {
  if (Number.isFinite(score)) return score;
  throw new LibtorchGenerativeError('ERR_NOT_FINITE', 'The score overflows: rescale the values');
}
