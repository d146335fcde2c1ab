import { Breather } from '../breathe';
import { DataLoader } from '../data/data-loader';
import { type ImageSizes, valuesPerImage } from '../data/image-set';
import { type ImageSet, pixelsToData, type ReadHooks, readChecked } from '../data/images';
import { someMirrored } from '../data/mirror';
import { cachedDigitClassifier } from '../evaluation/digit-classifier-cache';
import { tensor } from '../tensor/creation';
import { type Device, numThreads } from '../tensor/device';
import { Isolation } from '../tensor/isolation';
import type { Tensor } from '../tensor/tensor';
import { CollapseWatch, type WatchedVariety } from './collapse-watch';
import { type EpochTime, runEpochs } from './epochs';
import { GAN_OPTIONS, type TrainGanOptions } from './gan-options';
import { type GanResult, receiveGanResult, type SentGanResult } from './gan-result';
import {
  checkImageSizes,
  GAN_RUN,
  type GanSettings,
  resolveGanSettings,
  settingsFor,
  withNetFor,
} from './gan-settings';
import { checkSameClasses, checkSameClassesAsBefore, checkSameImages, openInitial } from './gan-start';
import { type GanData, type GanLosses, GanTraining } from './gan-training';
import { emitWarning, placementOf, readTrainingOptions } from './options';
import { writeRunReport } from './run-report';
import { SampleDistance } from './sample-distance';
import { claimFolder, requestedSettings, startRun, withFullPaths } from './start-run';
import { epochsInWorker } from './train-in-worker';
import { TrainingRun } from './training-run';

/** Losses of the epoch's last batch, and on images the variety of the samples. */
export interface GanEpoch extends EpochTime, GanLosses, Partial<WatchedVariety> {
  /** Fréchet distance of samples, see {@link TrainGanOptions.keepBest}, after every thousand steps and at the end. */
  frechet?: number | undefined;
}

/**
 * Trains the article's GAN on images, or on noise as in the article.
 *
 * @throws ERR_INVALID_ARGUMENT immediately; ERR_FILE, ERR_DATA_FORMAT, ERR_DEVICE, ERR_CHECKPOINT and ERR_NOT_FINITE
 *   when the run is iterated or awaited, with `worker` also ERR_WORKER
 * @see https://arxiv.org/abs/1406.2661
 * @example
 * ```ts
 * import { trainGan } from 'libtorch-generative';
 *
 * const training = trainGan({ data: 'noise', epochs: 3, seed: 7 }); // or data: 'mnist', a folder of pictures
 * for await (const { epoch, lossD, lossG } of training) {
 *   console.log(epoch, lossD.toFixed(4), lossG.toFixed(4));
 * }
 * const { generator, settings } = await training.result;
 * console.log(generator.dataDim, settings.preset); // 784 article
 * ```
 */
export function trainGan(options: TrainGanOptions = {}): TrainingRun<GanEpoch, GanResult> {
  const asked = withFullPaths(readTrainingOptions(options, GAN_OPTIONS));
  const settings = resolveGanSettings(asked);
  return new TrainingRun(asked.worker ? ganEpochsInWorker(asked) : ganEpochs(settings, asked));
}

async function* ganEpochsInWorker(options: TrainGanOptions): AsyncGenerator<GanEpoch, GanResult, void> {
  // The default is the number of this thread, not of the worker's.
  const threads = options.threads ?? (options.resume === undefined ? numThreads() : undefined);
  return yield* epochsInWorker<GanEpoch, SentGanResult, GanResult>({
    kind: 'gan',
    options: { ...options, threads },
    receive: receiveGanResult,
  });
}

async function* ganEpochs(asked: GanSettings, options: TrainGanOptions): AsyncGenerator<GanEpoch, GanResult, void> {
  const { signal, onProgress, onWork, onWarning = emitWarning } = options;
  const folder = claimFolder(GAN_RUN, options);
  let training: GanTraining | undefined;
  try {
    if (!folder) signal?.throwIfAborted(); // with a folder, an aborted run can be resumed
    const requested = requestedSettings(GAN_RUN, asked, options);
    const initial = openInitial(requested, folder);
    const placement = placementOf(options);
    const isolation = new Isolation({ seed: requested.seed, ...placement });
    const breather = new Breather();
    const onSizes = (sizes: ImageSizes) => {
      checkImageSizes(withNetFor(requested, sizes, options), sizes, { isKept: folder !== undefined });
      if (initial) checkSameImages(initial, requested, sizes);
    };
    const reading = { onSizes, signal, onProgress: onWork };
    const images = requested.data === 'noise' ? undefined : await readTrainingImages(requested, reading);
    if (images?.source?.isComplete === false) onWarning(`${requested.data}: ${images.source.description}`);
    const settings = images ? settingsFor(requested, images, options) : requested;
    if (initial) checkSameClasses(initial, settings);
    if (options.resume !== undefined) checkSameClassesAsBefore(requested, settings);
    const data = images && (await loadData(images, settings, placement.device, isolation, breather));
    await breather.breathe();
    training = isolation.run(() => new GanTraining(settings, data, placement.device, onWarning, initial));
    const start = await startRun(folder, GAN_RUN, settings, training, isolation);
    const { epochs, tensorboard } = settings;
    yield* runEpochs(training, { epochs, tensorboard, start, isolation, folder, signal, onProgress });
    isolation.run(() => training!.finish());
    if (folder) isolation.run(() => writeRunReport(folder.path));
    return { generator: training.sampler, discriminator: training.models.discriminator, settings };
  } finally {
    training?.dispose();
    folder?.release();
  }
}

/** Reads the images of a run as its settings ask for them. */
function readTrainingImages(
  { data, resolution, color, conditional }: Pick<GanSettings, 'data' | 'resolution' | 'color' | 'conditional'>,
  hooks: ReadHooks,
): Promise<ImageSet> {
  return readChecked(data, { resolution: resolution ?? undefined, color, labels: conditional, ...hooks });
}

/** Moves the training images to the device. */
async function loadData(
  images: ImageSet,
  { batchSize, noiseDim, mirror, keepBest }: GanSettings,
  device: Device,
  isolation: Isolation,
  breather: Breather,
): Promise<GanData> {
  const classifier = await cachedDigitClassifier(images);
  const distance = keepBest ? await SampleDistance.to(images, { noiseDim, device }) : undefined;
  const shape = [images.count, valuesPerImage(images)];
  const pixels = isolation.run(() => tensor(images.images, { shape, device }));
  await breather.breathe();
  return isolation.run(() => {
    const transform = ([rows, ...labels]: Tensor[]) => [
      pixelsToData(mirror ? someMirrored(rows!, images) : rows!),
      ...labels,
    ];
    const labels = images.labels ? [tensor(images.labels, { dtype: 'int64', device })] : [];
    const options = { batchSize, shuffle: true, dropLast: true, transform };
    const loader = new DataLoader([pixels, ...labels] as Tensor[], options);
    const watch = new CollapseWatch(images, { noiseDim, device, classifier });
    return { images: images.source?.description, loader, watch, distance };
  });
}
