import { Breather } from '../breathe';
import type { EpochCursor } from '../data/data-loader';
import type { Isolation } from '../tensor/isolation';
import type { Tensor } from '../tensor/tensor';
import type { Position } from './checkpoint';
import { Checkpointer, type Savable } from './checkpointer';
import { checkFinite, explainFailure } from './not-finite';
import type { Progress } from './options';
import type { RunFolder } from './run-folder';

/** Losses of a batch by name. */
export type Losses = Record<string, number>;

/** When an epoch was, and how long it took. */
export interface EpochTime {
  /** From 0. */
  epoch: number;
  /** The time it took. */
  seconds: number;
}

/** An epoch's record: the losses of its last batch, what {@link Training.endEpoch} adds, and the time it took. */
export type EpochRecord<BatchLosses> = EpochTime & BatchLosses;

/** What differs between one model's training and another's. */
export interface Training<BatchLosses extends Losses> extends Savable {
  /** What it learns from: a resumed run must find the same. Default nothing, where all data is random. */
  readonly data?: readonly Tensor[];
  /** Looked at before each epoch: true ends the training as if the number of epochs had been reached. */
  readonly isFinished?: boolean;
  startEpoch(): EpochCursor;
  batches(cursor: EpochCursor): Iterable<Tensor>;
  step(batch: Tensor): BatchLosses;
  /** Looks at the nets after an epoch; what it returns is added to the record. */
  endEpoch(epoch: number, folder: RunFolder | undefined): Partial<BatchLosses>;
}

export interface EpochsOptions {
  epochs: number;
  start: Position;
  /** Where all runs but what the caller does between the batches. */
  isolation: Isolation;
  folder?: RunFolder | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * The loop over epochs and batches, with its checkpoints: at the start, after the first epoch, at least every 30 seconds,
 * at the end, and when it is aborted or left. A new run that fails before it has anything leaves no folder.
 */
export async function* runEpochs<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  { epochs, start, isolation, folder, signal, onProgress }: EpochsOptions,
): AsyncGenerator<EpochRecord<BatchLosses>, void, void> {
  const breather = new Breather();
  const checkpoints = folder && new Checkpointer(training, folder, isolation);
  let { epoch, cursor } = start;
  const save = async () => checkpoints?.save({ epoch, cursor }, breather);
  let isStopped = true; // from outside, until it ends or fails
  try {
    await save(); // from here on the run can be resumed, whatever ends the process
    while (epoch < epochs && !training.isFinished) {
      await breather.breathe(signal);
      const startMs = performance.now();
      cursor ??= isolation.run(() => training.startEpoch());
      let losses = {} as BatchLosses;
      for (losses of isolation.each(steps(training, epoch, cursor))) {
        onProgress?.({ epoch, epochs, batch: cursor.batch, batches: training.numBatches });
        if (cursor.batch === training.numBatches) continue; // the epoch's end comes first
        await breather.breathe(signal);
        if (checkpoints?.isDue) await save();
      }
      const seconds = (performance.now() - startMs) / 1000;
      const record = { epoch, ...losses, ...isolation.run(() => endEpoch(training, epoch, folder)), seconds };
      folder?.appendMetrics(record);
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

/** Takes the steps of an epoch from the cursor on. */
function* steps<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  epoch: number,
  cursor: EpochCursor,
): Generator<BatchLosses, void> {
  for (const batch of training.batches(cursor)) {
    yield takeStep(training, batch, epoch * training.numBatches + cursor.batch);
  }
}

function takeStep<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  batch: Tensor,
  step: number,
): BatchLosses {
  try {
    const losses = training.step(batch);
    checkFinite(losses, step, training.models);
    return losses;
  } catch (error) {
    throw explainFailure(error, step, training.models);
  } finally {
    batch.dispose();
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
