import { checkNumber, checkSize } from '../check';
import { invalidArgument } from '../errors';
import { checkTrainingOptions, type TrainingOptions } from './options';

/**
 * What the nets minimise: the article's binary cross-entropy, the hinge loss, or the squared error of the
 * discriminator's raw outputs.
 */
export type GanLossName = 'bce' | 'hinge' | 'least-squares';

/** Hyperparameters under a name: `article` has the article's, `recommended` those that draw digits on MNIST. */
export type GanPreset = 'article' | 'recommended';

/** What {@link trainGan} takes. */
export interface TrainGanOptions extends TrainingOptions {
  /**
   * "mnist" (default), an IDX file, a folder of MNIST's files or of PNG files, or "noise": as in the article, an epoch
   * is one batch of random numbers.
   */
  data?: string;
  /** How often the data is gone through; default 20, on noise 200. */
  epochs?: number;
  /** Where values that are not given come from; default "recommended", on noise "article". */
  preset?: GanPreset;
  /** Images in a batch; default 128. */
  batchSize?: number;
  /** Adam's learning rate: article 2e-4, recommended 1e-3. */
  lr?: number;
  /** Units of the hidden layers: article 128, recommended 512. */
  hidden?: number;
  /** Adam's decay of the first moment, from 0 to below 1: article 0.9, recommended 0. */
  beta1?: number;
  /**
   * The discriminator's target for real data, 0.9 is one-sided label smoothing: article 1, recommended 0.9. The hinge
   * loss has no targets: there it is 1.
   */
  realLabel?: number;
  /** What the nets minimise; default "bce". */
  loss?: GanLossName;
  /** The largest norm of each net's gradient; a longer one is scaled down to it. Default none. */
  clipNorm?: number;
  /**
   * Decay of a moving average of the generator's weights; 0 for none: article 0, recommended 0.999. Samples,
   * `model.safetensors` and the result are of the average; the training itself does not change.
   */
  emaDecay?: number;
  /**
   * The article's program to the letter: data "noise", preset "article", and the generator's target is 0, which trains
   * it to look fake. Default false: its target is 1.
   */
  asWritten?: boolean;
}

/** All options of a GAN's training, resolved: what config.json keeps. */
export interface GanSettings {
  /** "mnist", "noise" or a path; in config.json from the root. */
  data: string;
  /** How often the data is gone through. */
  epochs: number;
  /** Images in a batch. */
  batchSize: number;
  /** Adam's learning rate. */
  lr: number;
  /** Of the thread's random numbers. */
  seed: number;
  /** Where the values that were not given come from. */
  preset: GanPreset;
  /** Units of the hidden layers. */
  hidden: number;
  /** Adam's decay of the first moment. */
  beta1: number;
  /** The discriminator's target for real data. */
  realLabel: number;
  /** What the nets minimise. */
  loss: GanLossName;
  /** The largest norm of each net's gradient; null for any. */
  clipNorm: number | null;
  /** Decay of the moving average of the generator's weights; null for no average. */
  emaDecay: number | null;
  /** Whether it is the article's program to the letter. */
  asWritten: boolean;
  /** What the losses are computed on: the article's probabilities, or logits, which is stable. */
  output: 'probability' | 'logit';
  /** Numbers in a noise vector. */
  noiseDim: number;
  /** Pixels in a column of a sample; on noise the article's 28. */
  height: number;
  /** Pixels in a row of a sample; on noise the article's 28. */
  width: number;
}

/** The recommended values are the best of scripts/study. */
const PRESETS = {
  article: { hidden: 128, lr: 2e-4, beta1: 0.9, realLabel: 1, emaDecay: 0, output: 'probability' },
  recommended: { hidden: 512, lr: 1e-3, beta1: 0, realLabel: 0.9, emaDecay: 0.999, output: 'logit' },
} as const;

const OWN_NAMES = ['preset', 'hidden', 'beta1', 'realLabel', 'loss', 'clipNorm', 'emaDecay', 'asWritten'];
const LOSSES: GanLossName[] = ['bce', 'hinge', 'least-squares'];

/** Checks the options and fills in the defaults. @throws ERR_INVALID_ARGUMENT */
export function resolveGanSettings(options: TrainGanOptions): GanSettings {
  checkTrainingOptions(options, OWN_NAMES);
  const { asWritten = false, data = asWritten ? 'noise' : 'mnist', batchSize = 128, seed = 0 } = options;
  const isNoise = data === 'noise';
  if (asWritten && !isNoise) throw invalidArgument('data', '"noise", which asWritten trains on,', data);
  const { preset = isNoise ? 'article' : 'recommended' } = options;
  if (!Object.hasOwn(PRESETS, preset)) throw invalidArgument('preset', '"article" or "recommended"', preset);
  if (asWritten && preset !== 'article') throw invalidArgument('preset', '"article", which asWritten follows,', preset);
  const { hidden, lr, beta1, emaDecay, ...own } = { ...PRESETS[preset], ...definedOnly(options) };
  checkSize('hidden', hidden);
  checkNumber('beta1', beta1, { min: 0, below: 1 });
  checkNumber('emaDecay', emaDecay, { min: 0, below: 1 });
  const { clipNorm = null } = options;
  if (clipNorm !== null) checkNumber('clipNorm', clipNorm, { above: 0 });
  const epochs = options.epochs ?? (isNoise ? 200 : 20);
  const training = { ...lossSettings(options, own), clipNorm, emaDecay: emaDecay || null, asWritten };
  const model = { hidden, beta1, noiseDim: 100, height: 28, width: 28 };
  return { data, epochs, batchSize, lr, seed, preset, ...training, ...model };
}

/** The loss, its target for real data, and the outputs that it looks at. */
function lossSettings(
  options: TrainGanOptions,
  { realLabel, output }: Pick<GanSettings, 'realLabel' | 'output'>,
): Pick<GanSettings, 'loss' | 'realLabel' | 'output'> {
  const { loss = 'bce', asWritten } = options;
  if (!LOSSES.includes(loss)) throw invalidArgument('loss', '"bce", "hinge" or "least-squares"', loss);
  if (asWritten && loss !== 'bce') throw invalidArgument('loss', '"bce", which asWritten minimises,', loss);
  checkNumber('realLabel', realLabel, { above: 0, max: 1 });
  if (loss === 'bce') return { loss, realLabel, output };
  if (loss === 'least-squares') return { loss, realLabel, output: 'logit' };
  const { realLabel: target = 1 } = options;
  if (target !== 1) throw invalidArgument('realLabel', '1, as the hinge loss has no targets to smooth,', target);
  return { loss, realLabel: target, output: 'logit' };
}

function definedOnly({ hidden, lr, beta1, realLabel, emaDecay }: TrainGanOptions) {
  const own = { hidden, lr, beta1, realLabel, emaDecay };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}
