// The floor of a step: the matrix products that no implementation can do without. Products with a vector (the
// discriminator's one output, the GRU's one input, the state that all paths of a forecast begin with) and with the first
// state of a training, which is zero, are left out; transposes are not modelled.
import { type GanSettings, resolveGanSettings } from '../../src/training/gan-settings';
import { GAN_OPTIONS, type GruStep, type Work } from './work';

/** `count` products of (m, k) by (k, n), each in buffers of its own; `shared` if the right operand is the same in all. */
export interface Gemm {
  m: number;
  k: number;
  n: number;
  count: number;
  shared?: boolean;
}

export interface Floor {
  kind: 'gemms';
  gemms: Gemm[];
  /** How often all of them are done. */
  repeats: number;
}

/** The mixture's parameters for one value: 5 means, variances and weights. */
const MDN_OUTPUTS = 15;
const NUM_MNIST_IMAGES = 60_000;

/** The products of one step, or undefined if it has none. */
export function floorOf(work: Work): Floor | undefined {
  if (work.kind === 'gan-step' && work.filters !== undefined) return undefined; // convolutions
  const gemms = gemmsOf(work).filter(({ count }) => count > 0);
  if (gemms.length === 0) return undefined;
  const repeats = work.kind === 'mnist-epoch' ? Math.floor(NUM_MNIST_IMAGES / gemms[0]!.m) : 1;
  return { kind: 'gemms', gemms, repeats };
}

function gemmsOf(work: Work): Gemm[] {
  switch (work.kind) {
    case 'gan-step':
    case 'mnist-epoch':
      return ganGemms(resolveGanSettings({ ...GAN_OPTIONS, preset: work.preset }));
    case 'mdn-rnn-step':
      return [...gruGemms({ ...work, mode: 'train' }), ...headGemms(work.batch, work.hidden)];
    case 'gru':
      return gruGemms(work);
    case 'forecast':
      return forecastGemms(work.paths, work.horizon, work.hidden);
    case 'small-op':
      return [];
  }
}

function ganGemms({ batchSize: batch, hidden, noiseDim, height, width }: GanSettings): Gemm[] {
  const dataDim = height * width;
  return [
    // Forward: the generator's layers, the discriminator's first of fake and real data
    { m: batch, k: noiseDim, n: hidden, count: 1 },
    { m: batch, k: hidden, n: dataDim, count: 1 },
    { m: batch, k: dataDim, n: hidden, count: 2 },
    // The generator's gradients: through the discriminator's first layer, its own second one, and both weights
    { m: batch, k: hidden, n: dataDim, count: 1 },
    { m: batch, k: dataDim, n: hidden, count: 1 },
    { m: dataDim, k: batch, n: hidden, count: 1 },
    { m: hidden, k: batch, n: noiseDim, count: 1 },
    // The discriminator's gradient: its first weights, of fake and real data
    { m: hidden, k: batch, n: dataDim, count: 2 },
  ];
}

function gruGemms({ mode, batch, window, hidden }: Omit<GruStep, 'kind'>): Gemm[] {
  const gates = 3 * hidden;
  const steps = window - 1;
  const forward = { m: batch, k: hidden, n: gates, count: steps, shared: true };
  if (mode === 'inference') return [forward];
  return [
    forward,
    // Backward: to the state before each step, and to the weights
    { m: batch, k: gates, n: hidden, count: steps, shared: true },
    { m: gates, k: batch * steps, n: hidden, count: Math.min(steps, 1) },
  ];
}

function headGemms(batch: number, hidden: number): Gemm[] {
  return [
    { m: batch, k: hidden, n: MDN_OUTPUTS, count: 1 },
    { m: batch, k: MDN_OUTPUTS, n: hidden, count: 1 },
    { m: MDN_OUTPUTS, k: batch, n: hidden, count: 1 },
  ];
}

function forecastGemms(paths: number, horizon: number, hidden: number): Gemm[] {
  return [
    { m: paths, k: hidden, n: 3 * hidden, count: horizon - 2, shared: true },
    { m: paths, k: hidden, n: MDN_OUTPUTS, count: horizon - 1, shared: true },
  ];
}
