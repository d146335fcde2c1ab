import { finishBreathing } from '../breathe';
import { DataLoader, type EpochCursor } from '../data/data-loader';
import type { Encoding } from '../data/encoding';
import { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { hasValue } from '../data/series-like';
import type { SmoothingEncoding } from '../data/smoothing-encoding';
import { NUM_SMOOTHING_INPUTS } from '../data/smoothing-filters';
import { calibrationOrigins, fitSpread, MOST_SPREAD } from '../evaluation/calibrate';
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
import type { WorkProgress } from '../work';
import { BestWeights } from './best-weights';
import type { Candidate } from './candidates';
import type { Stateful } from './checkpoint';
import { type ChosenEncodings, chooseEncodings, horizonOf, likelyLink } from './choose-encodings';
import { type EpochTime, runEpochs, type Training } from './epochs';
import { tryToEvaluate } from './held-out';
import type { InitialWeights } from './initial-weights';
import { segmentLoss, windowLoss } from './mdn-rnn-loss';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from './mdn-rnn-options';
import { type MdnRnnResult, receiveMdnRnnResult, type SentMdnRnnResult } from './mdn-rnn-result';
import {
  checkTogether,
  createMdnRnn,
  encodingsOf,
  MDN_RNN_RUN,
  type MdnRnnSettings,
  type RequestedMdnRnnSettings,
  resolveMdnRnnSettings,
} from './mdn-rnn-settings';
import { checkInitial, initialOddities, openInitial, spreadOf } from './mdn-rnn-start';
import { oddities } from './oddities';
import { emitWarning, placementOf, readTrainingOptions } from './options';
import { kindFor, pretrainedModel } from './pretrained';
import { writeEvaluation } from './run-evaluation';
import { writeRunReport } from './run-report';
import {
  partsOf,
  readCategories,
  readRunSeries,
  type TrainingData,
  trainingSegments,
  trainingWindows,
} from './series-windows';
import { claimFolder, requestedSettings, startRun, withFullPaths } from './start-run';
import { epochsInWorker } from './train-in-worker';
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

/**
 * Trains the article's MDN-RNN on one or more columns of a CSV file.
 *
 * @throws ERR_INVALID_ARGUMENT immediately; ERR_FILE, ERR_DATA_FORMAT, ERR_DEVICE, ERR_CHECKPOINT and ERR_NOT_FINITE
 *   when the run is iterated or awaited, with `worker` also ERR_WORKER
 * @see https://arxiv.org/abs/1308.0850
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { pathQuantiles, trainMdnRnn } from 'libtorch-generative';
 *
 * const rows = Array.from({ length: 200 }, (_, step) => 10 + Math.sin(step / 2));
 * writeFileSync('wave.csv', ['value', ...rows].join('\n'));
 * const training = trainMdnRnn({ data: 'wave.csv', column: 'value', epochs: 3, seed: 7 });
 * for await (const { epoch, loss, validationLoss } of training) console.log(epoch, loss, validationLoss);
 *
 * const { forecaster, series } = await training.result;
 * const paths = await forecaster.paths(series[0]!, { horizon: 6, paths: 100, seed: 1 });
 * const [low, median, high] = pathQuantiles(paths, 6, [0.05, 0.5, 0.95]);
 * console.log(low![0]! < median![0]! && median![0]! < high![0]!); // true
 * ```
 */
export function trainMdnRnn(
  options: TrainMdnRnnOptions | (Partial<TrainMdnRnnOptions> & { resume: string }),
): TrainingRun<MdnRnnEpoch, MdnRnnResult> {
  const asked = withFullPaths(readTrainingOptions(options as TrainMdnRnnOptions, MDN_RNN_OPTIONS));
  const settings = resolveMdnRnnSettings(asked);
  return new TrainingRun(asked.worker ? mdnRnnEpochsInWorker(asked) : mdnRnnEpochs(settings, asked));
}

function mdnRnnEpochsInWorker(options: TrainMdnRnnOptions): AsyncGenerator<MdnRnnEpoch, MdnRnnResult, void> {
  return epochsInWorker<MdnRnnEpoch, SentMdnRnnResult, MdnRnnResult>({
    kind: 'mdn-rnn',
    options,
    receive: receiveMdnRnnResult,
  });
}

async function* mdnRnnEpochs(
  asked: RequestedMdnRnnSettings,
  options: TrainMdnRnnOptions,
): AsyncGenerator<MdnRnnEpoch, MdnRnnResult, void> {
  const { signal, onProgress, onWork, onWarning = emitWarning } = options;
  const folder = claimFolder(MDN_RNN_RUN, options);
  let training: MdnRnnTraining | undefined;
  try {
    if (!folder) signal?.throwIfAborted(); // with a folder, an aborted run can be resumed
    const known = requestedSettings(MDN_RNN_RUN, asked, options);
    if (options.resume !== undefined) checkTogether(known);
    const initial = openInitial(known, folder);
    const requested = { ...known, categories: known.categories ?? readCategories(known) };
    // Operators this small are slower on several threads than on one.
    const placement = placementOf(options, 1);
    const isolation = new Isolation({ seed: requested.seed, ...placement });
    const work = <T>(pieces: Generator<WorkProgress, T>) =>
      finishBreathing(isolation.each(pieces), { signal, onProgress: onWork });
    const series = readRunSeries(requested, { onWarning });
    if (initial) checkInitial(initial, requested, series);
    const data = await work(prepare(requested, series));
    for (const oddity of oddities(requested, series, data.encodings)) onWarning(oddity);
    for (const oddity of initial ? initialOddities(initial, requested, data.encodings) : []) onWarning(oddity);
    const { calibrate } = requested;
    const origins = calibrate === undefined ? undefined : calibrationOrigins(series, calibrate, requested);
    // A short series may have fewer windows than the default.
    const batchSize = options.batchSize ?? Math.min(requested.batchSize, data.training.shape[0]!);
    const settings: MdnRnnSettings = {
      ...requested,
      batchSize,
      encodings: data.encodings.map(({ state }) => state),
      candidates: data.candidates,
      spread: spreadOf(requested, initial),
      ownSpread: undefined,
    };
    training = isolation.run(() => new MdnRnnTraining(settings, data, placement.device, initial));
    const start = await startRun(folder, MDN_RNN_RUN, settings, training, isolation);
    const { epochs, tensorboard } = settings;
    yield* runEpochs(training, { epochs, tensorboard, start, isolation, folder, signal, onProgress });
    const { model } = training.models;
    isolation.run(() => training!.finish());
    const { encodings } = data;
    const fitted =
      origins && (await work(fitSpread(new Forecaster(model, encodings), origins, calibrate!, settings.seed)));
    const { spread, ownSpread } = fitted ?? settings;
    const result = { model, forecaster: new Forecaster(model, encodings, spread, ownSpread), series, settings };
    if (fitted) folder?.updateSettings({ spread, ownSpread });
    if (fitted?.spread.includes(MOST_SPREAD)) onWarning(TOO_WIDE);
    const evaluation = folder && (await work(leaveResults(folder.path, result)));
    const loss = evaluation && lossWarning(evaluation);
    if (loss) onWarning(`${loss}: ${adviceFor(settings)}`);
    return { ...result, settings: { ...settings, spread, ownSpread }, evaluation };
  } finally {
    training?.dispose();
    folder?.release();
  }
}

const TOO_WIDE = `Calibration would have to widen forecasts more than ${MOST_SPREAD} times, and stops there: they miss the validation part in another way than by their width`;

function adviceFor({ inputs, difference }: MdnRnnSettings): string {
  if (inputs === 'smoothing') return 'try another season, or covariates that explain what changes';
  return difference === 'none' ? 'try inputs smoothing, or difference season' : 'try inputs smoothing';
}

/** What a training needs of the data. */
interface Prepared extends TrainingData {
  encodings: Encoding[];
  candidates: Candidate[];
}

/** Fits encodings to series, choosing between possible ones, unless a run has done so, and encodes the series. */
function* prepare(
  settings: RequestedMdnRnnSettings & Partial<Pick<MdnRnnSettings, 'encodings' | 'candidates'>>,
  series: Series[],
): Generator<WorkProgress, Prepared> {
  if (settings.inputs === 'window') {
    const { encoding, ...data } = scope(() => trainingWindows(settings, series));
    return { encodings: [encoding], candidates: [], ...data };
  }
  const { encodings, candidates } = settings.encodings
    ? { encodings: encodingsOf(settings as MdnRnnSettings) as SmoothingEncoding[], candidates: settings.candidates! }
    : yield* chooseEncodingsFor(settings, series);
  const data = scope(() => trainingSegments(settings, series, encodings));
  return { encodings, candidates, ...data };
}

function* chooseEncodingsFor(
  settings: RequestedMdnRnnSettings,
  series: Series[],
): Generator<WorkProgress, ChosenEncodings> {
  const { parts, untilTest } = partsOf(settings, series);
  // What is learned from the validation part could not be judged by it.
  const fittedTo = parts.map((part, index) => (hasValue(part.values) ? part : untilTest[index]!));
  const model = pretrainedModel(undefined, kindFor(likelyLink(untilTest, settings)));
  try {
    return yield* chooseEncodings(model, untilTest, settings, horizonOf(settings, untilTest), fittedTo);
  } finally {
    model.dispose();
  }
}

/** Writes an evaluation, if there is enough held-out data, and a report. @returns the evaluation */
function* leaveResults(
  run: string,
  { forecaster, series, settings }: MdnRnnResult,
): Generator<WorkProgress, ForecastEvaluation | undefined> {
  const evaluation = yield* tryToEvaluate(forecaster, series, settings);
  if (evaluation) writeEvaluation(run, 'mdn-rnn', { column: [settings.column].flat().join(', '), ...evaluation });
  writeRunReport(run);
  return evaluation;
}

/** What the net has learned from other series counts as much as so many values of the longest one, see scripts/study. */
const VALUES_OF_START = 1000;

class MdnRnnTraining implements Training<MdnRnnLosses> {
  readonly models: { model: MdnRnn };
  readonly parts: { model: MdnRnn; optimizer: Adam } & Record<string, Stateful>;
  readonly numBatches: number;
  readonly loader: DataLoader;
  readonly validation: Tensor | undefined;
  readonly #best: BestWeights | undefined;
  readonly #scheduler: ReduceLROnPlateau | undefined;
  /** The part that this training has in the weights that it ends with, beside the pretrained ones. */
  readonly #share: number;
  readonly data: Tensor[];
  readonly savedModels: Record<string, () => StateDict>;

  constructor(
    readonly settings: MdnRnnSettings,
    { training, validation, longest }: TrainingData,
    device: Device,
    initial?: InitialWeights<MdnRnnSettings>,
  ) {
    this.#share = longest / (longest + VALUES_OF_START);
    const { lr, batchSize, patience, lrPatience, lrFactor } = settings;
    this.loader = new DataLoader(moved(training, device), { batchSize, shuffle: true, dropLast: true });
    this.validation = validation && moved(validation, device);
    this.numBatches = this.loader.numBatches;
    const model = createMdnRnn(settings);
    initial?.load('model', model);
    model.to(device);
    const optimizer = new Adam(model.parameters(), { lr });
    this.models = { model };
    this.savedModels = { model: () => this.#result() };
    this.parts = { model, optimizer };
    this.data = this.validation ? [this.loader.data, this.validation] : [this.loader.data];
    if (patience !== undefined) {
      this.#best = new BestWeights(model);
      if (settings.start !== 'random' && this.validation) this.#best.begin(this.#validate(this.validation));
      this.parts.earlyStopping = this.#best;
    }
    if (lrPatience !== undefined) {
      this.#scheduler = new ReduceLROnPlateau(optimizer, { patience: lrPatience, factor: lrFactor });
      this.parts.scheduler = this.#scheduler;
    }
  }

  get isFinished(): boolean {
    const { patience } = this.settings;
    return this.#best !== undefined && this.#best.epochsSince >= patience!;
  }

  /** Overrides the rate that the scheduler has restored. */
  useLr(): void {
    this.parts.optimizer.lr = this.settings.lr;
  }

  startEpoch(): EpochCursor {
    return this.loader.startEpoch();
  }

  numBatchesOf({ batchSize }: EpochCursor): number {
    return this.loader.numBatchesOf(batchSize!);
  }

  batches(cursor: EpochCursor): Iterable<Tensor> {
    return this.loader.batches(cursor);
  }

  step(windows: Tensor): MdnRnnLosses {
    const { model, optimizer } = this.parts;
    const { clipNorm } = this.settings;
    return scope(() => {
      const loss = this.#loss(model, windows);
      const gradients = grad(loss, model.parameters());
      optimizer.step(clipNorm === undefined ? gradients : clipGradNorm(gradients, clipNorm));
      return { loss: loss.item() };
    });
  }

  endEpoch(epoch: number): Partial<MdnRnnLosses> {
    const { validation } = this;
    if (!validation) return {};
    const loss = this.#validate(validation);
    this.#scheduler?.step(loss);
    this.#best?.update(epoch, loss);
    return { validationLoss: loss };
  }

  #validate(validation: Tensor): number {
    return scope(() => noGrad(() => this.#loss(this.models.model, validation).item()));
  }

  #loss(model: MdnRnn, rows: Tensor): Tensor {
    return (this.settings.inputs === 'window' ? windowLoss : segmentLoss)(model, rows, this.settings);
  }

  /** Loads the weights that the training ends with. */
  finish(): void {
    const { model } = this.models;
    scope(() => model.loadStateDict(this.#result()));
  }

  /**
   * Returns the weights of the best epoch, if they were kept, else the current ones. Where the start forecasts well, it
   * returns their mean with the start's, which few values can't lead astray: the longer the series, the more it learns.
   *
   * @see https://arxiv.org/abs/2109.01903
   */
  #result(): StateDict {
    const { model } = this.models;
    const best = this.#best?.weights ?? model.stateDict();
    const knowsAllInputs = model.inputDim === NUM_SMOOTHING_INPUTS;
    if (this.settings.start !== 'pretrained' || !knowsAllInputs) return best;
    const start = createMdnRnn(this.settings).to(this.loader.data.device);
    const weights = start.stateDict();
    const mean = ([name, weight]: [string, Tensor]) => {
      const from = weights[name]!;
      return [name, noGrad(() => from.add(weight.sub(from).mul(this.#share)))];
    };
    const means = Object.fromEntries(Object.entries(best).map(mean));
    start.dispose();
    return means;
  }

  /** Frees everything except the model. */
  dispose(): void {
    this.parts.optimizer.dispose();
    this.#best?.dispose();
    this.loader.data.dispose();
    this.validation?.dispose();
  }
}

function moved(tensor: Tensor, device: Device): Tensor {
  const there = tensor.to({ device });
  tensor.dispose();
  return there;
}
