// The cases and their targets, ratios of PyTorch's time to ours.
import type { Column } from './row';
import type { GruStep, Work } from './work';

export interface StepCase {
  name: string;
  title: string;
  work: Work;
  target?: number;
  floorTarget?: number;
  /** Beside PyTorch, ours, the floor and the peak. */
  peers: Exclude<Column, 'pytorch' | 'ours' | 'floor' | 'peak'>[];
  /** Left out of a quick run. */
  isLong?: boolean;
}

const FLOOR_TARGET = 1.3;
const TRAIN_PEERS = ['ownLoop', 'defaultAdam', 'compiled'] as const;
const GAN_PEERS = [...TRAIN_PEERS, 'tfjs'] as const;

const ganAsWritten: StepCase = {
  name: 'gan-as-written',
  title: 'GAN step as written, 128 × 784 random data',
  work: { kind: 'gan-step', data: 'noise', preset: 'article' },
  target: 2.5,
  peers: [...GAN_PEERS],
};

function ganMnist(hidden: number, preset: 'article' | 'recommended'): StepCase {
  return {
    name: `gan-mnist-h${hidden}`,
    title: `GAN step on MNIST, H ${hidden}`,
    work: { kind: 'gan-step', data: 'mnist', preset },
    target: 2.5,
    floorTarget: FLOOR_TARGET,
    peers: [...GAN_PEERS],
  };
}

function dcganMnist(filters: number, isLong: boolean): StepCase {
  return {
    name: `dcgan-mnist-f${filters}`,
    title: `DCGAN step on MNIST, ${filters} filters`,
    work: { kind: 'gan-step', data: 'mnist', preset: 'recommended', filters },
    target: 1.15,
    peers: [],
    isLong,
  };
}

function mnistEpoch(hidden: number, preset: 'article' | 'recommended', isLong: boolean): StepCase {
  return {
    name: `mnist-epoch-h${hidden}`,
    title: `MNIST epoch, H ${hidden}`,
    work: { kind: 'mnist-epoch', preset },
    target: 2.5,
    floorTarget: FLOOR_TARGET,
    peers: [],
    isLong,
  };
}

function mdnRnn(name: string, batch: number, window: number, hidden: number, target: number): StepCase {
  return {
    name: `mdn-rnn-${name}`,
    title: `MDN-RNN train step, B ${batch} H ${hidden} T ${window}`,
    work: { kind: 'mdn-rnn-step', batch, window, hidden },
    target,
    peers: [...TRAIN_PEERS],
  };
}

const forecast: StepCase = {
  name: 'forecast',
  title: 'Forecast, 500 joint paths × 24 steps, H 64',
  work: { kind: 'forecast', paths: 500, horizon: 24, window: 24, hidden: 64 },
  target: 10,
  peers: [],
};

const smallOp: StepCase = {
  name: 'small-op',
  title: '1000 small ops (8 × 8 relu), disposed',
  work: { kind: 'small-op', count: 1000 },
  target: 1.3,
  peers: [],
};

export const STEP_CASES: StepCase[] = [
  ganAsWritten,
  ganMnist(128, 'article'),
  ganMnist(512, 'recommended'),
  dcganMnist(16, false),
  dcganMnist(32, true),
  dcganMnist(64, true),
  mnistEpoch(128, 'article', false),
  mnistEpoch(512, 'recommended', true),
  mdnRnn('t20', 32, 20, 64, 10),
  mdnRnn('t50', 32, 50, 64, 14),
  mdnRnn('t200', 32, 200, 64, 18),
  mdnRnn('h256', 32, 50, 256, 3.3),
  mdnRnn('b1', 1, 50, 64, 20),
  forecast,
  smallOp,
];

const GRID = { batch: [1, 32, 256], hidden: [16, 64, 256, 512], window: [1, 20, 200, 1000] };
const QUICK_GRID = { batch: [1, 32], hidden: [16, 64], window: [1, 20] };

/** The GRU's cells: all of them, train and inference, or the smallest for a quick run. */
export function gridCases(isQuick: boolean): (StepCase & { work: GruStep })[] {
  const sizes = isQuick ? QUICK_GRID : GRID;
  const modes = ['train', 'inference'] as const;
  return modes.flatMap((mode) =>
    sizes.batch.flatMap((batch) =>
      sizes.hidden.flatMap((hidden) => sizes.window.map((window) => gridCase(mode, batch, hidden, window))),
    ),
  );
}

function gridCase(mode: GruStep['mode'], batch: number, hidden: number, window: number) {
  return {
    name: `grid-${mode}-b${batch}-h${hidden}-t${window}`,
    title: `GRU ${mode}, B ${batch} H ${hidden} T ${window}`,
    work: { kind: 'gru' as const, mode, batch, window, hidden },
    target: 1,
    peers: [],
  };
}
