import { arrayOf, checkObject, oneOf, within } from '../check';
import { checkMemory } from '../check-memory';
import type { Categories } from '../data/covariates';
import type { Encoding } from '../data/encoding';
import type { Forecaster } from '../data/forecaster';
import { checkCategories } from '../data/series';
import { SeriesEncoding } from '../data/series-encoding';
import type { SeriesEncodingState } from '../data/series-encoding-state';
import { SmoothingEncoding, type SmoothingEncodingState } from '../data/smoothing-encoding';
import { invalidArgument, type Surface, worded } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checksOf, missingOption, orUndefined, withDefaults } from '../option';
import type { Candidate } from './candidates';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from './mdn-rnn-options';
import { BYTES_PER_WEIGHT, type Kept, readTrainingOptions, settingsOf } from './options';
import { kindFor, PRETRAINED, pretrainedModel } from './pretrained';
import type { RunKind } from './run-folder';

type WithoutDefault =
  | 'series'
  | 'time'
  | 'delimiter'
  | 'decimal'
  | 'frequency'
  | 'dateFormat'
  | 'timeZone'
  | 'season'
  | 'horizon'
  | 'clipNorm'
  | 'patience'
  | 'lrPatience'
  | 'calibrate'
  | 'init';

/**
 * The resolved options of an MDN-RNN's training and the values fitted to the data, as saved in config.json. The path
 * `data` is absolute.
 */
export interface MdnRnnSettings
  extends Kept<Omit<TrainMdnRnnOptions, WithoutDefault | 'start'>>,
    Pick<TrainMdnRnnOptions, WithoutDefault> {
  /** Where the weights started: "init" if they were those of the run or file `init`. */
  start: 'pretrained' | 'random' | 'init';
  /** The words of each covariate that is a column of words. */
  categories?: Categories | undefined;
  /** How the model sees series, fitted to the data; forecasts from several are pooled. */
  encodings: (SeriesEncodingState | SmoothingEncodingState)[];
  /** What the encodings were chosen from, if a backtest chose them. */
  candidates: Candidate[];
  /** Fitted on the validation part at the end of a run with `calibrate`, see {@link Forecaster}. */
  spread?: number[] | undefined;
  /** By the name of a series, likewise, if there are several. */
  ownSpread?: Record<string, number> | undefined;
}

/** The settings before the data is read. */
export type RequestedMdnRnnSettings = Omit<MdnRnnSettings, 'encodings' | 'candidates' | 'spread' | 'ownSpread'>;

const checks = settingsOf(checksOf<TrainMdnRnnOptions>(MDN_RNN_OPTIONS));

/** The kind of an MDN-RNN's run, and checks of its settings. */
export const MDN_RNN_RUN: RunKind<MdnRnnSettings> = {
  kind: 'mdn-rnn',
  settings: {
    ...checks,
    series: orUndefined(checks.series),
    time: orUndefined(checks.time),
    delimiter: orUndefined(checks.delimiter),
    decimal: orUndefined(checks.decimal),
    frequency: orUndefined(checks.frequency),
    dateFormat: orUndefined(checks.dateFormat),
    timeZone: orUndefined(checks.timeZone),
    season: orUndefined(checks.season),
    horizon: orUndefined(checks.horizon),
    clipNorm: orUndefined(checks.clipNorm),
    patience: orUndefined(checks.patience),
    lrPatience: orUndefined(checks.lrPatience),
    calibrate: orUndefined(checks.calibrate),
    start: oneOf('pretrained', 'random', 'init'),
    init: orUndefined(checks.init),
    categories: orUndefined(checkCategories),
    encodings: arrayOf(checkObject),
    candidates: arrayOf(checkObject),
    spread: orUndefined(arrayOf(within({ min: 0 }))),
    ownSpread: orUndefined(checkObject),
  },
  leastWeights: ({ start, hidden, mixtures }) => (start === 'pretrained' ? 0 : 3 * hidden * (hidden + mixtures)),
};

