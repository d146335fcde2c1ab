import { constants } from 'node:buffer';
import { arrayOf, checkSize, checkString, oneOf } from '../check';
import { checkMemory, gib, memoryShortage } from '../check-memory';
import { type Channels, type ImageSet, type ImageSize, type ImageSizes, valuesPerImage } from '../data/image-set';
import { checkChannels } from '../data/images';
import { type Surface, worded } from '../errors';
import { EMBEDDING_DIM } from '../models/conditional-generator';
import { DCGAN_SIZES, dcganSizes, dcganWeights } from '../models/dcgan';
import { hasResnet, RESNET_SIZES, resnetWeights } from '../models/resnet-gan';
import type { Augmentation } from '../nn/diff-augment';
import { checksOf, orNull, orUndefined, withDefaults } from '../option';
import { GAN_OPTIONS, type TrainGanOptions } from './gan-options';
import { BYTES_PER_WEIGHT, type Kept, readTrainingOptions, settingsOf } from './options';
import type { RunKind } from './run-folder';

/** The resolved options of a GAN's training, as saved in config.json. The path `data` is absolute. */
export interface GanSettings
  extends Kept<Omit<TrainGanOptions, 'resolution' | 'augment' | 'clipNorm' | 'emaDecay' | 'init'>> {
  /** In which ways the discriminator sees images changed at random. */
  augment: Augmentation[];
  /** The run or file whose weights it started from, an absolute path; undefined for new weights. */
  init?: string | undefined;
  /** Height and width to which images are resized; null for their own. */
  resolution: number | null;
  /** Maximum norm of each network's gradient; null for no limit. */
  clipNorm: number | null;
  /** Decay of the moving average of the generator's weights; null for no average. */
  emaDecay: number | null;
  /** What the losses are computed from: the article's probabilities, or logits, which are numerically stable. */
  output: 'probability' | 'logit';
  /** Length of a noise vector. */
  noiseDim: number;
  /** Values per pixel of a sample: 1 for gray, 3 for RGB, 4 for RGB and opacity. */
  channels: Channels;
  /** The names of the classes that were learned, by number; none without `conditional`. */
  classes: readonly string[];
  /** Height of a sample in pixels; on noise the article's 28. */
  height: number;
  /** Width of a sample in pixels; on noise the article's 28. */
  width: number;
}

const checks = settingsOf(checksOf<TrainGanOptions>(GAN_OPTIONS));

/** The kind of a GAN's run, and checks of its settings. */
export const GAN_RUN: RunKind<GanSettings> = {
  kind: 'gan',
  settings: {
    ...checks,
    resolution: orNull(checks.resolution),
    clipNorm: orNull(checks.clipNorm),
    emaDecay: orNull(checks.emaDecay),
    init: orUndefined(checks.init),
    output: oneOf('probability', 'logit'),
    noiseDim: checkSize,
    channels: checkChannels,
    classes: arrayOf(checkString),
    height: checkSize,
    width: checkSize,
  },
  leastWeights: ({ net, noiseDim, hidden, filters, ...size }) =>
    net === 'mlp' ? hidden * (noiseDim + valuesPerImage(size)) : filters * noiseDim, // of the generator
};

/** Checks the options and fills in the defaults. @throws ERR_INVALID_ARGUMENT */
export function resolveGanSettings(options: TrainGanOptions): GanSettings {
  const asked = readTrainingOptions(options, GAN_OPTIONS);
  const { init, ...settings } = settingsOf(withDefaults(asked, GAN_OPTIONS));
  if (asked.resume === undefined) {
    checkTogether(settings);
    checkSizes(settings);
  }
  const { preset, loss, resolution = null, clipNorm = null, emaDecay } = settings;
  const isProbability = preset === 'article' && loss === 'bce' && settings.r1Gamma === 0; // R1 is the logits' slope
  const output: GanSettings['output'] = isProbability ? 'probability' : 'logit';
  const ofNoise = { noiseDim: NOISE_DIM, channels: 1, classes: [], height: SIDE, width: SIDE } as const;
  const augment = settings.augment.filter((way) => way !== 'none');
  const own = { resolution, augment, clipNorm, emaDecay: emaDecay || null, output };
  return { ...settings, ...own, ...ofNoise, ...(init !== undefined && { init }) };
}

