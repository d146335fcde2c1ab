import { readCsvColumns } from '../data/csv';
import { DataLoader, type EpochCursor } from '../data/data-loader';
import { Scaler, slidingWindows, trainingLength } from '../data/time-series';
import { LibtorchGenerativeError } from '../errors';
import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture, mixtureNll } from '../models/mixture';
import { Adam } from '../nn/adam';
import { mseLoss } from '../nn/losses';
import { grad, noGrad } from '../tensor/autograd';
import { manualSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { type EpochRecord, runEpochs, type Training } from './epochs';
import { createMdnRnn, type MdnRnnSettings, resolveMdnRnnSettings, type TrainMdnRnnOptions } from './mdn-rnn-settings';
import { prepareDevice } from './options';
import type { RunFolder } from './run-folder';
import { requestedSettings, startRun } from './start-run';
import { TrainingRun } from './training-run';

/** `loss` of the epoch's last batch; `validationLoss` over the whole validation part. */
export type MdnRnnEpoch = EpochRecord<MdnRnnLosses>;
type MdnRnnLosses = { loss: number; validationLoss?: number };
export interface MdnRnnResult {
  model: MdnRnn;
  settings: MdnRnnSettings;
}

/**
 * Trains the article's MDN-RNN on a column of a CSV file.
 *
 * @example const { model } = await trainMdnRnn({ data: 'co2.csv', column: 'CO2', seed: 7 }).result;
 * @throws ERR_INVALID_ARGUMENT at once; ERR_FILE, ERR_DATA_FORMAT, ERR_DEVICE, ERR_CHECKPOINT and ERR_NOT_FINITE when
 *   it is iterated or awaited
 */
export function trainMdnRnn(options: TrainMdnRnnOptions): TrainingRun<MdnRnnEpoch, MdnRnnResult> {
  const settings = resolveMdnRnnSettings(options);
  return new TrainingRun(mdnRnnEpochs(settings, options));
}

async function* mdnRnnEpochs(
  asked: Omit<MdnRnnSettings, 'scaler'>,
  options: TrainMdnRnnOptions,
): AsyncGenerator<MdnRnnEpoch, MdnRnnResult, void> {
  // Operators this small take longer on several threads than on one.
  const device = prepareDevice(options, 1);
  const requested = requestedSettings('mdn-rnn', asked, options);
  const { scaler, loader, validation } = loadWindows(requested, device);
  const settings: MdnRnnSettings = { ...requested, scaler: { ...scaler } };
  manualSeed(settings.seed);
  const training = new MdnRnnTraining(settings, loader, validation, device);
  try {
    const { folder, start } = startRun('mdn-rnn', settings, training, options);
    const { signal, onProgress } = options;
    yield* runEpochs(training, { epochs: settings.epochs, start, folder, signal, onProgress });
    return { ...training.models, settings };
  } finally {
    training.dispose();
  }
}

interface Windows {
  scaler: Scaler;
  loader: DataLoader;
  /** (N, window + 1, 1) */
  validation: Tensor | undefined;
}

/**
 * The training windows in a loader, and those that predict the values of the validation part.
 *
 * @throws ERR_DATA_FORMAT, with the file, if there is nothing to learn from
 */
function loadWindows(settings: Omit<MdnRnnSettings, 'scaler'>, device: string): Windows {
  const { data, column, window, batchSize } = settings;
  const values = readCsvColumns(data, [column])[column]!;
  const numTraining = trainingLength(values.length, settings.validation);
  if (numTraining <= window) throw tooShort(settings, values.length, numTraining);
  const scaler = fitScaler(settings, values.subarray(0, numTraining));
  const windowsOf = (part: Float64Array) => scope(() => slidingWindows(scaler.scale(part), window).to({ device }));
  const training = windowsOf(values.subarray(0, numTraining));
  const loader = new DataLoader(training, { batchSize, shuffle: true, dropLast: true });
  const validation = numTraining < values.length ? windowsOf(values.subarray(numTraining - window)) : undefined;
  return { scaler, loader, validation };
}

function tooShort({ data, window, validation }: Omit<MdnRnnSettings, 'scaler'>, length: number, numTraining: number) {
  const expected = `Expected at least ${window + 1} values to train on, a window of ${window} and the next value`;
  const left = numTraining < length ? `, of which validation ${validation} leaves ${numTraining}` : '';
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', `${expected}, but ${data} has ${length}${left}`);
}

function fitScaler({ data, column }: Omit<MdnRnnSettings, 'scaler'>, values: Float64Array): Scaler {
  try {
    return Scaler.fit(values);
  } catch (error) {
    const { message } = error as Error;
    throw new LibtorchGenerativeError('ERR_DATA_FORMAT', `${data}, column "${column}": ${message}`, { cause: error });
  }
}

class MdnRnnTraining implements Training<MdnRnnLosses> {
  readonly models: { model: MdnRnn };
  readonly parts: { model: MdnRnn; optimizer: Adam };
  readonly numBatches: number;
  readonly data: Tensor[];

  constructor(
    readonly settings: MdnRnnSettings,
    readonly loader: DataLoader,
    readonly validation: Tensor | undefined,
    device: string,
  ) {
    const model = createMdnRnn(settings).to(device);
    this.models = { model };
    this.parts = { model, optimizer: new Adam(model.parameters(), { lr: settings.lr }) };
    this.numBatches = loader.numBatches;
    this.data = validation ? [loader.data, validation] : [loader.data];
  }

  startEpoch(): EpochCursor {
    return this.loader.startEpoch();
  }

  batches(cursor: EpochCursor): Iterable<Tensor> {
    return this.loader.batches(cursor);
  }

  step(windows: Tensor): MdnRnnLosses {
    const { model, optimizer } = this.parts;
    return scope(() => {
      const loss = mdnRnnLoss(model, windows, this.settings.loss);
      optimizer.step(grad(loss, model.parameters()));
      return { loss: loss.item() };
    });
  }

  endEpoch(): Partial<MdnRnnLosses> {
    const { validation, settings } = this;
    if (!validation) return {};
    const loss = scope(() => noGrad(() => mdnRnnLoss(this.models.model, validation, settings.loss).item()));
    return { validationLoss: loss };
  }

  /** Frees all but the model. */
  dispose(): void {
    this.parts.optimizer.dispose();
    this.loader.data.dispose();
    this.validation?.dispose();
  }

  saveModels(folder: RunFolder): void {
    folder.writeModel('model', this.models.model.stateDict());
  }
}

/**
 * The loss of predicting each window's last value from those before it: the mean negative log likelihood in nats, or
 * the squared error of the mixture's mean, which is the nearest meaning of the article's MSE.
 *
 * @param windows (B, window + 1, 1)
 */
export function mdnRnnLoss(model: MdnRnn, windows: Tensor, loss: 'nll' | 'mse'): Tensor {
  const inputs = windows.slice(1, 0, -1); // (B, window, 1)
  const target = windows.select(1, -1); // (B, 1)
  const raw = model.forward(inputs); // (B, K, 3)
  if (loss === 'mse') return mseLoss(new Mixture(raw).mean(), target);
  return model.exact ? new Mixture(raw).logProb(target).mean().neg() : mixtureNll(raw, target);
}
