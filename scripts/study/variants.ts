import type { TrainGanOptions } from '../../src/training/gan-settings';

/** Where the search began. */
const START: TrainGanOptions = { hidden: 512, beta1: 0.5, lr: 2e-4, realLabel: 0.9, batchSize: 128 };
/** What it found of one value at a time. */
const FAST: TrainGanOptions = { ...START, lr: 1e-3 };
const AVERAGED: TrainGanOptions = { ...FAST, emaDecay: 0.999 };

/** The best of these together. */
const BEST: TrainGanOptions = { ...AVERAGED, beta1: 0.3, batchSize: 64 };

/** By name: the start, then what one value more or less makes of it. */
export const VARIANTS: Record<string, TrainGanOptions> = {
  article: { preset: 'article' },
  start: START,
  'start, hidden 256': { ...START, hidden: 256 },
  'start, lr 5e-4': { ...START, lr: 5e-4 },
  fast: FAST,
  averaged: AVERAGED,
  'averaged, lr 5e-4': { ...AVERAGED, lr: 5e-4 },
  'averaged, lr 2e-3': { ...AVERAGED, lr: 2e-3 },
  'averaged, beta1 0': { ...AVERAGED, beta1: 0 },
  'averaged, beta1 0.3': { ...AVERAGED, beta1: 0.3 },
  'averaged, beta1 0.7': { ...AVERAGED, beta1: 0.7 },
  'averaged, label 1': { ...AVERAGED, realLabel: 1 },
  'averaged, label 0.8': { ...AVERAGED, realLabel: 0.8 },
  'averaged, batch 64': { ...AVERAGED, batchSize: 64 },
  'averaged, batch 256': { ...AVERAGED, batchSize: 256 },
  'averaged, hinge': { ...AVERAGED, loss: 'hinge', realLabel: 1 },
  'averaged, least squares': { ...AVERAGED, loss: 'least-squares' },
  'averaged, clip norm 1': { ...AVERAGED, clipNorm: 1 },
  'averaged, hidden 256': { ...AVERAGED, hidden: 256 },
  'averaged, hidden 1024': { ...AVERAGED, hidden: 1024 },
  best: BEST,
  'best, beta1 0': { ...BEST, beta1: 0 },
  'best, lr 5e-4': { ...BEST, lr: 5e-4 },
  'best, lr 2e-3': { ...BEST, lr: 2e-3 },
  'best, least squares': { ...BEST, loss: 'least-squares' },
  'best, hidden 1024': { ...BEST, hidden: 1024 },
};
