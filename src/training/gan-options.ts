import { arrayOf, oneOf } from '../check';
import { type ImageColor, RESOLUTION } from '../data/images';
import { AUGMENTATIONS, type Augmentation } from '../nn/diff-augment';
import { choice, finiteNumber, type OptionTable, onOff, part, path, positive, size } from '../option';
import { BATCH_SIZE, COMMON_OPTIONS, EPOCHS, LR, THREADS, type TrainingOptions } from './options';

/**
 * The loss of both networks: the article's binary cross-entropy, the hinge loss, the squared error of the
 * discriminator's raw outputs, or the Wasserstein distance with a gradient penalty of weight 10.
 */
export type GanLossName = 'bce' | 'hinge' | 'least-squares' | 'wgan-gp';

/** A set of hyperparameters: `article` for the article's, `recommended` for values that work well on MNIST. */
export type GanPreset = 'article' | 'recommended';

/**
 * The kind of both networks: `mlp`, the article's linear layers, `dcgan`, convolutions, for square images of 4 to 7 times a
 * power of two pixels, or `resnet`, SNGAN's residual networks, for square images of 32, 64 or 128 pixels.
 */
export type GanNet = 'mlp' | 'dcgan' | 'resnet';

/** Options of {@link trainGan}. */
export interface TrainGanOptions extends TrainingOptions {
  /**
   * Training data: "mnist" (default), an IDX file, a folder of MNIST's files or of pictures, see {@link readImages}, or
   * "noise". With "noise", as in the article, an epoch is one batch of random numbers.
   */
  data?: string | undefined;
  /**
   * Height and width in pixels to which images are resized, after cropping the longer side at both ends. Default their
   * own, which must be the same for all.
   */
  resolution?: number | undefined;
  /**
   * What is kept of images: "gray" levels, "rgb", or "rgba", colors and opacity. Default "auto": colors, if there are
   * any. Where opacity isn't kept, images are shown on white.
   */
  color?: ImageColor | undefined;
  /**
   * In which ways the discriminator sees images changed at random, see {@link diffAugment}, so that it cannot learn a
   * small set by heart. Default translation for fewer than 2,000 images, else none.
   */
  augment?: readonly (Augmentation | 'none')[] | undefined;
  /**
   * Whether to learn the class of each image too, so that samples of a class can be drawn: the folder that it is in, or
   * MNIST's labels. Default false.
   */
  conditional?: boolean | undefined;
  /** Whether each image is shown mirrored, left to right, half of the times; default false. */
  mirror?: boolean | undefined;
  /** Number of epochs; default 20, or more on small sets, so that they take 4,000 steps; on noise 200. */
  epochs?: number | undefined;
  /** Source of the defaults; default "recommended", on noise "article". */
  preset?: GanPreset | undefined;
  /** Images per batch; default 128. */
  batchSize?: number | undefined;
  /** Learning rate of Adam; default 1e-3, with preset "article" or net "resnet" 2e-4. */
  lr?: number | undefined;
  /** The kind of both networks; default "mlp", and "dcgan" for images in color of such sizes. */
  net?: GanNet | undefined;
  /** Units of the hidden layers of net "mlp"; default 512, with preset "article" 128. */
  hidden?: number | undefined;
  /**
   * Channels of the largest hidden layer of net "dcgan" or "resnet", smaller ones have twice as many each; for net "resnet"
   * see {@link ResnetGeneratorOptions.filters}. Default 32.
   */
  filters?: number | undefined;
  /** Adam's decay of the first moment, in [0, 1); default 0, with preset "article" 0.9. */
  beta1?: number | undefined;
  /** Adam's decay of the second moment, in [0, 1); default 0.999, with net "resnet" 0.9. */
  beta2?: number | undefined;
  /**
   * Steps of the discriminator, each on a new batch, for one of the generator; default 1, with net "resnet" or loss "wgan-gp"
   * 5. An epoch begins with a step of both.
   */
  nCritic?: number | undefined;
  /**
   * The discriminator's target for real data; default 0.9, one-sided label smoothing, with preset "article" 1. The
   * hinge loss and "wgan-gp" have no targets and require 1.
   */
  realLabel?: number | undefined;
  /**
   * The loss of both networks; default "bce", with net "resnet" "hinge". "wgan-gp" is not for net "dcgan", whose batch normalisation makes the
   * judgement of an image depend on the others.
   */
  loss?: GanLossName | undefined;
  /**
   * Weight γ of R1, γ/2 · ‖∇D(x)‖² at real images x, in the discriminator's loss; common are 0.1 to 10. It steadies the
   * training, which takes longer. With net "dcgan", whose batch normalisation mixes the images of a batch, it is only about
   * that slope. Default 0, none.
   */
  r1Gamma?: number | undefined;
  /** Maximum norm of each network's gradient; larger gradients are scaled down to it. Default none. */
  clipNorm?: number | undefined;
  /**
   * Decay of the moving average of the generator's weights, 0 for none; default 0.999, with preset "article" 0.
   * Early on it is lower, see {@link EmaOptions.warmup}, so that short trainings don't average in the initial weights.
   * Samples, `model.safetensors` and the result use the average; the training itself is unaffected.
   */
  emaDecay?: number | undefined;
  /**
   * Whether to end with the best weights of the generator so far where the last ones are clearly worse, as when a training
   * fails: the Fréchet distance of samples, by random features, is measured every thousand steps. Default true, on noise and
   * with preset "article" false.
   */
  keepBest?: boolean | undefined;
  /**
   * Follows the article's program to the letter: data "noise", preset "article", and a generator target of 0, which
   * trains the generator to look fake. Default false: the generator's target is 1.
   */
  asWritten?: boolean | undefined;
}

