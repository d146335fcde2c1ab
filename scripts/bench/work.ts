// What a case has all contestants do. It travels as JSON, so its names are those of the Python functions' parameters.
import type { GanPreset } from '../../src/training/gan-options';

/** The presets are measured without the average of the weights, which PyTorch's loop here does not keep. */
export const GAN_OPTIONS = { emaDecay: 0 };

/** Whether the step is written by the package's public functions alone, as docs/from-pytorch.md has it. */
type OwnLoop = { ownLoop?: boolean };
/** With `filters` that of a DCGAN. */
export type GanStep = { kind: 'gan-step'; data: 'noise' | 'mnist'; preset: GanPreset; filters?: number } & OwnLoop;
export type MnistEpoch = { kind: 'mnist-epoch'; preset: GanPreset };
/** Windows of `window` values and the next one. */
export type MdnRnnStep = { kind: 'mdn-rnn-step'; batch: number; window: number; hidden: number } & OwnLoop;
export type Forecast = { kind: 'forecast'; paths: number; horizon: number; window: number; hidden: number };
/** A GRU over `window` steps of one feature: its last state, and to train the gradients of all its weights. */
export type GruStep = { kind: 'gru'; mode: 'train' | 'inference'; batch: number; window: number; hidden: number };
/** `count` times one small op. */
export type SmallOp = { kind: 'small-op'; count: number };

export type Work = GanStep | MnistEpoch | MdnRnnStep | Forecast | GruStep | SmallOp;

/**
 * Asks for steps of a case's work during some milliseconds, at least one; what was prepared for it is kept until another
 * case or threads are asked for.
 */
export interface Request {
  case: string;
  work: object;
  threads: number;
  turnMs: number;
}

/** Milliseconds of each step, or why there is none. */
export type Answer = { ms: number[] } | { error: string };
