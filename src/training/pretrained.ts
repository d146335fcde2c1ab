import { join } from 'node:path';
import { NUM_SMOOTHING_INPUTS } from '../data/smoothing-filters';
import { MdnRnn } from '../models/mdn-rnn';
import { noGrad } from '../tensor/autograd';
import { cat, zeros } from '../tensor/creation';
import { withSeed } from '../tensor/random';
import { readSafetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';

/** Sizes of the net in the package. */
export const PRETRAINED = { hidden: 192, mixtures: 4 } as const;

/**
 * By how much its forecasts are widened: real series hold more surprises than synthetic ones. Without, the 90 % intervals
 * held 85 % in scripts/study.
 */
export const PRETRAINED_SPREAD: readonly number[] = [1.1];

/** Written by scripts/pretrain. */
export const PRETRAINED_FILE = join(__dirname, '..', '..', 'pretrained', 'mdn-rnn.safetensors');

/**
 * Returns the net that has learned from synthetic series. It ignores inputs beyond those of a {@link SmoothingEncoding}
 * without covariates and calendar, until it is trained on them.
 *
 * @throws ERR_FILE
 */
export function pretrainedModel(inputDim: number = NUM_SMOOTHING_INPUTS): MdnRnn {
  const { hidden, mixtures } = PRETRAINED;
  const model = withSeed(0, () => new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures }));
  scope(() => {
    const { tensors } = readSafetensors(PRETRAINED_FILE);
    const ignored = zeros([3 * hidden, inputDim - NUM_SMOOTHING_INPUTS]);
    const inputWeights = noGrad(() => cat([tensors['rnn.weight_ih_l0']!, ignored], 1)); // (3 H, I)
    model.loadStateDict({ ...tensors, 'rnn.weight_ih_l0': inputWeights });
  });
  return model;
}
