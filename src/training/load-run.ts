import { Forecaster } from '../data/forecaster';
import type { SeriesSource } from '../data/series';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import { withSeed } from '../tensor/random';
import { newDiscriminator, newGenerator } from './gan-nets';
import { GAN_RUN, type GanSettings } from './gan-settings';
import { createMdnRnn, encodingsOf, MDN_RNN_RUN, type MdnRnnSettings } from './mdn-rnn-settings';
import { loadingFrom, RunFolder } from './run-folder';
import { sourceOf } from './series-windows';
import { loadWeights } from './weights-file';

/** Result of {@link loadGenerator}. */
export interface LoadedGenerator {
  /** The generator, in evaluation mode. */
  generator: SampleGenerator;
  /** The settings it was trained with. */
  settings: GanSettings;
  /** SHA-256 of the weights, which tells versions apart. */
  checksum: string;
}

/** Result of {@link loadForecaster}. */
export interface LoadedForecaster {
  /** The forecaster; its model is in evaluation mode. */
  forecaster: Forecaster;
  /** The settings it was trained with. */
  settings: MdnRnnSettings;
  /** Where to find the series in a file with the same columns as `settings.data`, for {@link readSeries}. */
  source: SeriesSource;
  /** SHA-256 of the weights, which tells versions apart. */
  checksum: string;
}

/** A run of either kind, as {@link watchRun} loads it. */
export type LoadedRun =
  | ({
      /** What was trained. */
      kind: 'gan';
    } & LoadedGenerator)
  | ({
      /** What was trained. */
      kind: 'mdn-rnn';
    } & LoadedForecaster);

/** Loads the model of a run of either kind. @throws ERR_FILE; ERR_CHECKPOINT */
export function loadRun(run: string): LoadedRun {
  return RunFolder.kindOf(run) === GAN_RUN.kind
    ? { kind: 'gan', ...loadGenerator(run) }
    : { kind: 'mdn-rnn', ...loadForecaster(run) };
}

/**
 * Loads the generator of a run onto the CPU, with its settings. With `emaDecay`, it is the moving average.
 *
 * @param run the run folder
 * @throws ERR_FILE; ERR_CHECKPOINT
 * @example
 * ```ts
 * import { drawImages, loadGenerator, trainGan } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * const { generator, settings } = loadGenerator('run');
 * const { height, width } = settings;
 * console.log(height, width, (await drawImages(generator, { count: 3, height, width })).count); // 28 28 3
 * ```
 */
export function loadGenerator(run: string): LoadedGenerator {
  const { folder, settings } = RunFolder.open(run, GAN_RUN);
  const generator = withSeed(0, () => newGenerator(settings));
  const checksum = loadWeights(folder.file('model.safetensors'), generator);
  return { generator: generator.eval(), settings, checksum };
}

/**
 * Loads the discriminator of a run onto the CPU.
 *
 * @param run the run folder
 * @throws ERR_FILE; ERR_CHECKPOINT
 * @example
 * ```ts
 * import { loadDiscriminator, rand, trainGan } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * console.log(loadDiscriminator('run').forward(rand([4, 784])).shape); // [ 4, 1 ]
 * ```
 */
export function loadDiscriminator(run: string): SampleDiscriminator {
  const { folder, settings } = RunFolder.open(run, GAN_RUN);
  const discriminator = withSeed(0, () => newDiscriminator(settings));
  loadWeights(folder.file('discriminator.safetensors'), discriminator);
  return discriminator.eval();
}

/**
 * Loads the MDN-RNN of a run onto the CPU, ready to forecast, with its settings.
 *
 * @param run the run folder
 * @throws ERR_FILE; ERR_CHECKPOINT
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { loadForecaster, readSeries, trainMdnRnn } from 'libtorch-generative';
 *
 * const rows = Array.from({ length: 100 }, (_, step) => 10 + Math.sin(step / 2));
 * writeFileSync('wave.csv', ['value', ...rows].join('\n'));
 * await trainMdnRnn({ data: 'wave.csv', column: 'value', epochs: 2, out: 'run' }).result;
 *
 * const { forecaster, settings, source } = loadForecaster('run');
 * const [series] = readSeries(settings.data, source); // or a newer file
 * console.log((await forecaster.next(series!)).quantiles([0.1, 0.5, 0.9]).length); // 3
 * ```
 */
export function loadForecaster(run: string): LoadedForecaster {
  const { folder, settings } = RunFolder.open(run, MDN_RNN_RUN);
  const model = loadingFrom(folder.file('config.json'), () => withSeed(0, () => createMdnRnn(settings)));
  const checksum = loadWeights(folder.file('model.safetensors'), model);
  const { spread, ownSpread } = settings;
  const forecaster = new Forecaster(model.eval(), encodingsOf(settings), spread, ownSpread);
  return { forecaster, settings, source: sourceOf(settings), checksum };
}