/**
 * Returns a run's settings with the net for images of a size, unless one is asked for: on one computer and in the same time,
 * convolutions draw better in color, linear layers better digits (scripts/study/study-nets.ts).
 */
export function withNetFor(requested: GanSettings, size: ImageSize, options: TrainGanOptions): GanSettings {
  const { net, hidden, init, resume } = options;
  const isAsked = [net, hidden, init, resume].some((option) => option !== undefined);
  const isInColor = size.channels > 1 && size.height === size.width && dcganSizes(size.height) !== undefined;
  return isAsked || requested.preset === 'article' || !isInColor ? requested : { ...requested, net: 'dcgan' };
}

/** Steps after which the recommended training of a small set gets little better, and the sets that are small. */
const [FEWEST_STEPS, FEW_IMAGES] = [4000, 2000];

/**
 * Returns a run's settings for its images: their size, a batch of all of them if there are fewer than asked for, and the
 * recommended defaults for small sets.
 */
export function settingsFor(requested: GanSettings, images: ImageSet, options: TrainGanOptions): GanSettings {
  const { count, channels, classes = [], height, width } = images;
  const batchSize = Math.min(requested.batchSize, count);
  const settings = { ...withNetFor(requested, images, options), batchSize, channels, classes, height, width };
  if (requested.preset !== 'recommended' || options.resume !== undefined) return settings;
  const steps = Math.floor(count / batchSize);
  const { epochs = Math.max(requested.epochs, Math.ceil(FEWEST_STEPS / steps)) } = options;
  const augment = options.augment === undefined && count < FEW_IMAGES ? (['translation'] as const) : requested.augment;
  return { ...settings, epochs, augment: [...augment] };
}

/** The article's values; images may have another size. */
const [NOISE_DIM, SIDE] = [100, 28];

/** Throws if the networks or a batch would not fit in memory. */
function checkSizes({ hidden, batchSize }: Pick<GanSettings, 'hidden' | 'batchSize'>): void {
  const dataDim = SIDE * SIDE;
  const numWeights = hidden * (NOISE_DIM + 2 * dataDim); // of both networks
  checkMemory('hidden', hidden, numWeights * BYTES_PER_WEIGHT);
  const numOutputs = NOISE_DIM + 3 * hidden + 2 * dataDim; // of all layers, per image
  checkMemory('batchSize', batchSize, batchSize * numOutputs * Float32Array.BYTES_PER_ELEMENT);
}

/**
 * Throws if the networks for such images, or the images, do not fit in memory, or in files that Node can read.
 *
 * @param isKept whether the training writes a run folder
 */
export function checkImageSizes(
  settings: GanSettings,
  { count, ...size }: ImageSizes,
  { isKept }: { isKept: boolean },
): void {
  checkImageShape({ ...settings, ...size });
  const { batchSize, emaDecay } = settings;
  const numValues = valuesPerImage(size);
  const { BYTES_PER_ELEMENT } = Float32Array;
  const { ofGenerator, ofDiscriminator, largest, name } = numWeightsOf({ ...settings, ...size });
  const numWeights = ofGenerator + ofDiscriminator;
  const average = emaDecay === null ? 0 : ofGenerator * BYTES_PER_ELEMENT;
  const batch = Math.min(batchSize, count) * 3 * numValues * BYTES_PER_ELEMENT;
  const needed = numWeights * BYTES_PER_WEIGHT + average + batch + 2 * count * numValues; // a copy while moved to a tensor
  // The largest matrix is sent to worker threads, a checkpoint read as a whole: weights, two moments and the average.
  const atOnce = isKept ? 3 * numWeights * BYTES_PER_ELEMENT + average : largest * BYTES_PER_ELEMENT;
  const tooLarge = `needs ${gib(atOnce)} at once for its weights, but Node allows ${gib(constants.MAX_LENGTH)}`;
  const problem = memoryShortage(needed) ?? (atOnce > constants.MAX_LENGTH ? tooLarge : undefined);
  if (problem === undefined) return;
  throw worded('ERR_INVALID_ARGUMENT', ({ option, setting }) => {
    const what = `Training on ${count.toLocaleString('en')} images of ${size.width} x ${size.height} pixels`;
    return `${what} with ${setting(name, settings[name])} ${problem}. Use a smaller ${option('resolution')} or ${option(name)}.`;
  });
}

