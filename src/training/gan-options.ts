import { choice, finiteNumber, type OptionTable, onOff, part, path, positive, size } from '../option';
import { BATCH_SIZE, COMMON_OPTIONS, EPOCHS, LR, THREADS, type TrainingOptions } from './options';

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
  data?: string | undefined;
  /** How often the data is gone through; default 20, on noise 200. */
  epochs?: number | undefined;
  /** Where values that are not given come from; default "recommended", on noise "article". */
  preset?: GanPreset | undefined;
  /** Images in a batch; default 128. */
  batchSize?: number | undefined;
  /** Adam's learning rate: article 2e-4, recommended 1e-3. */
  lr?: number | undefined;
  /** Units of the hidden layers: article 128, recommended 512. */
  hidden?: number | undefined;
  /** Adam's decay of the first moment, from 0 to below 1: article 0.9, recommended 0. */
  beta1?: number | undefined;
  /**
   * The discriminator's target for real data, 0.9 is one-sided label smoothing: article 1, recommended 0.9. The hinge
   * loss has no targets: there it is 1.
   */
  realLabel?: number | undefined;
  /** What the nets minimise; default "bce". */
  loss?: GanLossName | undefined;
  /** The largest norm of each net's gradient; a longer one is scaled down to it. Default none. */
  clipNorm?: number | undefined;
  /**
   * Decay of a moving average of the generator's weights; 0 for none: article 0, recommended 0.999. Samples,
   * `model.safetensors` and the result are of the average; the training itself does not change.
   */
  emaDecay?: number | undefined;
  /**
   * The article's program to the letter: data "noise", preset "article", and the generator's target is 0, which trains
   * it to look fake. Default false: its target is 1.
   */
  asWritten?: boolean | undefined;
}

const ARTICLE = { preset: 'article' } as const;
const ON_NOISE = { data: 'noise' } as const;

/** The recommended values are the best of scripts/study. */
export const GAN_OPTIONS = {
  data: {
    ...path('source'),
    default: 'mnist',
    unless: [[{ asWritten: true }, 'noise']],
    help: 'mnist, noise, an IDX file, or a folder of IDX or PNG files',
  },
  preset: {
    ...choice('recommended', 'article'),
    default: 'recommended',
    unless: [[ON_NOISE, 'article']],
    help: "recommended, or article for the article's values",
  },
  hidden: { ...size, default: 512, unless: [[ARTICLE, 128]], help: 'units of the hidden layers' },
  beta1: { ...part, placeholder: 'x', default: 0, unless: [[ARTICLE, 0.9]], help: "Adam's first decay" },
  realLabel: {
    ...finiteNumber({ above: 0, max: 1 }),
    default: 0.9,
    unless: [
      [ARTICLE, 1],
      [{ loss: 'hinge' }, 1],
    ],
    help: 'target for real images',
  },
  loss: { ...choice('bce', 'hinge', 'least-squares'), default: 'bce', help: 'bce, hinge or least-squares' },
  clipNorm: { ...positive, help: "scale each net's gradient down to this norm", defaultHelp: 'never' },
  emaDecay: {
    ...part,
    placeholder: 'x',
    default: 0.999,
    unless: [[ARTICLE, 0]],
    help: "decay of the average of the generator's weights to draw from, 0 for none",
  },
  asWritten: { ...onOff, default: false, help: "the article's program to the letter, on random data" },
  epochs: { ...EPOCHS, default: 20, unless: [[ON_NOISE, 200]] },
  batchSize: { ...BATCH_SIZE, default: 128 },
  lr: { ...LR, default: 1e-3, unless: [[ARTICLE, 2e-4]] },
  threads: { ...THREADS, defaultHelp: "one a core; with --resume the run's" },
  ...COMMON_OPTIONS,
} satisfies OptionTable<TrainGanOptions>;
