import { DataLoader, type EpochCursor } from '../data/data-loader';
import { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { calibrationOrigins, fitSpread } from '../evaluation/calibrate';
import type { ForecastEvaluation } from '../evaluation/evaluate-forecasts';
import { lossWarning } from '../evaluation/verdict';
import type { MdnRnn } from '../models/mdn-rnn';
import { Adam } from '../nn/adam';
import { clipGradNorm } from '../nn/clip-grad-norm';
import { ReduceLROnPlateau } from '../nn/reduce-lr-on-plateau';
import type { StateDict } from '../nn/state-dict';
import { grad, noGrad } from '../tensor/autograd';
import type { Device } from '../tensor/device';
import { Isolation } from '../tensor/isolation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { Stateful } from './checkpoint';
import { EarlyStopping } from './early-stopping';
import { type EpochTime, runEpochs, type Training } from './epochs';
import { tryToEvaluate } from './held-out';
import { mdnRnnLoss } from './mdn-rnn-loss';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from './mdn-rnn-options';
import {
  createMdnRnn,
  MDN_RNN_RUN,
  type MdnRnnSettings,
  type RequestedMdnRnnSettings,
  resolveMdnRnnSettings,
} from './mdn-rnn-settings';
import { placementOf, readTrainingOptions } from './options';
import { writeEvaluation } from './run-evaluation';
import { writeRunReport } from './run-report';
import { oddities, readRunSeries, type TrainingWindows, trainingWindows } from './series-windows';
import { claimFolder, requestedSettings, startRun, withFullPaths } from './start-run';
import { TrainingRun } from './training-run';

/** The record of an epoch. */
export interface MdnRnnEpoch extends EpochTime, MdnRnnLosses {}

/** The losses of an epoch: in nats, for densities of the scaled data; with `loss: "mse"`, squared errors. */
export type MdnRnnLosses = {
  /** Loss of the last batch. */
  loss: number;
  /** Loss on the whole validation part; undefined without one. */
  validationLoss?: number | undefined;
};

/** Result of {@link trainMdnRnn}. The model is on the training's device; dispose of it when done. */
export interface MdnRnnResult {
  /** The trained model. */
  model: MdnRnn;
  /** The model with its encoding, to forecast in the data's units. */
  forecaster: Forecaster;
  /** The series read from the file, to forecast from. */
  series: Series[];
  /** The resolved options. */
  settings: MdnRnnSettings;
  /** Scores of the held-out data, as in the run's evaluation.json; undefined without a run folder or enough such data. */
  evaluation?: ForecastEvaluation | undefined;
}

/**
 * Trains the article's MDN-RNN on one or more columns of a CSV file.
 *
 * @throws ERR_INVALID_ARGUMENT immediately; ERR_FILE, ERR_DATA_FORMAT, ERR_DEVICE, ERR_CHECKPOINT and ERR_NOT_FINITE
 *   when the run is iterated or awaited
 * @see https://arxiv.org/abs/1308.0850
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { pathQuantiles, trainMdnRnn } from 'libtorch-generative';
 *
 * const rows = Array.from({ length: 200 }, (_, step) => 10 + Math.sin(step / 2));
 * writeFileSync('wave.csv', ['value', ...rows].join('\n'));
 * const training = trainMdnRnn({ data: 'wave.csv', column: 'value', hidden: 16, epochs: 3, seed: 7 });
 * for await (const { epoch, loss, validationLoss } of training) console.log(epoch, loss, validationLoss);
 *
 * const { forecaster, series } = await training.result;
 * const paths = forecaster.paths(series[0]!, { horizon: 6, paths: 100, seed: 1 });
 * const [low, median, high] = pathQuantiles(paths, 6, [0.05, 0.5, 0.95]);
 * console.log(low![0]! < median![0]! && median![0]! < high![0]!); // true
 * ```
 */
export function trainMdnRnn(
  options: TrainMdnRnnOptions | (Partial<TrainMdnRnnOptions> & { resume: string }),
): TrainingRun<MdnRnnEpoch, MdnRnnResult> {
  const asked = withFullPaths(readTrainingOptions(options as TrainMdnRnnOptions, MDN_RNN_OPTIONS));
  return new TrainingRun(mdnRnnEpochs(resolveMdnRnnSettings(asked), asked));
}

async function* mdnRnnEpochs(
  asked: RequestedMdnRnnSettings,
  options: TrainMdnRnnOptions,
): AsyncGenerator<MdnRnnEpoch, MdnRnnResult, void> {
  const { signal, onProgress, onWarning = (message) => process.emitWarning(message) } = options;
  const folder = claimFolder(MDN_RNN_RUN, options);
  let training: MdnRnnTraining | undefined;
  try {
    if (!folder) signal?.throwIfAborted(); // with a folder, an aborted run can be resumed
    const requested = requestedSettings(MDN_RNN_RUN, asked, options);
    // Operators this small are slower on several threads than on one.
    const placement = placementOf(options, 1);
    const isolation = new Isolation({ seed: requested.seed, ...placement });
    const series = readRunSeries(requested);
    const windows = isolation.run(() => trainingWindows(requested, series));
    for (const oddity of oddities(requested, series, windows.encoding)) onWarning(oddity);
    const { calibrate } = requested;
    const origins = calibrate === undefined ? undefined : calibrationOrigins(series, calibrate, requested);
    // A short series may have fewer windows than the default.
    const batchSize = options.batchSize ?? Math.min(requested.batchSize, windows.training.targets.length);
    const settings: MdnRnnSettings = { ...requested, batchSize, encoding: windows.encoding.state, spread: undefined };
    training = isolation.run(() => new MdnRnnTraining(settings, windows, placement.device));
    const start = await startRun(folder, MDN_RNN_RUN, settings, training, isolation);
    yield* runEpochs(training, { epochs: settings.epochs, start, isolation, folder, signal, onProgress });
    const { model } = training.models;
    return isolation.run(() => {
      training!.restoreBest();
      const spread = origins && fitSpread(new Forecaster(model, windows.encoding), origins, calibrate!, settings.seed);
      const result = { model, forecaster: new Forecaster(model, windows.encoding, spread), series, settings };
      if (spread) folder?.updateSettings({ spread });
      const evaluation = folder && leaveResults(folder.path, result);
      const loss = evaluation && lossWarning(evaluation);
      const advice = settings.difference === 'none' ? 'try difference season, or difference 1' : 'try other settings';
      if (loss) onWarning(`${loss}: ${advice}`);
      return { ...result, settings: { ...settings, spread }, evaluation };
    });
  } finally {
    training?.dispose();
    folder?.release();
  }
}

/** Writes an evaluation, if there is enough held-out data, and a report. @returns the evaluation */
function leaveResults(run: string, { forecaster, series, settings }: MdnRnnResult): ForecastEvaluation | undefined {
  const evaluation = tryToEvaluate(forecaster, series, settings);
  if (evaluation) writeEvaluation(run, 'mdn-rnn', { column: [settings.column].flat().join(', '), ...evaluation });
  writeRunReport(run);
  return evaluation;
}

class MdnRnnTraining implements Training<MdnRnnLosses> {
  readonly models: { model: MdnRnn };
  readonly parts: { model: MdnRnn; optimizer: Adam } & Record<string, Stateful>;
  readonly numBatches: number;
  readonly loader: DataLoader;
  readonly validation: Tensor | undefined;
  readonly #earlyStopping: EarlyStopping | undefined;
  readonly #scheduler: ReduceLROnPlateau | undefined;
  readonly data: Tensor[];
  readonly savedModels: Record<string, () => StateDict>;

  constructor(
    readonly settings: MdnRnnSettings,
    { training, validation }: TrainingWindows,
    device: Device,
  ) {
    const { lr, batchSize, patience, lrPatience, lrFactor } = settings;
    this.loader = new DataLoader(moved(training.rows, device), { batchSize, shuffle: true, dropLast: true });
    this.validation = validation && moved(validation.rows, device);
    this.numBatches = this.loader.numBatches;
    const model = createMdnRnn(settings).to(device);
    const optimizer = new Adam(model.parameters(), { lr });
    this.models = { model };
    this.savedModels = { model: () => this.#earlyStopping?.weights ?? model.stateDict() };
    this.parts = { model, optimizer };
    this.data = this.validation ? [this.loader.data, this.validation] : [this.loader.data];
    if (patience !== undefined) {
      this.#earlyStopping = new EarlyStopping(model, patience);
      this.parts.earlyStopping = this.#earlyStopping;
    }
    if (lrPatience !== undefined) {
      this.#scheduler = new ReduceLROnPlateau(optimizer, { patience: lrPatience, factor: lrFactor });
      this.parts.scheduler = this.#scheduler;
    }
  }

  get isFinished(): boolean {
    return this.#earlyStopping?.isFinished ?? false;
  }

  startEpoch(): EpochCursor {
    return this.loader.startEpoch();
  }

  batches(cursor: EpochCursor): Iterable<Tensor> {
    return this.loader.batches(cursor);
  }

  step(windows: Tensor): MdnRnnLosses {
    const { model, optimizer } = this.parts;
    const { clipNorm } = this.settings;
    return scope(() => {
      const loss = mdnRnnLoss(model, windows, this.settings);
      const gradients = grad(loss, model.parameters());
      optimizer.step(clipNorm === undefined ? gradients : clipGradNorm(gradients, clipNorm));
      return { loss: loss.item() };
    });
  }

  endEpoch(epoch: number): Partial<MdnRnnLosses> {
    const { validation, settings } = this;
    if (!validation) return {};
    const loss = scope(() => noGrad(() => mdnRnnLoss(this.models.model, validation, settings).item()));
    this.#scheduler?.step(loss);
    this.#earlyStopping?.update(epoch, loss);
    return { validationLoss: loss };
  }

  /** Restores the best epoch's weights, if they were kept. */
  restoreBest(): void {
    if (this.#earlyStopping) this.models.model.loadStateDict(this.#earlyStopping.weights);
  }

  /** Frees everything except the model. */
  dispose(): void {
    this.parts.optimizer.dispose();
    this.#earlyStopping?.dispose();
    this.loader.data.dispose();
    this.validation?.dispose();
  }
}

function moved(tensor: Tensor, device: Device): Tensor {
  const there = tensor.to({ device });
  tensor.dispose();
  return there;
}
