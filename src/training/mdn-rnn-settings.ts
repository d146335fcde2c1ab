import { checkNumber, checkSize } from '../check';
import { type CalendarCycle, checkCalendar } from '../data/calendar';
import type { Forecaster } from '../data/forecaster';
import { checkLink, type LinkName } from '../data/link';
import { checkScaling, type ScalingKind } from '../data/scaling';
import { SeriesEncoding } from '../data/series-encoding';
import type { SeriesEncodingState } from '../data/series-encoding-state';
import { invalidArgument } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checkTrainingOptions, type TrainingOptions } from './options';

/** What {@link trainMdnRnn} takes. */
export interface TrainMdnRnnOptions extends TrainingOptions {
  /** A CSV file with a header; its rows are the time steps in order. Missing values are trained through. */
  data: string;
  /** The column to forecast; several train one model on a series each. */
  column: string | string[];
  /** The column that tells which series a row is of; default none: the file has one. */
  series?: string;
  /** The column of the time, for its order, the calendar and forecasts; default none. */
  time?: string;
  /** Columns that are known in advance, as further inputs; default none. */
  covariates?: string[];
  /** What the calendar tells of the time that is foretold, as further inputs; default none. */
  calendar?: CalendarCycle[];
  /** What values are scaled by: all training data (default), that of their series, or their own window. */
  scale?: ScalingKind;
  /** "log" for values above 0, "softplus" for values of at least 0: forecasts are so too. Default "identity". */
  link?: LinkName;
  /** How often the data is gone through, at most; default 100. */
  epochs?: number;
  /** Windows in a batch; default 32, or all windows where there are fewer. */
  batchSize?: number;
  /** Adam's learning rate; default 1e-3. */
  lr?: number;
  /** Values that the next one is predicted from; default 24. */
  window?: number;
  /** Units of the GRU; default 64. */
  hidden?: number;
  /** Gaussians in the mixture; default 5. */
  mixtures?: number;
  /** "nll", the mixture's negative log likelihood (default), or "mse", the squared error of its mean. */
  loss?: 'nll' | 'mse';
  /**
   * The likelihood of each value counts as its predicted variance to this power, so that regions that are hard to
   * foretell are learned too: from 0, plain likelihood (default), to 1.
   *
   * @see https://arxiv.org/abs/2203.09168
   */
  betaNll?: number;
  /** The last part of each series is kept from training and scaling, for validation; default 0.2, 0 for none. */
  validation?: number;
  /** The part after that is kept from validation too, for evaluation; default 0. */
  test?: number;
  /** Scales gradients down to at most this total norm; default none. */
  clipNorm?: number;
  /** Stops after so many epochs without a better validation loss and keeps the best epoch's weights; default never. */
  patience?: number;
  /** Lowers the learning rate after so many epochs without a better validation loss; default never. */
  lrPatience?: number;
  /** What the learning rate is multiplied by then; default 0.1. */
  lrFactor?: number;
  /**
   * Widens or narrows forecasts of up to so many steps about their median, such that their 90 % intervals would have held
   * 90 % of the validation part; default none.
   */
  calibrate?: number;
  /** libtorch's own GRU, whose numbers equal PyTorch's to the last bit; default false. */
  exact?: boolean;
  /** Is told what is odd about the data but can be trained on; default `process.emitWarning`. */
  onWarning?: (message: string) => void;
}

/** All options of an MDN-RNN's training, resolved: what config.json keeps, with what was fitted to the data. */
export interface MdnRnnSettings {
  /** A CSV file; in config.json from the root. */
  data: string;
  /** The column of the values, or several. */
  column: string | string[];
  /** The column that tells which series a row is of. */
  series?: string;
  /** The column of the time. */
  time?: string;
  /** Columns that are known in advance. */
  covariates: string[];
  /** What the calendar tells of the time that is foretold. */
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
  clipNorm?: number;
  /** Epochs without a better validation loss after which it stops; undefined for never. */
  patience?: number;
  /** Epochs without a better validation loss after which the learning rate falls; undefined for never. */
  lrPatience?: number;
  /** What the learning rate is multiplied by then. */
  lrFactor: number;
  /** Steps ahead that the width of forecasts is fitted for; undefined for none. */
  calibrate?: number;
  /** Whether the GRU is libtorch's own. */
  exact: boolean;
  /** Fitted on the training part. */
  encoding: SeriesEncodingState;
  /** Fitted on the validation part if the run has ended and `calibrate` was asked for, see {@link Forecaster}. */
  spread?: number[];
}

