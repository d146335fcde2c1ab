import { Breather } from '../breathe';
import type { EpochCursor, Rows } from '../data/data-loader';
import type { Isolation } from '../tensor/isolation';
import type { Tensor } from '../tensor/tensor';
import type { Position } from './checkpoint';
import { Checkpointer, type Savable } from './checkpointer';
import type { EventFile } from './event-file';
import { checkFinite, explainFailure } from './not-finite';
import type { Progress } from './options';
import type { RunFolder } from './run-folder';

/** Losses of a batch, by name. */
export type Losses = Record<string, number>;

/** An epoch and its duration. */
export interface EpochTime {
  /** Number of the epoch, from 0. */
  epoch: number;
  /** Duration in seconds. */
  seconds: number;
}

/** An epoch's record: the losses of its last batch, the values added by {@link Training.endEpoch}, and its duration. */
export type EpochRecord<BatchLosses> = EpochTime & BatchLosses;

/** The model-specific part of a training run. */
export interface Training<BatchLosses extends Losses, Batch extends Rows = Rows> extends Savable {
  /** The training data, which must be the same when resuming. Default none, if all data is random. */
  readonly data?: readonly Tensor[];
  /** What images the data was read from, for config.json. */
  readonly images?: string | undefined;
  /** Checked before each epoch: true ends the training early. */
  readonly isFinished?: boolean;
  /** Sets the learning rate of the settings, where a checkpoint may have restored another one. */
  useLr?(): void;
  startEpoch(): EpochCursor;
  /** Number of batches of an epoch, which may have begun with another batch size than the next one will have. */
  numBatchesOf(cursor: EpochCursor): number;
  batches(cursor: EpochCursor): Iterable<Batch>;
  step(batch: Batch): BatchLosses;
  /** Called after each epoch; the returned values are added to its record. */
  endEpoch(epoch: number, folder: RunFolder | undefined): Partial<BatchLosses>;
}

export interface EpochsOptions {
  epochs: number;
  start: Position;
  /** Runs everything except the caller's code between batches. */
  isolation: Isolation;
  folder?: RunFolder | undefined;
  /** Whether to write events for TensorBoard into the folder. */
  tensorboard?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Runs the loop over epochs and batches. Writes checkpoints at the start, after the first epoch, at least every 30
 * seconds, at the end, and when aborted or left. A new run that fails before making progress leaves no folder.
 */
export async function* runEpochs<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  { epochs, start, isolation, folder, tensorboard = false, signal, onProgress }: EpochsOptions,
): AsyncGenerator<EpochRecord<BatchLosses>, void, void> {
  const breather = new Breather();
  const checkpoints = folder && new Checkpointer(training, folder, isolation);
  const events = folder && tensorboard ? eventFileIn(folder, start.epoch) : undefined;
  let { epoch, cursor } = start;
  const save = async () => checkpoints?.save({ epoch, cursor }, breather);
  let isStopped = true; // from outside, unless it ends or fails
  try {
    await save(); // from here on, the run can be resumed even if the process is killed
    while (epoch < epochs && !training.isFinished) {
      await breather.breathe(signal);
      const startMs = performance.now();
      cursor ??= isolation.run(() => training.startEpoch());
      const batches = training.numBatchesOf(cursor);
      let losses = {} as BatchLosses;
      for (losses of isolation.each(steps(training, epoch, cursor))) {
        onProgress?.({ epoch, epochs, batch: cursor.batch, batches });
        if (cursor.batch === batches) continue; // end the epoch first
        await breather.breathe(signal);
        if (checkpoints?.isDue) await save();
      }
      const seconds = (performance.now() - startMs) / 1000;
      const record = { epoch, ...losses, ...isolation.run(() => endEpoch(training, epoch, folder)), seconds };
      folder?.appendMetrics(record);
      events?.add(record);
      epoch++;
      cursor = undefined;
      yield record;
      if (checkpoints?.isDue || epoch === start.epoch + 1) await save();
    }
    isStopped = false;
    await save();
  } catch (error) {
    isStopped = signal?.aborted === true && error === signal.reason;
    if (isStopped) throw error;
    if (epoch === 0 && !checkpoints?.keepsProgress) folder?.discard();
    throw checkpoints?.withKept(error) ?? error;
  } finally {
    if (isStopped) await save();
  }
}

function eventFileIn(folder: RunFolder, epoch: number): EventFile {
  // Loaded lazily: few trainings write such files.
  const events = require('./event-file') as typeof import('./event-file');
  return new events.EventFile(folder, epoch);
}

/** Runs the steps of an epoch from the cursor on. */
function* steps<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  epoch: number,
  cursor: EpochCursor,
): Generator<BatchLosses, void> {
  for (const batch of training.batches(cursor)) {
    yield takeStep(training, batch, epoch * training.numBatches + cursor.batch);
  }
}

function takeStep<BatchLosses extends Losses>(training: Training<BatchLosses>, batch: Rows, step: number): BatchLosses {
  try {
    const losses = training.step(batch);
    checkFinite(losses, step, training.models);
    return losses;
  } catch (error) {
    throw explainFailure(error, step, training.models);
  } finally {
    for (const each of [batch].flat()) each.dispose();
  }
}

function endEpoch<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  epoch: number,
  folder: RunFolder | undefined,
): Partial<BatchLosses> {
  const more = training.endEpoch(epoch, folder);
  checkFinite(more, (epoch + 1) * training.numBatches, training.models);
  return more;
}
