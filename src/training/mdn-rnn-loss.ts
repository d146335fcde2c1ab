import type { MdnRnn } from '../models/mdn-rnn';
import { type LossAndGradients, mdnRnnNllGradients } from '../models/mdn-rnn-nll';
import { Mixture, mixtureNll } from '../models/mixture';
import { mseLoss } from '../nn/losses';
import { grad } from '../tensor/autograd';
import type { Tensor } from '../tensor/tensor';
import type { MdnRnnSettings } from './mdn-rnn-settings';

type LossSettings = Pick<MdnRnnSettings, 'loss' | 'betaNll'>;

/**
 * The loss of predicting each window's last value from the rows before it: the mean negative log likelihood in nats, or
 * the squared error of the mixture's mean, which is the nearest meaning of the article's MSE.
 *
 * @param windows (B, window + 1, I), the value first in each row
 */
export function mdnRnnLoss(model: MdnRnn, windows: Tensor, { loss, betaNll }: LossSettings): Tensor {
  const { inputs, target } = split(windows);
  const raw = model.forward(inputs); // (B, K, 3)
  if (loss === 'mse') return mseLoss(new Mixture(raw).mean(), target);
  if (betaNll > 0) return betaNegativeLogLikelihood(new Mixture(raw), target, betaNll);
  return model.exact ? new Mixture(raw).logProb(target).mean().neg() : mixtureNll(raw, target);
}

/** {@link mdnRnnLoss} with its gradients, for which the likelihood of a model that is not exact needs no graph. */
export function mdnRnnGradients(model: MdnRnn, windows: Tensor, settings: LossSettings): LossAndGradients {
  if (settings.loss === 'nll' && settings.betaNll === 0 && !model.exact) {
    const { inputs, target } = split(windows);
    return mdnRnnNllGradients(model, inputs, target);
  }
  const loss = mdnRnnLoss(model, windows, settings);
  return { loss, gradients: grad(loss, model.parameters()) };
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
