import type { DataLoader, EpochCursor } from '../data/data-loader';
import { valuesPerImage } from '../data/image-set';
import { makeFolder } from '../files';
import type { SampleDiscriminator } from '../models/sample-discriminator';
import type { SampleGenerator } from '../models/sample-generator';
import { Adam } from '../nn/adam';
import { diffAugment } from '../nn/diff-augment';
import { Ema } from '../nn/ema';
import type { StateDict } from '../nn/state-dict';
import { short } from '../report/format';
import { type GridOptions, writeGrid } from '../report/png';
import type { Device } from '../tensor/device';
import { RandomGenerator, randn, withSeed } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { BestWeights } from './best-weights';
import type { Parts } from './checkpoint';
import type { CollapseWatch, Moment, WatchedVariety } from './collapse-watch';
import { drawSamples } from './draw-images';
import type { Training } from './epochs';
import { type GanLoss, ganLoss } from './gan-loss';
import { newDiscriminator, newGenerator } from './gan-nets';
import type { GanSettings } from './gan-settings';
import { type GanPlayers, ganStep } from './gan-step';
import type { InitialWeights } from './initial-weights';
import { lossProblem } from './loss-problem';
import type { RunFolder } from './run-folder';
import type { SampleDistance } from './sample-distance';

/** The losses of a batch. */
export type GanLosses = {
  /** The discriminator's loss. */
  lossD: number;
  /** The generator's loss. */
  lossG: number;
};

/** Number of grids, about, of a training with many epochs. */
const NUM_GRIDS = 100;
/** Number of samples in a grid, fewer of large images. */
const GRID_SIZE = 64;
const GRID_PIXELS = 2 ** 22;

/** What a training on images has. */
export interface GanData {
  /** What was read. */
  images: string | undefined;
  /** Batches (B, channels · height · width) of pixels in [-1, 1], and with classes (B) of their numbers. */
  loader: DataLoader<Tensor[]>;
  watch: CollapseWatch;
  /** How far samples are from the images, if the best weights are to be kept. */
  distance: SampleDistance | undefined;
}

/** The warm-up of the average in updates; the best in scripts/study/study-average.ts. */
const WARMUP = 600;

/** Creates an average that starts from the generator's weights, without drawing from the training's random numbers. */
function newEma(settings: GanSettings, generator: SampleGenerator, device: Device): Ema<SampleGenerator> | undefined {
  if (settings.emaDecay === null) return undefined;
  const average = withSeed(0, () => newGenerator(settings)).to(device);
  scope(() => average.loadStateDict(generator.stateDict()));
  return new Ema(average, settings.emaDecay, { warmup: WARMUP });
}

/** From this factor on, differences are no chance: the distance varies by a few percent. */
const CLEARLY_WORSE = 1.2;

/** Fewer steps are too few for any images. */
const FEW_STEPS = 2000;

function adviceFor({ preset, batchSize }: GanSettings, steps: number): string {
  if (preset === 'article') return 'Try preset recommended';
  if (steps < FEW_STEPS)
    return `That is common after few steps (${steps} of ${batchSize} images): try more epochs or a smaller batchSize`;
  return 'Try another seed, a lower lr, or more images';
}

/** Of few classes, each has a column. */
const MOST_COLUMNS = 16;

/** Returns how many samples a grid has, and how they are arranged. */
function gridOf({ height, width, classes: { length: columns } }: GanSettings) {
  const most = Math.min(GRID_SIZE, Math.max(1, Math.floor(GRID_PIXELS / (height * width))));
  const scale = most < GRID_SIZE ? 1 : 2;
  if (columns === 0 || columns > Math.min(most, MOST_COLUMNS)) return { gridSize: most, columns: undefined, scale };
  return { gridSize: columns * Math.floor(most / columns), columns, scale };
}

