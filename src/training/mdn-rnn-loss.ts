import { knownTargets } from '../data/forecaster';
import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture, mixtureNll } from '../models/mixture';
import { mseLoss } from '../nn/losses';
import type { Tensor } from '../tensor/tensor';
import type { MdnRnnSettings } from './mdn-rnn-settings';

type LossOptions = Pick<MdnRnnSettings, 'loss' | 'betaNll'>;

/**
 * Returns the loss of predicting every value of segments: as {@link windowLoss}, over all their targets.
 *
 * @param segments (B, T, 1 + I): the target of each step, NaN for none, then its inputs
 */
export function segmentLoss(model: MdnRnn, segments: Tensor, options: LossOptions): Tensor {
  const [targets, positions] = knownTargets(segments);
  const raw = model.forwardEach(segments.slice(-1, 1).contiguous()); // (B, T, K, 3)
  return mixtureLoss(raw.view(-1, model.numMixtures, 3).indexSelect(0, positions), targets, options);
}

/**
 * Returns the loss of predicting each window's last value from the rows before it: the mean negative log-likelihood in
 * nats, or the squared error of the mixture's mean, the closest interpretation of the article's MSE.
 *
 * @param windows (B, window + 1, I), the value first in each row
 */
export function windowLoss(model: MdnRnn, windows: Tensor, options: LossOptions): Tensor {
  const { inputs, target } = split(windows);
  if (options.loss === 'nll' && options.betaNll === 0) return model.nll(inputs, target);
  return mixtureLoss(model.forward(inputs), target, options);
}

function mixtureLoss(raw: Tensor, target: Tensor, { loss, betaNll }: LossOptions): Tensor {
  if (loss === 'nll' && betaNll === 0) return mixtureNll(raw, target);
  const mixture = new Mixture(raw);
  return loss === 'mse' ? mseLoss(mixture.mean(), target) : betaNegativeLogLikelihood(mixture, target, betaNll);
}

function split(windows: Tensor): { inputs: Tensor; target: Tensor } {
  const inputs = windows.slice(1, 0, -1); // (B, window, I)
  const last = windows.select(1, -1); // (B, I)
  return { inputs, target: last.size(1) === 1 ? last : last.slice(1, 0, 1) }; // (B, 1)
}

/** @see https://arxiv.org/abs/2203.09168 */
function betaNegativeLogLikelihood(mixture: Mixture, target: Tensor, beta: number): Tensor {
  const weights = mixture.variance().squeeze(-1).pow(beta).detach(); // (B)
  return mixture.logProb(target).mul(weights).mean().neg();
}
