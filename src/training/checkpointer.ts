import type { Breather } from '../breathe';
import { LibtorchGenerativeError, messageOn, worded } from '../errors';
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import type { Isolation } from '../tensor/isolation';
import { scope } from '../tensor/scope';
import { type Parts, type Position, writeCheckpoint } from './checkpoint';
import { checkWeights } from './not-finite';
import type { RunFolder } from './run-folder';

const LONGEST_WAIT_MS = 30_000;
/** Limits checkpointing to about a hundredth of the time, so that quick checkpoints are written more often. */
const WAIT_PER_MS_OF_WRITING = 100;

/** The parts of a training run that are written to its folder. */
export interface Savable {
  /** The models by name, to report which layer failed. */
  readonly models: Record<string, Module>;
  /** Models and optimizers: everything in a checkpoint except the random number generators. */
  readonly parts: Parts;
  readonly numBatches: number;
  /** Functions that return the weights of the run's models, by file name. */
  readonly savedModels: Record<string, () => StateDict>;
}

/** Writes a run's models and checkpoints, and schedules them. */
export class Checkpointer {
  #savedAtMs = 0;
  #tookMs = 0;
  #keptStep = 0;

  constructor(
    readonly training: Savable,
    readonly folder: RunFolder,
    readonly isolation: Isolation,
  ) {}

  get isDue(): boolean {
    const waitedMs = performance.now() - this.#savedAtMs;
    return waitedMs > Math.min(LONGEST_WAIT_MS, WAIT_PER_MS_OF_WRITING * this.#tookMs);
  }

  /** Whether a checkpoint with progress has been written. */
  get keepsProgress(): boolean {
    return this.#keptStep > 0;
  }

  /**
   * Writes one file after another; the training must not continue meanwhile.
   *
   * @throws ERR_NOT_FINITE if a weight is not finite, in which case the last checkpoint is kept; ERR_FILE; ERR_LOCKED
   */
  async save(position: Position, breather: Breather): Promise<void> {
    const startMs = performance.now();
    const { training, folder } = this;
    const step = position.epoch * training.numBatches + (position.cursor?.batch ?? 0);
    const write = async (body: () => void) => {
      this.isolation.run(() => scope(body));
      await breather.breathe();
    };
    folder.checkLock();
    await write(() => checkWeights(step, training.models));
    folder.syncMetrics();
    for (const [name, weights] of Object.entries(training.savedModels)) {
      await write(() => folder.writeModel(name, weights()));
    }
    await write(() => writeCheckpoint(folder, training.parts, position));
    this.#keptStep = step;
    this.#savedAtMs = performance.now();
    this.#tookMs = this.#savedAtMs - startMs;
  }

  /** Adds to an error that ends the training what the folder still holds. */
  withKept(error: unknown): unknown {
    const isNotFinite = error instanceof LibtorchGenerativeError && error.code === 'ERR_NOT_FINITE';
    if (!isNotFinite || !this.keepsProgress) return error;
    const kept = `${this.folder.path} keeps the weights and the checkpoint of step ${this.#keptStep}`;
    return worded(error.code, (surface) => `${messageOn(surface, error)}; ${kept}`, { cause: error });
  }
}
