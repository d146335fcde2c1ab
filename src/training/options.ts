import { resolve } from 'node:path';
import { checkNumber, checkSize } from '../check';
import { invalidArgument } from '../errors';
import { nearest } from '../nearest';
import { numThreads, resolveDevice, setNumThreads } from '../tensor/device';
import { RunFolder } from './run-folder';

/** Where a training stands, for a progress bar. */
export interface Progress {
  /** The epoch under way, from 0. */
  epoch: number;
  /** Epochs of the whole training. */
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  /** Batches of an epoch. */
  batches: number;
}

/** What both trainings take. */
export interface TrainingOptions {
  /** How often the data is gone through. */
  epochs?: number;
  /** Rows in a batch, the global one; see the training for its default. */
  batchSize?: number;
  /** Adam's learning rate; see the training for its default. */
  lr?: number;
  /** The same seed and number of threads give the same numbers, PyTorch's; default 0. */
  seed?: number;
  /** "auto" (default), "cpu", "cuda" or "cuda:N"; with `resume` by default the run's. */
  device?: string;
  /**
   * Threads an operator may use; default for the GAN libtorch's choice, one a core, for the MDN-RNN 1, with `resume`
   * the run's.
   */
  threads?: number;
  /** The run folder to write; default none: nothing is written. */
  out?: string;
  /**
   * A run folder whose checkpoint is continued; its options come from there, but for `epochs`, and for `data` where that
   * has moved. With the same device and threads the numbers are those of a run that was never stopped.
   */
  resume?: string;
  /**
   * Stops the training after the batch under way, which rejects with the signal's reason; what was trained is kept in
   * the run folder.
   */
  signal?: AbortSignal;
  /** Is called after each batch. */
  onProgress?: (progress: Progress) => void;
}

const COMMON_NAMES = 'data epochs batchSize lr seed device threads out resume signal onProgress'.split(' ');

/** Throws unless the options are those of both trainings or one's `ownNames`, and the common ones are sound. */
export function checkTrainingOptions(options: object, ownNames: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  const known = [...COMMON_NAMES, ...ownNames];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const suggestion = nearest(name, known);
    throw invalidArgument('options', suggestion ? `"${suggestion}"` : `one of ${known.join(', ')}`, name);
  }
  const { epochs, batchSize, lr, seed, threads, out, resume } = options as TrainingOptions;
  if (epochs !== undefined) checkSize('epochs', epochs);
  if (batchSize !== undefined) checkSize('batchSize', batchSize);
  if (lr !== undefined) checkNumber('lr', lr, { above: 0 });
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw invalidArgument('seed', 'a whole number', seed);
  if (threads !== undefined) checkSize('threads', threads);
  for (const [name, folder] of Object.entries({ out, resume })) {
    if (folder === undefined) continue;
    if (typeof folder !== 'string' || folder === '') throw invalidArgument(name, 'a folder', folder);
  }
  if (out !== undefined && resume !== undefined && resolve(out) !== resolve(resume)) {
    throw invalidArgument('out', 'no folder beside resume, whose run goes on where it is,', out);
  }
}

/** Sets the threads and resolves the device, with `resume` by default the run's. @throws ERR_DEVICE */
export function prepareDevice(
  { device, threads, resume }: Pick<TrainingOptions, 'device' | 'threads' | 'resume'>,
  defaultThreads?: number,
): string {
  const run = resume === undefined ? undefined : RunFolder.configOf(resume);
  const resolved = resolveDevice(device ?? run?.device);
  const wanted = threads ?? run?.threads ?? defaultThreads;
  if (wanted !== undefined && wanted !== numThreads()) setNumThreads(wanted);
  return resolved;
}
