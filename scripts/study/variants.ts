import type { TrainGanOptions } from '../../src/training/gan-options';

/** Where the search began. */
const START: TrainGanOptions = { hidden: 512, beta1: 0.5, lr: 2e-4, realLabel: 0.9, batchSize: 128, emaDecay: 0 };
/** What it found of one value at a time. */
const FAST: TrainGanOptions = { ...START, lr: 1e-3 };
const AVERAGED: TrainGanOptions = { ...FAST, emaDecay: 0.999 };

/** In batches of 64 an epoch has twice the steps, and takes nearly twice the time. */
const TWICE: TrainGanOptions = { ...AVERAGED, beta1: 0, batchSize: 64 };

/** By name: the start, then what one value more or less makes of it. */
export const VARIANTS: Record<string, TrainGanOptions> = {
  article: { preset: 'article' },
  start: START,
  'start, lr 5e-4': { ...START, lr: 5e-4 },
  fast: FAST,
  averaged: AVERAGED,
  recommended: { preset: 'recommended' }, // averaged, with beta1 0
  'by class': { conditional: true },
  'averaged, lr 5e-4': { ...AVERAGED, lr: 5e-4 },
  'averaged, lr 2e-3': { ...AVERAGED, lr: 2e-3 },
  'averaged, beta1 0.3': { ...AVERAGED, beta1: 0.3 },
  'averaged, batch 64': { ...AVERAGED, batchSize: 64 },
  'averaged, hinge': { ...AVERAGED, loss: 'hinge', realLabel: 1 },
  'averaged, least squares': { ...AVERAGED, loss: 'least-squares' },
  'twice the steps': TWICE,
  'twice the steps, beta1 0.3': { ...TWICE, beta1: 0.3 },
  'twice the steps, beta1 0.3, lr 5e-4': { ...TWICE, beta1: 0.3, lr: 5e-4 },
  'twice the steps, beta1 0.3, lr 2e-3': { ...TWICE, beta1: 0.3, lr: 2e-3 },
};
