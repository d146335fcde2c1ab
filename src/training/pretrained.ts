import { join } from 'node:path';
import type { LinkName } from '../data/link';
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

/** What a net in the package has learned from: series of all kinds, or, after them, counts that are often 0. */
export type PretrainedKind = 'all' | 'counts';

const FOLDER = join(__dirname, '..', '..', 'pretrained');

/** Written by scripts/pretrain. */
export const PRETRAINED_FILES: Record<PretrainedKind, string> = {
  all: join(FOLDER, 'mdn-rnn.safetensors'),
  counts: join(FOLDER, 'mdn-rnn-counts.safetensors'),
};

/** Returns which net forecasts series that are seen through a link. */
export function kindFor(link: LinkName): PretrainedKind {
  return link === 'count' ? 'counts' : 'all';
}

/**
 * Returns a net that has learned from synthetic series. It ignores inputs beyond those of a {@link SmoothingEncoding}
 * without covariates and calendar, until it is trained on them.
 *
 * @throws ERR_FILE
 */
export function pretrainedModel(inputDim: number = NUM_SMOOTHING_INPUTS, kind: PretrainedKind = 'all'): MdnRnn {
  const { hidden, mixtures } = PRETRAINED;
  const model = withSeed(0, () => new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures }));
  scope(() => {
    const { tensors } = readSafetensors(PRETRAINED_FILES[kind]);
    const ignored = zeros([3 * hidden, inputDim - NUM_SMOOTHING_INPUTS]);
    const inputWeights = noGrad(() => cat([tensors['rnn.weight_ih_l0']!, ignored], 1)); // (3 H, I)
    model.loadStateDict({ ...tensors, 'rnn.weight_ih_l0': inputWeights });
  });
  return model;
}
