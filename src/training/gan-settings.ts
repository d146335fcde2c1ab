import { invalidArgument } from '../errors';
import { checkNumber, checkSize } from '../nn/check';
import { checkTrainingOptions, type TrainingOptions } from './options';

/** Hyperparameters under a name: `article` has the article's, `recommended` those that draw digits on MNIST. */
export type GanPreset = 'article' | 'recommended';

export interface TrainGanOptions extends TrainingOptions {
  /**
   * "mnist" (default), an IDX file, a folder of MNIST's files or of PNG files, or "noise": as in the article, an epoch
   * is one batch of random numbers.
   */
  data?: string;
  /** Default 20, on noise 200. */
  epochs?: number;
  /** Default 128. */
  batchSize?: number;
  /** Default 2e-4. */
  lr?: number;
  /** Default "recommended", on noise "article"; each option below overrides it. */
  preset?: GanPreset;
  /** Units of the hidden layers: article 128, recommended 512. */
  hidden?: number;
  /** Adam's decay of the first moment: article 0.9, recommended 0.5. */
  beta1?: number;
  /** The discriminator's target for real data, 0.9 is one-sided label smoothing: article 1, recommended 0.9. */
  realLabel?: number;
  /**
   * The article's program to the letter: data "noise", preset "article", and the generator's target is 0, which trains
   * it to look fake. Default false: its target is 1.
   */
  asWritten?: boolean;
}

/** All options of a GAN's training, resolved: what config.json keeps. */
export interface GanSettings {
  data: string;
  epochs: number;
  batchSize: number;
  lr: number;
  seed: number;
  preset: GanPreset;
  hidden: number;
  beta1: number;
  realLabel: number;
  asWritten: boolean;
  /** What the losses are computed on: the article's probabilities, or logits, which is stable. */
  output: 'probability' | 'logit';
  noiseDim: number;
  /** Pixels of a sample; on noise the article's 28 × 28 = 784. */
  height: number;
  width: number;
}

const PRESETS = {
  article: { hidden: 128, beta1: 0.9, realLabel: 1, output: 'probability' },
  recommended: { hidden: 512, beta1: 0.5, realLabel: 0.9, output: 'logit' },
} as const;

const OWN_NAMES = ['preset', 'hidden', 'beta1', 'realLabel', 'asWritten'];

/** Checks the options and fills in the defaults. @throws ERR_INVALID_ARGUMENT */
export function resolveGanSettings(options: TrainGanOptions): GanSettings {
  checkTrainingOptions(options, OWN_NAMES);
  const { asWritten = false, data = asWritten ? 'noise' : 'mnist', batchSize = 128, lr = 2e-4, seed = 0 } = options;
  const isNoise = data === 'noise';
  if (asWritten && !isNoise) throw invalidArgument('data', '"noise", which asWritten trains on,', data);
  const { preset = isNoise ? 'article' : 'recommended' } = options;
  if (!Object.hasOwn(PRESETS, preset)) throw invalidArgument('preset', '"article" or "recommended"', preset);
  if (asWritten && preset !== 'article') throw invalidArgument('preset', '"article", which asWritten follows,', preset);
  const { hidden, beta1, realLabel, output } = { ...PRESETS[preset], ...definedOnly(options) };
  checkSize('hidden', hidden);
  checkNumber('beta1', beta1, { min: 0, below: 1 });
  checkNumber('realLabel', realLabel, { above: 0, max: 1 });
  const epochs = options.epochs ?? (isNoise ? 200 : 20);
  const model = { hidden, beta1, realLabel, output, noiseDim: 100, height: 28, width: 28 };
  return { data, epochs, batchSize, lr, seed, preset, asWritten, ...model };
}

function definedOnly({ hidden, beta1, realLabel }: TrainGanOptions) {
  return Object.fromEntries(Object.entries({ hidden, beta1, realLabel }).filter(([, value]) => value !== undefined));
}