/** Returns the numbers of weights of both networks and of the largest matrix, and the option that they grow with. */
function numWeightsOf({ net, hidden, filters, conditional, channels, height, width, ...settings }: GanSettings) {
  const noiseDim = settings.noiseDim + (conditional ? EMBEDDING_DIM : 0);
  if (net === 'mlp') {
    const numValues = valuesPerImage({ channels, height, width });
    const ofGenerator = hidden * (noiseDim + numValues);
    return { ofGenerator, ofDiscriminator: hidden * numValues, largest: hidden * numValues, name: 'hidden' as const };
  }
  const weightsOf = net === 'dcgan' ? dcganWeights : resnetWeights;
  const { ofGenerator, ofDiscriminator } = weightsOf({ resolution: height, channels, filters, noiseDim });
  return { ofGenerator, ofDiscriminator, largest: ofGenerator, name: 'filters' as const };
}

/** Throws ERR_INVALID_ARGUMENT unless the nets can draw images of this size. */
function checkImageShape({ net, height, width }: Pick<GanSettings, 'net' | 'height' | 'width'>): void {
  if (net === 'mlp') return;
  const [fits, sizes] =
    net === 'dcgan' ? [dcganSizes(height) !== undefined, DCGAN_SIZES] : [hasResnet(height), RESNET_SIZES];
  if (height === width && fits) return;
  throw worded('ERR_INVALID_ARGUMENT', ({ setting, option }) => {
    return `${setting('net', net)} requires square images whose sides have ${sizes} pixels, but these are ${width} x ${height}: set ${option('resolution')}.`;
  });
}

/** Throws if options contradict each other. */
function checkTogether(
  settings: Pick<
    GanSettings,
    'asWritten' | 'data' | 'preset' | 'loss' | 'realLabel' | 'net' | 'r1Gamma' | 'conditional' | 'keepBest' | 'nCritic'
  >,
): void {
  const needs: [name: keyof typeof settings, value: unknown, others: Partial<typeof settings>][] = [
    ['asWritten', true, { data: 'noise', preset: 'article', loss: 'bce', net: 'mlp', r1Gamma: 0 }],
    ['preset', 'article', { net: 'mlp' }],
    ['data', 'noise', { conditional: false, keepBest: false, nCritic: 1 }], // an epoch is one batch
    ['loss', 'hinge', { realLabel: 1 }], // it has no targets to smooth
    ['loss', 'wgan-gp', { realLabel: 1 }],
  ];
  for (const [name, value, others] of needs) {
    if (settings[name] !== value) continue;
    for (const [other, needed] of Object.entries(others)) {
      if (settings[other as keyof typeof settings] !== needed) throw requires([name, value], [other, needed]);
    }
  }
  const { net, loss } = settings;
  if (net === 'dcgan' && loss === 'wgan-gp') {
    throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
      const reason = "its batch normalization makes an image's judgement depend on the others";
      const remedy = `Use ${setting('net', 'resnet')}, or ${setting('loss', 'hinge')}`;
      return `${setting('loss', loss)} does not work with ${setting('net', net)}: ${reason}. ${remedy}.`;
    });
  }
}

type Setting = Parameters<Surface['setting']>;

function requires(given: Setting, needed: Setting) {
  return worded('ERR_INVALID_ARGUMENT', ({ setting }) => `${setting(...given)} requires ${setting(...needed)}.`);
}
