import { invalidArgument } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checkNumber, checkSize } from '../nn/check';
import { checkTrainingOptions, type TrainingOptions } from './options';

export interface TrainMdnRnnOptions extends TrainingOptions {
  /** A CSV file with a header; its rows are the time steps in order. */
  data: string;
  /** The column to forecast. */
  column: string;
  /** Default 100. */
  epochs?: number;
  /** Default 32. */
  batchSize?: number;
  /** Default 1e-3. */
  lr?: number;
  /** Values that the next one is predicted from; default 24. */
  window?: number;
  /** Units of the GRU; default 64. */
  hidden?: number;
  /** Gaussians in the mixture; default 5. */
  mixtures?: number;
  /** "nll", the mixture's negative log likelihood (default), or "mse", the squared error of its mean. */
  loss?: 'nll' | 'mse';
  /** The last part of the series is kept from training and scaling, for validation; default 0.2, 0 for none. */
  validation?: number;
  /** libtorch's own GRU, whose numbers equal PyTorch's to the last bit; default false. */
  exact?: boolean;
}

/** All options of an MDN-RNN's training, resolved: what config.json keeps, with the scaler. */
export interface MdnRnnSettings {
  data: string;
  column: string;
  epochs: number;
  batchSize: number;
  lr: number;
  seed: number;
  window: number;
  hidden: number;
  mixtures: number;
  loss: 'nll' | 'mse';
  validation: number;
  exact: boolean;
  /** Fitted on the training part. */
  scaler: { mean: number; deviation: number };
}

const OWN_NAMES = ['column', 'window', 'hidden', 'mixtures', 'loss', 'validation', 'exact'];

/** Checks the options and fills in the defaults, all but the scaler. @throws ERR_INVALID_ARGUMENT */
export function resolveMdnRnnSettings(options: TrainMdnRnnOptions): Omit<MdnRnnSettings, 'scaler'> {
  checkTrainingOptions(options, OWN_NAMES);
  const { data, column, epochs = 100, batchSize = 32, lr = 1e-3, seed = 0 } = options;
  const { window = 24, hidden = 64, mixtures = 5, loss = 'nll', validation = 0.2, exact = false } = options;
  if (options.resume === undefined) {
    if (typeof data !== 'string') throw invalidArgument('data', 'a CSV file', data);
    if (typeof column !== 'string') throw invalidArgument('column', 'the name of a column', column);
  }
  checkSize('window', window);
  checkSize('hidden', hidden);
  checkSize('mixtures', mixtures);
  checkNumber('validation', validation, { min: 0, below: 1 });
  if (loss !== 'nll' && loss !== 'mse') throw invalidArgument('loss', '"nll" or "mse"', loss);
  return { data, column, epochs, batchSize, lr, seed, window, hidden, mixtures, loss, validation, exact };
}

/** A new model as the settings describe it. */
export function createMdnRnn({ hidden, mixtures, exact }: Omit<MdnRnnSettings, 'scaler'>): MdnRnn {
  return new MdnRnn({ hiddenDim: hidden, numMixtures: mixtures, exact });
}
