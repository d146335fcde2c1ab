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

/** What {@link trainMdnRnn} takes. */
export interface TrainMdnRnnOptions extends TrainingOptions {
  /** A CSV file with a header; its rows are the time steps in order. Missing values are trained through. */
  data: string;
  /** The column to forecast; several train one model on a series each. */
  column: string | string[];
  /** The column that tells which series a row is of; default none: the file has one. */
  series?: string | undefined;
  /** The column of the time, for its order, the calendar and forecasts; default none. */
  time?: string | undefined;
  /** Columns that are known in advance, as further inputs; default none. */
  covariates?: string[] | undefined;
  /** Calendar features of the time that is predicted, as further inputs; default none. */
  calendar?: CalendarCycle[] | undefined;
  /** What values are scaled by: all training data (default), that of their series, or their own window. */
  scale?: ScalingKind | undefined;
  /** "log" for values above 0, "softplus" for values of at least 0: forecasts are so too. Default "identity". */
  link?: LinkName | undefined;
  /** How often the data is gone through, at most; default 100. */
  epochs?: number | undefined;
  /** Windows in a batch; default 32, or all windows where there are fewer. */
  batchSize?: number | undefined;
  /** Adam's learning rate; default 1e-3. */
  lr?: number | undefined;
  /** Values that the next one is predicted from; default 24. */
  window?: number | undefined;
  /** Units of the GRU; default 64. */
  hidden?: number | undefined;
  /** Gaussians in the mixture; default 5. */
  mixtures?: number | undefined;
  /** "nll", the mixture's negative log likelihood (default), or "mse", the squared error of its mean. */
  loss?: 'nll' | 'mse' | undefined;
  /**
   * The likelihood of each value counts as its predicted variance to this power, so that regions that are hard to
   * predict are learned too: from 0, plain likelihood (default), to 1.
   *
   * @see https://arxiv.org/abs/2203.09168
   */
  betaNll?: number | undefined;
  /** The last part of each series is kept from training and scaling, for validation; default 0.2, 0 for none. */
  validation?: number | undefined;
  /** The part after that is kept from validation too, for evaluation; default 0. */
  test?: number | undefined;
  /** Scales gradients down to at most this total norm; default none. */
  clipNorm?: number | undefined;
  /** Stops after so many epochs without a better validation loss and keeps the best epoch's weights; default never. */
  patience?: number | undefined;
  /** Lowers the learning rate after so many epochs without a better validation loss; default never. */
  lrPatience?: number | undefined;
  /** What the learning rate is multiplied by then; default 0.1. */
  lrFactor?: number | undefined;
  /**
   * Widens or narrows forecasts of up to so many steps about their median, such that their 90 % intervals would have held
   * 90 % of the validation part; default none.
   */
  calibrate?: number | undefined;
  /** libtorch's own GRU, whose numbers equal PyTorch's to the last bit; default false. */
  exact?: boolean | undefined;
  /** Receives a message for each data problem that does not prevent training; default `process.emitWarning`. */
  onWarning?: ((message: string) => void) | undefined;
}

/** One name or an array of names. */
const checkColumn: Check = (name, value) => {
  if (typeof value === 'string') checkString(name, value);
  else arrayOf(checkString, 'the name of a column, or an array of names')(name, value);
};

/** The declarations of all options of an MDN-RNN's training. */
export const MDN_RNN_OPTIONS = {
  data: { ...path('file'), help: 'a CSV file with a header, its rows in the order of time' },
  column: { ...names, check: checkColumn, help: 'the column to forecast; several are a series each' },
  series: { ...name, help: 'the column that names the series of each row' },
  time: { ...name, help: 'the column of the time' },
  covariates: { ...names, default: [], help: 'columns known in advance, as further inputs' },
  calendar: {
    ...listOf(choice(...CALENDAR_CYCLES)),
    default: [],
    help: `further inputs from the time: ${CALENDAR_CYCLES.join(',')}`,
  },
  scale: {
    ...choice(...SCALING_KINDS),
    default: 'global',
    help: 'scale values by all series, their own or their window',
  },
  link: { ...choice(...LINK_NAMES), default: 'identity', help: 'log for values above 0, softplus from 0 on' },
  window: { ...size, default: 24, help: 'values that the next one is predicted from' },
  hidden: { ...size, default: 64, help: 'units of the GRU' },
  mixtures: { ...size, default: 5, help: 'Gaussians in the mixture' },
  loss: { ...choice('nll', 'mse'), default: 'nll', help: "nll, or mse of the mixture's mean" },
  validation: { ...part, default: 0.2, help: 'last part of each series kept for validation, 0 for none' },
  test: { ...part, default: 0, help: 'the part after it, kept for evaluation only' },
  betaNll: {
    ...finiteNumber({ min: 0, max: 1 }),
    default: 0,
    help: 'weighs likelihoods by the predicted variance to this power',
  },
  clipNorm: { ...positive, help: 'scale gradients down to at most this norm', defaultHelp: 'never' },
  patience: { ...size, help: 'stop after n epochs without a better validation loss, and keep the best' },
  lrPatience: { ...size, help: 'lower the learning rate after n such epochs' },
  lrFactor: { ...finiteNumber({ above: 0, below: 1 }), default: 0.1, help: 'what it is multiplied by then' },
  calibrate: { ...size, help: 'calibrate the intervals of forecasts up to n steps ahead on the validation part' },
  exact: { ...onOff, default: false, help: "libtorch's own GRU, equal to PyTorch's to the last bit" },
  epochs: { ...EPOCHS, default: 100 },
  batchSize: { ...BATCH_SIZE, default: 32 },
  lr: { ...LR, default: 1e-3 },
  threads: { ...THREADS, defaultHelp: "1; with --resume the run's" },
  ...COMMON_OPTIONS,
  onWarning: callback,
} satisfies OptionTable<TrainMdnRnnOptions>;
