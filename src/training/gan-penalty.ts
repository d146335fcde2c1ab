import { grad } from '../tensor/autograd';
import { rand } from '../tensor/random';
import type { Tensor } from '../tensor/tensor';

/** The weight of {@link gradientPenalty}. */
const LAMBDA = 10;

/**
 * WGAN-GP's penalty for slopes of the discriminator other than 1, between real data and fakes.
 *
 * @param judge returns the discriminator's outputs (B, 1)
 * @see https://arxiv.org/abs/1704.00028
 */
export function gradientPenalty(judge: (data: Tensor) => Tensor, real: Tensor, fake: Tensor): Tensor {
  const share = rand([real.size(0), 1], { device: real.device });
  const rest = share.neg().add(1);
  const between = real.mul(share).add(fake.reshape(real.shape).mul(rest)).detach().requiresGrad_();
  const norms = slopesOf(judge(between), between).norm(1); // (B)
  return norms.sub(1).square().mean().mul(LAMBDA);
}

/**
 * R1: half the mean squared slope of the discriminator at real data.
 *
 * @param output the discriminator's outputs (B, 1) for `real`, which requires a gradient
 * @see https://arxiv.org/abs/1801.04406
 */
export function r1Penalty(output: Tensor, real: Tensor): Tensor {
  return slopesOf(output, real).square().sum(1).mean().mul(0.5);
}

/** Returns the gradient of each row's output, in a row (B, dataDim). */
function slopesOf(output: Tensor, data: Tensor): Tensor {
  const [slopes] = grad(output.sum(), [data], { createGraph: true });
  return slopes.flatten(1);
}
