import { arrayOf, checkObject, within } from '../check';
import { checkMemory } from '../check-memory';
import type { CalendarCycle } from '../data/calendar';
import type { Forecaster } from '../data/forecaster';
import type { LinkName } from '../data/link';
import type { ScalingKind } from '../data/scaling';
import { SeriesEncoding, type SeriesEncodingState } from '../data/series-encoding';
import { worded } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checksOf, missingOption, orUndefined, withDefaults } from '../option';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from './mdn-rnn-options';
import { BYTES_PER_WEIGHT, readTrainingOptions, settingsOf } from './options';
import type { RunKind } from './run-folder';

/** All options of an MDN-RNN's training, resolved: what config.json keeps, with what was fitted to the data. */
export interface MdnRnnSettings {
  /** A CSV file; in config.json from the root. */
  data: string;
  /** The column of the values, or several. */
  column: string | string[];
  /** The column that tells which series a row is of. */
  series?: string | undefined;
  /** The column of the time. */
  time?: string | undefined;
  /** Columns that are known in advance. */
  covariates: string[];
  /** Calendar features of the time that is predicted. */
  calendar: CalendarCycle[];
  /** What values are scaled by. */
  scale: ScalingKind;
  /** How the model sees values. */
  link: LinkName;
  /** How often the data is gone through, at most. */
  epochs: number;
  /** Windows in a batch. */
  batchSize: number;
  /** Adam's learning rate at the beginning. */
  lr: number;
  /** Of the thread's random numbers. */
  seed: number;
  /** Values that the next one is predicted from. */
  window: number;
  /** Units of the GRU. */
  hidden: number;
  /** Gaussians in the mixture. */
  mixtures: number;
  /** What is minimised. */
  loss: 'nll' | 'mse';
  /** The power of the predicted variance that each value counts as. */
  betaNll: number;
  /** The part of each series for validation. */
  validation: number;
  /** The part of each series for evaluation. */
  test: number;
  /** The largest total norm of the gradients; undefined for any. */
  clipNorm?: number | undefined;
  /** Epochs without a better validation loss after which it stops; undefined for never. */
  patience?: number | undefined;
  /** Epochs without a better validation loss after which the learning rate falls; undefined for never. */
  lrPatience?: number | undefined;
  /** What the learning rate is multiplied by then. */
  lrFactor: number;
  /** Steps ahead that the width of forecasts is fitted for; undefined for none. */
  calibrate?: number | undefined;
  /** Whether the GRU is libtorch's own. */
  exact: boolean;
  /** Fitted on the training part. */
  encoding: SeriesEncodingState;
  /** Fitted on the validation part if the run has ended and `calibrate` was asked for, see {@link Forecaster}. */
  spread?: number[] | undefined;
}

/** The settings before the data is read. */
export type RequestedMdnRnnSettings = Omit<MdnRnnSettings, 'encoding' | 'spread'>;

const { onWarning: _, ...checks } = settingsOf(checksOf<TrainMdnRnnOptions>(MDN_RNN_OPTIONS));

/** What the config.json of an MDN-RNN's run holds. */
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

/** Checks the options and fills in the defaults, all but the encoding. @throws ERR_INVALID_ARGUMENT */
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

/** Throws if what one option needs of another is not there. */
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

/** Throws if the net can't be in memory. */
function checkSizes({ hidden, mixtures }: Pick<MdnRnnSettings, 'hidden' | 'mixtures'>): void {
  checkMemory('hidden', hidden, 3 * hidden * hidden * BYTES_PER_WEIGHT);
  checkMemory('mixtures', mixtures, 3 * mixtures * hidden * BYTES_PER_WEIGHT);
}

function requires(name: string, other: string, what: string) {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} requires ${option(other)}${what}.`);
}

/** A new model as the settings describe it. */
export function createMdnRnn({ hidden, mixtures, exact, encoding }: MdnRnnSettings): MdnRnn {
  const { inputDim } = new SeriesEncoding(encoding);
  return new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures, exact });
}