/** Checks the options and fills in the defaults, except what is fitted to the data. @throws ERR_INVALID_ARGUMENT */
export function resolveMdnRnnSettings(options: TrainMdnRnnOptions): RequestedMdnRnnSettings {
  const asked = readTrainingOptions(options, MDN_RNN_OPTIONS);
  if (asked.init !== undefined && asked.start !== undefined) throw startsTwice(asked.init);
  const start = asked.init === undefined ? undefined : ('init' as 'random');
  const filled = settingsOf(withDefaults(start ? { ...asked, start } : asked, MDN_RNN_OPTIONS));
  // Without validation there is nothing to wait for, unless it is asked for.
  const patience = asked.patience ?? (filled.validation > 0 ? filled.patience : undefined);
  const settings = { ...filled, patience };
  if (asked.resume === undefined) {
    checkSizes(settings);
    checkTogether(settings);
  }
  const { column } = settings;
  return { ...settings, column: Array.isArray(column) && column.length === 1 ? column[0]! : column };
}

/** What the pretrained net is like. */
const AS_PRETRAINED = { inputs: 'smoothing', hidden: PRETRAINED.hidden, mixtures: PRETRAINED.mixtures, exact: false };

/** Throws if an option lacks another one that it requires. */
export function checkTogether(settings: RequestedMdnRnnSettings): void {
  const { data, column, time, calendar, pastCovariates, horizon, calibrate, validation, test } = settings;
  if (data === undefined) throw missingOption('data', 'a CSV file');
  if (column === undefined || column.length === 0) throw missingOption('column', 'the column to forecast, or several');
  if (pastCovariates.length > 0 && horizon === undefined)
    throw requires('pastCovariates', 'horizon', ', the steps of a forecast');
  if (pastCovariates.length > 0 && calibrate !== undefined && calibrate > horizon!)
    throw invalidArgument('calibrate', `at most ${horizon}, by which the past covariates lag,`, calibrate);
  if (calendar.length > 0 && time === undefined) throw requires('calendar', 'time', ', the column of the dates');
  if (validation + test >= 1) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) =>
        `Expected ${option('validation')} and ${option('test')} to leave a part for training, but ${validation} + ${test} is not below 1`,
    );
  }
  for (const [name, value] of Object.entries(AS_PRETRAINED)) {
    const given = settings[name as keyof typeof AS_PRETRAINED];
    if (settings.start === 'pretrained' && given !== value) throw needs([name, given], ['start', 'random']);
  }
  if (settings.inputs === 'smoothing') {
    if (settings.scale !== 'global') throw needs(['scale', settings.scale], ['inputs', 'window']);
    if (settings.difference !== 'none') throw needs(['difference', settings.difference], ['inputs', 'window']);
  }
  for (const name of ['patience', 'lrPatience', 'calibrate'] as const) {
    if (settings[name] !== undefined && validation === 0) throw requires(name, 'validation', ' > 0');
  }
}

function startsTwice(init: string) {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => {
    return `Cannot use ${option('start')} with ${option('init')}: the weights start as those of ${init}.`;
  });
}

/** Throws if the model would not fit in memory. */
function checkSizes({ hidden, mixtures }: Pick<MdnRnnSettings, 'hidden' | 'mixtures'>): void {
  checkMemory('hidden', hidden, 3 * hidden * hidden * BYTES_PER_WEIGHT);
  checkMemory('mixtures', mixtures, 3 * mixtures * hidden * BYTES_PER_WEIGHT);
}

type Setting = Parameters<Surface['setting']>;

function needs(given: Setting, needed: Setting) {
  return worded('ERR_INVALID_ARGUMENT', ({ setting }) => `${setting(...given)} requires ${setting(...needed)}.`);
}

function requires(name: string, other: string, what: string) {
  return worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(name)} requires ${option(other)}${what}.`);
}

/** Returns the encodings of a run. @throws ERR_INVALID_ARGUMENT if they are invalid */
export function encodingsOf({ inputs, encodings }: Pick<MdnRnnSettings, 'inputs' | 'encodings'>): Encoding[] {
  if (encodings.length === 0) throw invalidArgument('encodings', 'at least one encoding', encodings);
  return encodings.map((state) =>
    inputs === 'window'
      ? new SeriesEncoding(state as SeriesEncodingState)
      : new SmoothingEncoding(state as SmoothingEncodingState),
  );
}

/** Creates a model with the given settings, as it is before its training. */
export function createMdnRnn(settings: MdnRnnSettings): MdnRnn {
  const { hidden, mixtures, exact, start } = settings;
  const { inputDim, link } = encodingsOf(settings)[0]!;
  if (start === 'pretrained') return pretrainedModel(inputDim, kindFor(link.name));
  return new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures, exact });
}
