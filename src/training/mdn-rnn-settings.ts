import { arrayOf, checkObject, within } from '../check';
import { checkMemory } from '../check-memory';
import type { Forecaster } from '../data/forecaster';
import { SeriesEncoding } from '../data/series-encoding';
import type { SeriesEncodingState } from '../data/series-encoding-state';
import { worded } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checksOf, missingOption, orUndefined, withDefaults } from '../option';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from './mdn-rnn-options';
import { BYTES_PER_WEIGHT, type Kept, readTrainingOptions, settingsOf } from './options';
import type { RunKind } from './run-folder';

type WithoutDefault = 'series' | 'time' | 'clipNorm' | 'patience' | 'lrPatience' | 'calibrate';

/**
 * The resolved options of an MDN-RNN's training and the values fitted to the data, as saved in config.json. The path
 * `data` is absolute.
 */
export interface MdnRnnSettings
  extends Kept<Omit<TrainMdnRnnOptions, WithoutDefault | 'onWarning'>>,
    Pick<TrainMdnRnnOptions, WithoutDefault> {
  /** Fitted on the training part. */
  encoding: SeriesEncodingState;
  /** Fitted on the validation part at the end of a run with `calibrate`, see {@link Forecaster}. */
  spread?: number[] | undefined;
}

/** The settings before the data is read. */
export type RequestedMdnRnnSettings = Omit<MdnRnnSettings, 'encoding' | 'spread'>;

const { onWarning: _, ...checks } = settingsOf(checksOf<TrainMdnRnnOptions>(MDN_RNN_OPTIONS));

/** The kind of an MDN-RNN's run, and checks of its settings. */
export const MDN_RNN_RUN: RunKind<MdnRnnSettings> = {
  kind: 'mdn-rnn',
  settings: {
    ...checks,
    series: orUndefined(checks.series),
    time: orUndefined(checks.time),
    clipNorm: orUndefined(checks.clipNorm),
    patience: orUndefined(checks.patience),
    lrPatience: orUndefined(checks.lrPatience),
    calibrate: orUndefined(checks.calibrate),
    encoding: checkObject,
    spread: orUndefined(arrayOf(within({ min: 0 }))),
  },
};

/** Checks the options and fills in the defaults, except the encoding. @throws ERR_INVALID_ARGUMENT */
export function resolveMdnRnnSettings(options: TrainMdnRnnOptions): RequestedMdnRnnSettings {
  const asked = readTrainingOptions(options, MDN_RNN_OPTIONS);
  const { onWarning: _, ...settings } = settingsOf(withDefaults(asked, MDN_RNN_OPTIONS));
  if (asked.resume === undefined) {
    checkTogether(settings);
    checkSizes(settings);
  }
  const { column } = settings;
  return { ...settings, column: Array.isArray(column) && column.length === 1 ? column[0]! : column };
}

/** Throws if an option lacks another one that it requires. */
function checkTogether(settings: RequestedMdnRnnSettings): void {
  const { data, column, time, calendar, validation, test } = settings;
  if (data === undefined) throw missingOption('data', 'a CSV file');
  if (column === undefined || column.length === 0) throw missingOption('column', 'the column to forecast, or several');
  if (calendar.length > 0 && time === undefined) throw requires('calendar', 'time', ', the column of the dates');
  if (validation + test >= 1) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) =>
        `Expected ${option('validation')} and ${option('test')} to leave a part for training, but ${validation} + ${test} is not below 1`,
    );
  }
  for (const name of ['patience', 'lrPatience', 'calibrate'] as const) {
    if (settings[name] !== undefined && validation === 0) throw requires(name, 'validation', ' > 0');
  }
}

/** Throws if the model would not fit in memory. */
function checkSizes({ hidden, mixtures }: Pick<MdnRnnSettings, 'hidden' | 'mixtures'>): void {
  checkMemory('hidden', hidden, 3 * hidden * hidden * BYTES_PER_WEIGHT);
  checkMemory('mixtures', mixtures, 3 * mixtures * hidden * BYTES_PER_WEIGHT);
}

function requires(name: string, other: string, what: string) {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} requires ${option(other)}${what}.`);
}

/** Creates a model with the given settings. */
export function createMdnRnn({ hidden, mixtures, exact, encoding }: MdnRnnSettings): MdnRnn {
  const { inputDim } = new SeriesEncoding(encoding);
  return new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures, exact });
}
