import { checkSize, oneOf } from '../check';
import { checkMemory } from '../check-memory';
import { type Surface, worded } from '../errors';
import { checksOf, orNull, withDefaults } from '../option';
import { GAN_OPTIONS, type TrainGanOptions } from './gan-options';
import { BYTES_PER_WEIGHT, type Kept, readTrainingOptions, settingsOf } from './options';
import type { RunKind } from './run-folder';

/** All options of a GAN's training, resolved: what config.json keeps. The path `data` is there from the root. */
export interface GanSettings extends Kept<Omit<TrainGanOptions, 'clipNorm' | 'emaDecay'>> {
  /** The largest norm of each net's gradient; null for any. */
  clipNorm: number | null;
  /** Decay of the moving average of the generator's weights; null for no average. */
  emaDecay: number | null;
  /** What the losses are computed on: the article's probabilities, or logits, which is stable. */
  output: 'probability' | 'logit';
  /** Numbers in a noise vector. */
  noiseDim: number;
  /** Pixels in a column of a sample; on noise the article's 28. */
  height: number;
  /** Pixels in a row of a sample; on noise the article's 28. */
  width: number;
}

const checks = settingsOf(checksOf<TrainGanOptions>(GAN_OPTIONS));

/** What the config.json of a GAN's run holds. */
export const GAN_RUN: RunKind<GanSettings> = {
  kind: 'gan',
  settings: {
    ...checks,
    clipNorm: orNull(checks.clipNorm),
    emaDecay: orNull(checks.emaDecay),
    output: oneOf('probability', 'logit'),
    noiseDim: checkSize,
    height: checkSize,
    width: checkSize,
  },
};

/** Checks the options and fills in the defaults. @throws ERR_INVALID_ARGUMENT */
export function resolveGanSettings(options: TrainGanOptions): GanSettings {
  const asked = readTrainingOptions(options, GAN_OPTIONS);
  const settings = settingsOf(withDefaults(asked, GAN_OPTIONS));
  if (asked.resume === undefined) {
    checkTogether(settings);
    checkSizes(settings);
  }
  const { preset, loss, clipNorm = null, emaDecay } = settings;
  const output = preset === 'article' && loss === 'bce' ? 'probability' : 'logit';
  return { ...settings, clipNorm, emaDecay: emaDecay || null, output, noiseDim: NOISE_DIM, height: SIDE, width: SIDE };
}

/** The article's; images may be of another size. */
const [NOISE_DIM, SIDE] = [100, 28];

/** Throws if nets or batches can't be in memory. */
function checkSizes({ hidden, batchSize }: Pick<GanSettings, 'hidden' | 'batchSize'>): void {
  const dataDim = SIDE * SIDE;
  const numWeights = hidden * (NOISE_DIM + 2 * dataDim); // of both nets
  checkMemory('hidden', hidden, numWeights * BYTES_PER_WEIGHT);
  const numOutputs = NOISE_DIM + 3 * hidden + 2 * dataDim; // of the layers, for an image
  checkMemory('batchSize', batchSize, batchSize * numOutputs * Float32Array.BYTES_PER_ELEMENT);
}

/** Throws if an option takes from another what was given for it. */
function checkTogether(settings: Pick<GanSettings, 'asWritten' | 'data' | 'preset' | 'loss' | 'realLabel'>): void {
  const needs: [name: keyof typeof settings, value: unknown, others: Partial<typeof settings>][] = [
    ['asWritten', true, { data: 'noise', preset: 'article', loss: 'bce' }],
    ['loss', 'hinge', { realLabel: 1 }], // it has no targets to smooth
  ];
  for (const [name, value, others] of needs) {
    if (settings[name] !== value) continue;
    for (const [other, needed] of Object.entries(others)) {
      if (settings[other as keyof typeof settings] !== needed) throw requires([name, value], [other, needed]);
    }
  }
}

type Setting = Parameters<Surface['setting']>;

function requires(given: Setting, needed: Setting) {
  return worded('ERR_INVALID_ARGUMENT', ({ setting }) => `${setting(...given)} requires ${setting(...needed)}.`);
}
