import { arrayOf, type Check, checkString } from '../check';
import { CALENDAR_CYCLES, type CalendarCycle } from '../data/calendar';
import { LINK_NAMES, type LinkName } from '../data/link';
import { SCALING_KINDS, type ScalingKind } from '../data/scaling';
import {
  callback,
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

/** Options of {@link trainMdnRnn}. */
export interface TrainMdnRnnOptions extends TrainingOptions {
  /** A CSV file with a header and one row per time step, in order. Missing values are allowed. */
  data: string;
  /** The column to forecast; several columns are one series each, and train one model. */
  column: string | string[];
  /** The column that names the series of each row; default none, for a file with one series. */
  series?: string | undefined;
  /** The column of the time, to check the order, for calendar features and to label forecasts; default none. */
  time?: string | undefined;
  /** Columns known in advance, as further inputs; default none. */
  covariates?: string[] | undefined;
  /** Calendar features of the predicted step, as further inputs; default none. */
  calendar?: CalendarCycle[] | undefined;
  /** What values are scaled by: all training data (default), that of their series, or their window. */
  scale?: ScalingKind | undefined;
  /**
   * "log" for values above 0, "softplus" for values of at least 0; forecasts keep to that range. Default "identity".
   */
  link?: LinkName | undefined;
  /**
   * Train on differences: to the value one season ago ("season", guessed from the times and the training data), or to the
   * previous value ("1"). Forecasts are sums of differences. Default "none".
   */
  difference?: 'season' | '1' | 'none' | undefined;
  /** Maximum number of epochs; default 100. */
  epochs?: number | undefined;
  /** Windows per batch; default 32, or all windows if there are fewer. */
  batchSize?: number | undefined;
  /** Learning rate of Adam; default 1e-3. */
  lr?: number | undefined;
  /** Number of past values that predict the next one; default 24. */
  window?: number | undefined;
  /** Units of the GRU; default 64. */
  hidden?: number | undefined;
  /** Gaussians in the mixture; default 5. */
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
  /** Maximum total norm of the gradients; larger gradients are scaled down to it. Default none. */
  clipNorm?: number | undefined;
  /**
   * Stops after this many epochs without a better validation loss and keeps the best epoch's weights; default never.
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
  /** Receives a message for each data problem that does not prevent training; default `process.emitWarning`. */
  onWarning?: ((message: string) => void) | undefined;
}

/** One name or an array of names. */
const checkColumn: Check = (name, value) => {
  if (typeof value === 'string') checkString(name, value);
  else arrayOf(checkString, 'a column name, or an array of column names')(name, value);
};

/** Declarations of all options of an MDN-RNN's training. */
export const MDN_RNN_OPTIONS = {
  data: { ...path('file'), help: 'train on a CSV file with a header and one row per time step, in order' },
  column: { ...names, check: checkColumn, help: 'forecast this column; several are one series each' },
  series: { ...name, help: "take the name of each row's series from this column" },
  time: { ...name, help: 'read times from this column' },
  covariates: { ...names, default: [], help: 'use these columns, known in advance, as further inputs' },
  calendar: {
    ...listOf(choice(...CALENDAR_CYCLES)),
    default: [],
    help: `use calendar features as further inputs: ${CALENDAR_CYCLES.join(',')}`,
  },
  scale: {
    ...choice(...SCALING_KINDS),
    default: 'global',
    help: 'scale values by all series, by each series or by each window',
  },
  link: {
    ...choice(...LINK_NAMES),
    default: 'identity',
    help: 'transform values: log for values above 0, softplus for values of at least 0',
  },
  difference: {
    ...choice('season', '1', 'none'),
    default: 'none',
    help: 'model differences to the value one season ago, or to the previous value',
  },
  window: { ...size, default: 24, help: 'predict each value from this many past ones' },
  hidden: { ...size, default: 64, help: 'set the number of units in the GRU' },
  mixtures: { ...size, default: 5, help: 'set the number of Gaussians in the mixture' },
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
  clipNorm: { ...positive, help: 'scale gradients down to at most this norm', defaultHelp: 'never' },
  patience: { ...size, help: 'stop after n epochs without a better validation loss, and keep the best weights' },
  lrPatience: { ...size, help: 'lower the learning rate after n such epochs' },
  lrFactor: {
    ...finiteNumber({ above: 0, below: 1 }),
    default: 0.1,
    help: 'multiply the learning rate by this factor to lower it',
  },
  calibrate: { ...size, help: 'calibrate the intervals of forecasts up to n steps ahead on the validation part' },
  exact: { ...onOff, default: false, help: "use libtorch's own GRU, equal to PyTorch's to the last bit" },
  epochs: { ...EPOCHS, default: 100 },
  batchSize: { ...BATCH_SIZE, default: 32 },
  lr: { ...LR, default: 1e-3 },
  threads: { ...THREADS, defaultHelp: "1; with --resume the run's" },
  ...COMMON_OPTIONS,
  onWarning: callback,
} satisfies OptionTable<TrainMdnRnnOptions>;