/** The settings before the data is read. */
export type RequestedMdnRnnSettings = Omit<MdnRnnSettings, 'encoding' | 'spread'>;

const OWN_NAMES =
  'column series time covariates calendar scale link window hidden mixtures loss betaNll validation test clipNorm patience lrPatience lrFactor calibrate exact onWarning';

/** Checks the options and fills in the defaults, all but the encoding. @throws ERR_INVALID_ARGUMENT */
export function resolveMdnRnnSettings(options: TrainMdnRnnOptions): RequestedMdnRnnSettings {
  checkTrainingOptions(options, OWN_NAMES.split(' '));
  const { data, column, series, time, epochs = 100, batchSize = 32, lr = 1e-3, seed = 0 } = options;
  const { covariates = [], calendar = [], scale = 'global', link = 'identity' } = options;
  const { window = 24, hidden = 64, mixtures = 5, loss = 'nll', betaNll = 0, exact = false } = options;
  const { validation = 0.2, test = 0, clipNorm, patience, lrPatience, lrFactor = 0.1, calibrate } = options;
  if (options.resume === undefined) checkSource(options);
  checkCalendar(calendar);
  checkScaling(scale);
  checkLink(link);
  for (const [name, size] of Object.entries({ window, hidden, mixtures })) checkSize(name, size);
  if (loss !== 'nll' && loss !== 'mse') throw invalidArgument('loss', '"nll" or "mse"', loss);
  checkNumber('betaNll', betaNll, { min: 0, max: 1 });
  checkNumber('validation', validation, { min: 0, below: 1 });
  checkNumber('test', test, { min: 0, below: 1 - validation });
  if (clipNorm !== undefined) checkNumber('clipNorm', clipNorm, { above: 0 });
  for (const [name, count] of Object.entries({ patience, lrPatience, calibrate })) {
    if (count === undefined) continue;
    checkSize(name, count);
    if (validation === 0) throw invalidArgument('validation', `a part above 0, which ${name} looks at,`, validation);
  }
  checkNumber('lrFactor', lrFactor, { above: 0, below: 1 });
  const source = { data, column: single(column), series, time, covariates, calendar, scale, link };
  const model = { window, hidden, mixtures, loss, betaNll, exact };
  return {
    ...source,
    epochs,
    batchSize,
    lr,
    seed,
    ...model,
    validation,
    test,
    clipNorm,
    patience,
    lrPatience,
    lrFactor,
    calibrate,
  };
}

function checkSource({ data, column, series, time, covariates = [], calendar = [] }: TrainMdnRnnOptions): void {
  if (typeof data !== 'string') throw invalidArgument('data', 'a CSV file', data);
  const columns = [column].flat();
  if (columns.length === 0 || columns.some((each) => typeof each !== 'string')) {
    throw invalidArgument('column', 'the name of a column, or several', column);
  }
  const names = [series, time, ...covariates].filter((name) => name !== undefined);
  const odd = names.find((name) => typeof name !== 'string');
  if (odd !== undefined) throw invalidArgument('series, time and covariates', 'names of columns', odd);
  if (calendar.length > 0 && time === undefined)
    throw invalidArgument('time', 'the column that the calendar needs', time);
}

function single(column: string | string[]): string | string[] {
  return Array.isArray(column) && column.length === 1 ? column[0]! : column;
}

/** A new model as the settings describe it. */
export function createMdnRnn({ hidden, mixtures, exact, encoding }: MdnRnnSettings): MdnRnn {
  const { inputDim } = new SeriesEncoding(encoding);
  return new MdnRnn({ inputDim, hiddenDim: hidden, numMixtures: mixtures, exact });
}
