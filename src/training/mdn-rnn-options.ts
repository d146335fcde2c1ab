import { arrayOf, type Check, checkString } from '../check';
import { CALENDAR_CYCLES, type CalendarCycle } from '../data/calendar';
import { LINK_NAMES, type LinkName } from '../data/link';
import { SCALING_KINDS, type ScalingKind } from '../data/scaling';
import { checkDelimiter, type SeriesSource } from '../data/series';
import { SMOOTHING_WINDOW } from '../data/smoothing-encoding';
import { checkDateFormat, checkTimeZone } from '../data/time-axis';
import { checkFrequency } from '../data/time-step';
import {
  choice,
  finiteNumber,
  listOf,
  name,
  names,
  type OptionTable,
  onOff,
  part,
  path,
  positive,
  size,
} from '../option';
import { BATCH_SIZE, COMMON_OPTIONS, EPOCHS, LR, THREADS, type TrainingOptions } from './options';
import { PRETRAINED } from './pretrained';

/** Where an MDN-RNN's defaults come from. */
export type MdnRnnPreset = 'recommended' | 'article';
/** How an MDN-RNN sees series. */
export type InputKind = 'smoothing' | 'window';

/** Options of {@link trainMdnRnn}. */
export interface TrainMdnRnnOptions
  extends TrainingOptions,
    Pick<SeriesSource, 'delimiter' | 'decimal' | 'frequency' | 'dateFormat' | 'timeZone'> {
  /** A CSV file with a header and one row per time step, in order. Missing values are allowed. */
  data: string;
  /** The column to forecast; several columns are one series each, and train one model. */
  column: string | string[];
  /** The column that names the series of each row; default none, for a file with one series. */
  series?: string | undefined;
  /** The column of the time, to check the order, for calendar features and to label forecasts; default none. */
  time?: string | undefined;
  /**
   * "fill" (default) takes rows that are missing between others, by their time, as missing values, unless there are
   * covariates; "keep" (with preset "article") takes the rows as they are.
   */
  gaps?: 'fill' | 'keep' | undefined;
  /**
   * Take defaults from this preset: "recommended" (default) starts from a net that has seen many series, and "article"
   * trains the article's net, with PyTorch's numbers.
   */
  preset?: MdnRnnPreset | undefined;
  /**
   * How the model sees series: by what exponential smoothing makes of them ("smoothing", default), or as a window of
   * values ("window", with preset "article").
   */
  inputs?: InputKind | undefined;
  /**
   * Where the weights start: from the net in the package, which has learned from synthetic series ("pretrained"), or
   * from random numbers ("random"). Default "pretrained", with inputs "window" "random"; not with `init`.
   */
  start?: 'pretrained' | 'random' | undefined;
  /** Steps after which the series repeat, 1 if they do not; default found by a backtest. */
  season?: number | undefined;
  /**
   * Whether a backtest chooses the season and the link, unless they are given; default true. Without one, the most likely
   * season is taken, and link "identity".
   */
  select?: boolean | undefined;
  /** Steps ahead that forecasts shall reach, which candidates and the result are judged by; default 24 or fewer. */
  horizon?: number | undefined;
  /** Columns of numbers or words known in advance, as further inputs, see {@link SeriesSource}; default none. */
  covariates?: string[] | undefined;
  /** Columns that describe a series, the same in all its rows, as further inputs; default none. */
  staticCovariates?: string[] | undefined;
  /** Columns known only in the past, as further inputs: their values `horizon` steps before; default none. */
  pastCovariates?: string[] | undefined;
  /** Calendar features of the predicted step, as further inputs; default none. */
  calendar?: CalendarCycle[] | undefined;
  /** With inputs "window", what values are scaled by: all training data (default), that of their series, or their window. */
  scale?: ScalingKind | undefined;
  /**
   * "log" for values above 0, "softplus", "relu" or "count" for values of at least 0, see {@link LinkName}; forecasts keep to
   * that range. "identity" for all values. Default "auto", those that a backtest chooses, and "identity" where there is none.
   */
  link?: LinkName | 'auto' | undefined;
  /**
   * With inputs "window", train on differences: to the value one season ago ("season", guessed from the times and the training data), or to the
   * previous value ("1"). Forecasts are sums of differences. Default "none".
   */
  difference?: 'season' | '1' | 'none' | undefined;
  /** Maximum number of epochs; default 30, with start "random" 100. */
  epochs?: number | undefined;
  /** Windows per batch; default 32, or all windows if there are fewer. */
  batchSize?: number | undefined;
  /** Learning rate of Adam; default 3e-4, with start "random" 1e-3. */
  lr?: number | undefined;
  /** Number of past values that predict the next one; default 112, with inputs "window" 24. */
  window?: number | undefined;
  /** Units of the GRU; default 128, with inputs "window" 64. */
  hidden?: number | undefined;
  /** Gaussians in the mixture; default 4, with inputs "window" 5. */
  mixtures?: number | undefined;
  /** "nll", the mixture's negative log-likelihood (default), or "mse", the squared error of its mean. */
  loss?: 'nll' | 'mse' | undefined;
  /**
   * Weights the likelihood of each value by its predicted variance to this power, so that hard-to-predict regions are
   * also learned: from 0, plain likelihood (default), to 1.
   *
   * @see https://arxiv.org/abs/2203.09168
   */
  betaNll?: number | undefined;
  /** Fraction of each series held out from training and scaling, for validation; default 0.2, 0 for none. */
  validation?: number | undefined;
  /** Fraction at the end of each series held out from validation too, for evaluation; default 0. */
  test?: number | undefined;
  /** Maximum total norm of the gradients; larger gradients are scaled down to it. Default 1, with inputs "window" none. */
  clipNorm?: number | undefined;
  /**
   * Stops after this many epochs without a better validation loss and keeps the best epoch's weights, or those of the
   * start; default 5, with start "random" 20, with inputs "window" never.
   */
  patience?: number | undefined;
  /** Lowers the learning rate after this many epochs without a better validation loss; default never. */
  lrPatience?: number | undefined;
  /** Factor by which `lrPatience` lowers the learning rate; default 0.1. */
  lrFactor?: number | undefined;
  /**
   * Calibrates forecasts up to this many steps ahead on the validation part: widens or narrows them about their median,
   * so that their 90 % intervals would have covered 90 % of it. Default none.
   */
  calibrate?: number | undefined;
  /** Uses libtorch's own GRU, whose results equal PyTorch's to the last bit; default false. */
  exact?: boolean | undefined;
}