const ARTICLE = { preset: 'article' } as const;
const ON_NOISE = { data: 'noise' } as const;

/** The recommended values performed best in scripts/study. */
export const GAN_OPTIONS = {
  data: {
    ...path('source'),
    default: 'mnist',
    unless: [[{ asWritten: true }, 'noise']],
    help: 'train on mnist, noise, an IDX file, or a folder of IDX files or pictures',
  },
  resolution: {
    ...RESOLUTION,
    help: 'resize images to n x n pixels, cropping the longer side',
    defaultHelp: 'their own size',
  },
  color: { ...choice('auto', 'gray', 'rgb', 'rgba'), default: 'auto', help: 'keep gray levels, colors or opacity too' },
  augment: {
    check: arrayOf(oneOf(...AUGMENTATIONS, 'none'), 'an array of ways'),
    placeholder: 'ways...',
    choices: [...AUGMENTATIONS, 'none'],
    default: [],
    help: 'show the discriminator images changed at random in these ways, for small sets',
    defaultHelp: 'translation for fewer than 2,000 images',
  },
  conditional: {
    ...onOff,
    default: false,
    help: 'learn to draw each class: the folders that pictures are in, or the labels of MNIST',
  },
  mirror: { ...onOff, default: false, help: 'show each image mirrored half of the times' },
  preset: {
    ...choice('recommended', 'article'),
    default: 'recommended',
    unless: [[ON_NOISE, 'article']],
    help: "take defaults from this preset; article has the article's values",
  },
  net: {
    ...choice('mlp', 'dcgan', 'resnet'),
    default: 'mlp',
    defaultHelp: 'mlp; for square images in color dcgan',
    help: "train networks of this kind: the article's linear layers, DCGAN's convolutions, or SNGAN's residual networks",
  },
  hidden: {
    ...size,
    default: 512,
    unless: [[ARTICLE, 128]],
    help: 'set the number of units in each hidden layer of mlp',
  },
  filters: { ...size, default: 32, help: "set the channels of dcgan's or resnet's largest hidden layer" },
  beta1: {
    ...part,
    placeholder: 'x',
    default: 0,
    unless: [[ARTICLE, 0.9]],
    help: "set Adam's decay of the first moment",
  },
  beta2: {
    ...part,
    placeholder: 'x',
    default: 0.999,
    unless: [[{ net: 'resnet' }, 0.9]],
    help: "set Adam's decay of the second moment",
  },
  nCritic: {
    ...size,
    default: 1,
    unless: [
      [ON_NOISE, 1],
      [{ net: 'resnet' }, 5],
      [{ loss: 'wgan-gp' }, 5],
    ],
    help: 'train the discriminator on n batches for each step of the generator',
  },
  realLabel: {
    ...finiteNumber({ above: 0, max: 1 }),
    default: 0.9,
    unless: [
      [ARTICLE, 1],
      [{ loss: 'hinge' }, 1],
      [{ loss: 'wgan-gp' }, 1],
    ],
    help: 'set the target for real images',
  },
  loss: {
    ...choice('bce', 'hinge', 'least-squares', 'wgan-gp'),
    default: 'bce',
    unless: [[{ net: 'resnet' }, 'hinge']],
    help: 'minimize this loss',
  },
  r1Gamma: {
    ...finiteNumber({ min: 0 }),
    default: 0,
    help: "add R1, the discriminator's squared slope at real images, with this weight",
  },
  clipNorm: { ...positive, help: "scale each network's gradient down to at most this norm", defaultHelp: 'never' },
  emaDecay: {
    ...part,
    placeholder: 'x',
    default: 0.999,
    unless: [[ARTICLE, 0]],
    help: "draw from a moving average of the generator's weights with this decay, 0 for none",
  },
  keepBest: {
    ...onOff,
    default: true,
    unless: [
      [ARTICLE, false],
      [ON_NOISE, false],
    ],
    help: 'end with the last weights of the generator, even if earlier ones were clearly better',
  },
  asWritten: { ...onOff, default: false, help: "follow the article's program to the letter, on random data" },
  epochs: { ...EPOCHS, default: 20, unless: [[ON_NOISE, 200]], defaultHelp: '20, or more on small sets; on noise 200' },
  batchSize: { ...BATCH_SIZE, default: 128 },
  lr: {
    ...LR,
    default: 1e-3,
    unless: [
      [ARTICLE, 2e-4],
      [{ net: 'resnet' }, 2e-4],
    ],
  },
  threads: { ...THREADS, defaultHelp: "one per core; with --resume the run's" },
  ...COMMON_OPTIONS,
} satisfies OptionTable<TrainGanOptions>;
