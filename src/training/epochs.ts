import type { EpochCursor } from '../data/data-loader';
import type { Module } from '../nn/module';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { Breather } from './breathe';
import { type Position, type Stateful, writeCheckpoint } from './checkpoint';
import { checkFinite, explainFailure } from './not-finite';
import type { Progress } from './options';
import type { RunFolder } from './run-folder';

/** Losses of a batch by name. */
export type Losses = Record<string, number>;

/** An epoch's record: the losses of its last batch, what {@link Training.endEpoch} adds, and the time it took. */
export type EpochRecord<BatchLosses> = { epoch: number; seconds: number } & BatchLosses;

/** What differs between one model's training and another's. */
export interface Training<BatchLosses extends Losses> {
  /** The nets by name, to say which layer broke. */
  readonly models: Record<string, Module>;
  /** Nets and optimizers: all that a checkpoint holds beside the random generator. */
  readonly parts: Record<string, Stateful>;
  readonly numBatches: number;
  /** Looked at before each epoch: true ends the training as if the number of epochs had been reached. */
  readonly isFinished?: boolean;
  startEpoch(): EpochCursor;
  batches(cursor: EpochCursor): Iterable<Tensor>;
  step(batch: Tensor): BatchLosses;
  /** Looks at the nets after an epoch; what it returns is added to the record. */
  endEpoch(epoch: number, folder: RunFolder | undefined): Partial<BatchLosses>;
  saveModels(folder: RunFolder): void;
}

export interface EpochsOptions {
  epochs: number;
  start: Position;
  folder?: RunFolder;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

const CHECKPOINT_EVERY_MS = 30_000;

/**
 * The loop over epochs and batches, with its checkpoints: every half minute, at the end, and when it is aborted or left.
 * A new run that fails before its first record leaves no folder.
 */
export async function* runEpochs<BatchLosses extends Losses>(
  training: Training<BatchLosses>,
  { epochs, start, folder, signal, onProgress }: EpochsOptions,
): AsyncGenerator<EpochRecord<BatchLosses>, void, void> {
  const breather = new Breather();
  let { epoch, cursor } = start;
  let savedAtMs = performance.now();
  const save = () => {
    if (!folder) return;
    scope(() => {
      training.saveModels(folder);
      writeCheckpoint(folder, training.parts, { epoch, cursor });
    });
    savedAtMs = performance.now();
  };
  let isStopped = true; // from outside, until it ends or fails
  try {
    while (epoch < epochs && !training.isFinished) {
      await breather.breathe(signal);
      const startMs = performance.now();
      cursor ??= training.startEpoch();
      let losses = {} as BatchLosses;
      for (const batch of training.batches(cursor)) {
        losses = takeStep(training, batch, epoch * training.numBatches + cursor.batch);
        onProgress?.({ epoch, epochs, batch: cursor.batch, batches: training.numBatches });
        if (cursor.batch < training.numBatches) await breather.breathe(signal);
      }
      const seconds = (performance.now() - startMs) / 1000;
      const record = { epoch, ...losses, ...training.endEpoch(epoch, folder), seconds };
      folder?.appendMetrics(record);
      epoch++;
      cursor = undefined;
      if (performance.now() - savedAtMs > CHECKPOINT_EVERY_MS) save();
      yield record;
    }
    isStopped = false;
    save();
  } catch (error) {
    isStopped = signal?.aborted === true && error === signal.reason;
    if (!isStopped && epoch === 0) folder?.discard();
    throw error;
  } finally {
    if (isStopped) save();
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