/** The nets, their optimizers and all else that a training changes, and its steps. */
export class GanTraining implements Training<GanLosses, Tensor[]> {
  readonly models: { generator: SampleGenerator; discriminator: SampleDiscriminator };
  readonly parts: GanPlayers & Parts;
  readonly numBatches: number;
  readonly loader: DataLoader<Tensor[]> | undefined;
  readonly watch: CollapseWatch | undefined;
  readonly distance: SampleDistance | undefined;
  readonly #best: BestWeights | undefined;
  readonly data: Tensor[];
  readonly images: string | undefined;
  readonly savedModels: Record<string, () => StateDict>;
  #loss: GanLoss;
  /** Of the current epoch, which may have begun with another one than the settings'. */
  #batchSize: number;
  /** Of the current epoch. */
  #cursor: EpochCursor | undefined;
  readonly #gridNoise: Tensor<'float32'>;
  readonly #grid: GridOptions;
  #losses: GanLosses = { lossD: Number.NaN, lossG: Number.NaN };
  #hasWarned = false;

  constructor(
    readonly settings: GanSettings,
    source: GanData | undefined,
    readonly device: Device,
    readonly onWarning: (message: string) => void,
    initial?: InitialWeights<GanSettings>,
  ) {
    this.loader = source?.loader;
    this.watch = source?.watch;
    this.distance = source?.distance;
    const { noiseDim, channels, height, width, lr, beta1, beta2, seed } = settings;
    const generator = newGenerator(settings);
    const discriminator = newDiscriminator(settings);
    initial?.load('model', generator);
    initial?.load('discriminator', discriminator);
    this.models = { generator: generator.to(device), discriminator: discriminator.to(device) };
    const betas: [number, number] = [beta1, beta2];
    const optimizerG = new Adam(generator.parameters(), { lr, betas });
    const optimizerD = new Adam(discriminator.parameters(), { lr, betas });
    const ema = newEma(settings, generator, device);
    this.parts = { generator, discriminator, optimizerG, optimizerD, ...(ema && { ema }) };
    if (this.distance) this.parts.best = this.#best = new BestWeights(this.sampler);
    this.savedModels = {
      model: () => this.#bestWeights(),
      discriminator: () => discriminator.stateDict(),
    };
    this.numBatches = this.loader?.numBatches ?? 1;
    this.data = this.loader?.data ?? [];
    this.images = source?.images;
    this.#batchSize = settings.batchSize;
    this.#loss = ganLoss(settings, device);
    // A separate random generator, so that drawing pictures does not affect the training.
    const ownGenerator = new RandomGenerator(seed);
    const { gridSize, columns, scale } = gridOf(settings);
    this.#grid = { channels, height, width, columns, scale };
    this.#gridNoise = scope(() => randn([gridSize, noiseDim], { generator: ownGenerator }).to({ device }));
  }

  /** The generator to draw from: the average, if there is one. */
  get sampler(): SampleGenerator {
    return this.parts.ema?.average ?? this.models.generator;
  }

  startEpoch(): EpochCursor {
    const { batchSize } = this.settings;
    return this.loader?.startEpoch() ?? { samplerSeed: undefined, batch: 0, batchSize };
  }

  numBatchesOf({ batchSize }: EpochCursor): number {
    return this.loader?.numBatchesOf(batchSize!) ?? 1;
  }

  batches(cursor: EpochCursor): Iterable<Tensor[]> {
    this.#cursor = cursor;
    this.#useBatchSize(cursor.batchSize!);
    return this.loader?.batches(cursor) ?? this.#noiseBatch(cursor);
  }

  #useBatchSize(batchSize: number): void {
    if (batchSize === this.#batchSize) return;
    this.#batchSize = batchSize;
    this.#loss.dispose();
    this.#loss = ganLoss({ ...this.settings, batchSize }, this.device);
  }

