import { invalidArgument } from '../errors';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/** A D-dimensional normal distribution, float64. */
export interface Gaussian {
  /** (D) */
  mean: Tensor;
  /** (D, D) */
  covariance: Tensor;
}

/**
 * Fits a Gaussian to the features' mean and covariance.
 *
 * @param features (N, D), at least two rows; more than columns, as otherwise the covariance is singular and distances are
 *   too large
 * @throws ERR_INVALID_ARGUMENT
 */
export function fitGaussian(features: Tensor): Gaussian {
  const [count = 0, size = 0] = features.shape;
  if (features.shape.length !== 2 || count < 2) {
    throw invalidArgument('features', 'at least two rows', `${count} rows of ${size}`);
  }
  return scope(() => {
    const rows = features.to({ dtype: 'float64' });
    const mean = rows.mean(0);
    const centered = rows.sub(mean);
    const covariance = centered
      .transpose(0, 1)
      .mm(centered)
      .div(count - 1);
    return { mean, covariance };
  });
}

/**
 * Returns the Fréchet distance between two Gaussians, squared as is usual:
 * |μa - μb|² + tr(Σa + Σb - 2 √(Σa Σb)).
 *
 * @see https://arxiv.org/abs/1706.08500
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  return scope(() => {
    const meansApart = a.mean.sub(b.mean).square().sum().item();
    const root = squareRoot(a.covariance);
    // This product has the eigenvalues of Σa Σb and is symmetric.
    const product = root.mm(b.covariance).mm(root);
    const traceOfRoot = nonNegative(product.eigh().values).sqrt().sum().item();
    return Math.max(0, meansApart + trace(a.covariance) + trace(b.covariance) - 2 * traceOfRoot);
  });
}

function squareRoot(covariance: Tensor): Tensor {
  const { values, vectors } = covariance.eigh();
  return vectors.mul(nonNegative(values).sqrt()).mm(vectors.transpose(0, 1));
}

/**
 * Negative eigenvalues are rounding errors. Clamping them makes diagonal jitter unnecessary for singular covariances.
 */
function nonNegative(eigenvalues: Tensor): Tensor {
  return eigenvalues.clamp(0);
}

function trace(matrix: Tensor): number {
  const size = matrix.shape[0]!;
  return matrix
    .reshape(size * size)
    .slice(0, 0, null, size + 1)
    .sum()
    .item();
}
