import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { mseLoss } from '../nn/losses';
import type { Tensor } from '../tensor/tensor';
import type { MdnRnnSettings } from './mdn-rnn-settings';

/**
 * Returns the loss of predicting each window's last value from the rows before it: the mean negative log-likelihood in
 * nats, or the squared error of the mixture's mean, the closest interpretation of the article's MSE.
 *
 * @param windows (B, window + 1, I), the value first in each row
 */
export function mdnRnnLoss(
  model: MdnRnn,
  windows: Tensor,
  { loss, betaNll }: Pick<MdnRnnSettings, 'loss' | 'betaNll'>,
): Tensor {
  const { inputs, target } = split(windows);
  if (loss === 'nll' && betaNll === 0) return model.nll(inputs, target);
  const mixture = new Mixture(model.forward(inputs));
  return loss === 'mse' ? mseLoss(mixture.mean(), target) : betaNegativeLogLikelihood(mixture, target, betaNll);
}

function split(windows: Tensor): { inputs: Tensor; target: Tensor } {
  const inputs = windows.slice(1, 0, -1); // (B, window, I)
  return { inputs, target: windows.select(1, -1).slice(1, 0, 1) }; // (B, 1)
}

/** @see https://arxiv.org/abs/2203.09168 */
function betaNegativeLogLikelihood(mixture: Mixture, target: Tensor, beta: number): Tensor {
  const weights = mixture.variance().squeeze(-1).pow(beta).detach(); // (B)
  return mixture.logProb(target).mul(weights).mean().neg();
}