  *#noiseBatch(cursor: EpochCursor): Iterable<Tensor[]> {
    const { batchSize } = this.settings;
    if (cursor.batch++ === 0) yield [randn([batchSize, valuesPerImage(this.settings)], { device: this.device })];
  }

  step([real, labels]: Tensor[]): GanLosses {
    const { noiseDim, nCritic } = this.settings;
    const isCriticOnly = (this.#cursor!.batch - 1) % nCritic !== 0; // the cursor is past this batch
    const options = { ...this.settings, loss: this.#loss, shown: this.#shown, isCriticOnly };
    this.#losses = scope(() => {
      const noise = randn([this.#batchSize, noiseDim], { device: this.device });
      return ganStep(this.parts, options, real!, noise, labels);
    });
    return this.#losses;
  }

  /** Returns data (B, dataDim) as the discriminator sees it, changed at random if the settings ask for that. */
  readonly #shown = (data: Tensor): Tensor => {
    const { augment: policy, channels, height, width } = this.settings;
    if (policy.length === 0) return data;
    const images = data.reshape(-1, channels, height, width) as Tensor<'float32'>;
    return diffAugment(images, { policy }).flatten(1);
  };

  /**
   * Writes a grid of samples, always from the same noise; of many epochs only after some, on random data only after the
   * last.
   */
  endEpoch(epoch: number, folder: RunFolder | undefined): object {
    const { epochs } = this.settings;
    const isLast = epoch === epochs - 1;
    if (folder && (isLast || (this.loader && epoch % Math.ceil(epochs / NUM_GRIDS) === 0))) {
      makeFolder(folder.file('samples'));
      writeGrid(folder.sampleFile(epoch), drawSamples(this.sampler, this.#gridNoise), this.#grid);
    }
    const moment = { steps: (epoch + 1) * this.numBatches, stepsOfEpoch: this.numBatches, isLast };
    return { ...this.#measure(epoch, moment), ...(this.watch && this.#judge(this.watch, epoch, moment)) };
  }

  /** Measures how good the samples are. */
  #measure(epoch: number, moment: Moment): { frechet?: number } {
    const frechet = this.distance?.measure(this.sampler, moment);
    if (frechet === undefined) return {};
    this.#best!.update(epoch, frechet);
    return { frechet };
  }

  /** Returns the weights to draw with: the best ones, if the last are clearly worse than these. */
  #bestWeights(): StateDict {
    const best = this.#best;
    return best && best.last > CLEARLY_WORSE * best.best ? best.weights : this.sampler.stateDict();
  }

  /** Ends with the best weights. */
  finish(): void {
    const best = this.#best;
    if (!best || this.#bestWeights() !== best.weights) return;
    const distances = `Fréchet distance ${short(best.best)}, at the end ${short(best.last)}`;
    this.onWarning(`The generator was best after epoch ${best.bestEpoch} (${distances}): its weights are kept`);
    scope(() => this.sampler.loadStateDict(best.weights));
  }

  /** Looks at the samples and the last losses. Warns once, as a training that has failed rarely recovers. */
  #judge(watch: CollapseWatch, epoch: number, moment: Moment): Partial<WatchedVariety> {
    const variety = watch.look(this.sampler, moment);
    const problems = [lossProblem(this.#losses, this.settings), variety?.problem].filter(Boolean);
    const problem = problems.join('; ');
    if (problem && !this.#hasWarned) {
      this.#hasWarned = true;
      this.onWarning(`Epoch ${epoch}: ${problem}. ${adviceFor(this.settings, moment.steps)}`);
    }
    return { ...variety, ...(problem && { problem }) };
  }

  /** Frees everything except the discriminator and the generator to draw from. */
  dispose(): void {
    const { optimizerG, optimizerD, generator } = this.parts;
    for (const each of [optimizerG, optimizerD, this.#loss, this.#gridNoise, this.watch]) each?.dispose();
    this.#best?.dispose();
    this.distance?.dispose();
    if (this.sampler !== generator) generator.dispose();
    for (const each of this.data) each.dispose();
  }
}
