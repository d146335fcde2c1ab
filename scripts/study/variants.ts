import type { TrainGanOptions } from '../../src/training/gan-settings';

/** Where the search began: hidden 512, beta1 0.5, lr 2e-4, batches of 128. */
const BASE: TrainGanOptions = {
  preset: 'recommended',
  hidden: 512,
  beta1: 0.5,
  lr: 2e-4,
  realLabel: 0.9,
  batchSize: 128,
};

/** By name; one value changed at a time, then the best together. */
export const VARIANTS: Record<string, TrainGanOptions> = {
  article: { preset: 'article' },
  base: BASE,
  'hidden-256': { ...BASE, hidden: 256 },
  'hidden-1024': { ...BASE, hidden: 1024 },
  'beta1-0': { ...BASE, beta1: 0 },
  'beta1-0.3': { ...BASE, beta1: 0.3 },
  'beta1-0.7': { ...BASE, beta1: 0.7 },
  'lr-1e-4': { ...BASE, lr: 1e-4 },
  'lr-5e-4': { ...BASE, lr: 5e-4 },
  'lr-1e-3': { ...BASE, lr: 1e-3 },
  'label-1': { ...BASE, realLabel: 1 },
  'label-0.8': { ...BASE, realLabel: 0.8 },
  'batch-64': { ...BASE, batchSize: 64 },
  'batch-256': { ...BASE, batchSize: 256 },
};