/** One name or an array of names. */
const checkColumn: Check = (name, value) => {
  if (typeof value === 'string') checkString(name, value);
  else arrayOf(checkString, 'a column name, or an array of column names')(name, value);
};

const ARTICLE = { preset: 'article' } as const;
const WINDOW = { inputs: 'window' } as const;
const RANDOM = { start: 'random' } as const;

/** Declarations of all options of an MDN-RNN's training. */
export const MDN_RNN_OPTIONS = {
  data: { ...path('file'), help: 'train on a CSV file with a header and one row per time step, in order' },
  column: { ...names, check: checkColumn, help: 'forecast this column; several are one series each' },
  series: { ...name, help: "take the name of each row's series from this column" },
  time: { ...name, help: 'read times from this column' },
  delimiter: {
    check: checkDelimiter,
    placeholder: 'char',
    help: 'take this character as what separates cells',
    defaultHelp: 'comma, semicolon, tab or bar, whichever the lines have',
  },
  decimal: { ...choice('.', ','), help: 'take this as the decimal sign', defaultHelp: 'told from the numbers' },
  gaps: {
    ...choice('fill', 'keep'),
    default: 'fill',
    unless: [[ARTICLE, 'keep']],
    help: 'fill rows that are missing between others with missing values, or keep the rows as they are',
  },
  frequency: {
    check: checkFrequency,
    placeholder: 'step',
    help: 'take this as the interval between two rows, such as day, weekday or "15 minutes"',
    defaultHelp: 'the usual one',
  },
  dateFormat: {
    check: checkDateFormat,
    placeholder: 'format',
    help: 'read dates as, for example, dd.MM.yyyy',
    defaultHelp: 'ISO 8601 and other unambiguous ways',
  },
  timeZone: {
    check: checkTimeZone,
    placeholder: 'name',
    help: 'take dates without an offset in this time zone, such as Europe/Berlin',
    defaultHelp: 'UTC',
  },
  covariates: {
    ...names,
    default: [],
    help: 'use these columns of numbers or words, known in advance, as further inputs',
  },
  staticCovariates: { ...names, default: [], help: 'use these columns, the same in all rows of a series' },
  pastCovariates: {
    ...names,
    default: [],
    help: 'use these columns, known only in the past: their values --horizon steps before',
  },
  calendar: {
    ...listOf(choice(...CALENDAR_CYCLES)),
    default: [],
    help: `use calendar features as further inputs: ${CALENDAR_CYCLES.join(',')}`,
  },
  preset: {
    ...choice('recommended', 'article'),
    default: 'recommended',
    help: "take defaults from this preset; article has the article's values",
  },
  inputs: {
    ...choice('smoothing', 'window'),
    default: 'smoothing',
    unless: [[ARTICLE, 'window']],
    help: 'let the model see what exponential smoothing makes of the series, or windows of values',
  },
  start: {
    ...choice('pretrained', 'random'),
    default: 'pretrained',
    unless: [[WINDOW, 'random']],
    help: 'start from a net that has seen many series, or from random weights',
  },
  season: { ...size, help: 'take this many steps as the season, 1 for none', defaultHelp: 'found by a backtest' },
  select: { ...onOff, default: true, help: 'take the most likely season, and no link, without a backtest' },
  horizon: { ...size, help: 'judge forecasts of n steps', defaultHelp: '24, or fewer' },
  scale: {
    ...choice(...SCALING_KINDS),
    default: 'global',
    help: 'scale values by all series, by each series or by each window',
  },
  link: {
    ...choice('auto', ...LINK_NAMES),
    default: 'auto',
    unless: [[WINDOW, 'identity']],
    help: 'transform values: log for values above 0; softplus, relu or count (whole numbers) for values of at least 0',
  },
  difference: {
    ...choice('season', '1', 'none'),
    default: 'none',
    help: 'model differences to the value one season ago, or to the previous value',
  },
  window: {
    ...size,
    default: SMOOTHING_WINDOW,
    unless: [[WINDOW, 24]],
    help: 'predict each value from this many past ones',
  },
  hidden: { ...size, default: PRETRAINED.hidden, unless: [[WINDOW, 64]], help: 'set the number of units in the GRU' },
  mixtures: {
    ...size,
    default: PRETRAINED.mixtures,
    unless: [[WINDOW, 5]],
    help: 'set the number of Gaussians in the mixture',
  },
  loss: {
    ...choice('nll', 'mse'),
    default: 'nll',
    help: "minimize the negative log-likelihood, or the squared error of the mixture's mean",
  },
  validation: { ...part, default: 0.2, help: 'hold out this part of each series for validation, 0 for none' },
  test: { ...part, default: 0, help: 'hold out this part at the end of each series, for evaluation only' },
  betaNll: {
    ...finiteNumber({ min: 0, max: 1 }),
    default: 0,
    help: 'weight likelihoods by the predicted variance to this power',
  },
  clipNorm: {
    ...positive,
    default: 1,
    unless: [[WINDOW, undefined]],
    help: 'scale gradients down to at most this norm',
    defaultHelp: '1; with --inputs window: never',
  },
  patience: {
    ...size,
    default: 5,
    unless: [
      [WINDOW, undefined],
      [RANDOM, 20],
    ],
    help: 'stop after n epochs without a better validation loss, and keep the best weights',
    defaultHelp: '5; with --start random: 20; with --inputs window: never',
  },
  lrPatience: { ...size, help: 'lower the learning rate after n such epochs' },
  lrFactor: {
    ...finiteNumber({ above: 0, below: 1 }),
    default: 0.1,
    help: 'multiply the learning rate by this factor to lower it',
  },
  calibrate: { ...size, help: 'calibrate the intervals of forecasts up to n steps ahead on the validation part' },
  exact: { ...onOff, default: false, help: "use libtorch's own GRU, equal to PyTorch's to the last bit" },
  epochs: { ...EPOCHS, default: 30, unless: [RANDOM, WINDOW].map((when) => [when, 100]) },
  batchSize: { ...BATCH_SIZE, default: 32 },
  lr: { ...LR, default: 3e-4, unless: [RANDOM, WINDOW].map((when) => [when, 1e-3]) },
  threads: { ...THREADS, defaultHelp: "1; with --resume the run's" },
  ...COMMON_OPTIONS,
} satisfies OptionTable<TrainMdnRnnOptions>;
