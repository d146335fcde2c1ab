import { join, resolve } from 'node:path';
import { invalidArgument, worded } from '../errors';
import {
  abortSignal,
  callback,
  type OptionTable,
  path,
  positive,
  readDeclared,
  type Settled,
  size,
  wholeNumber,
} from '../option';
import { type Device, numThreads, resolveDevice } from '../tensor/device';
import { loadingFrom, RunFolder } from './run-folder';

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
  epochs?: number | undefined;
  /** Rows in a batch, the global one; see the training for its default. */
  batchSize?: number | undefined;
  /** Adam's learning rate; see the training for its default. */
  lr?: number | undefined;
  /**
   * The same seed and number of threads give the same numbers, PyTorch's; default 0. They are the training's own: the
   * caller's random numbers and number of threads are left alone.
   */
  seed?: number | undefined;
  /** "auto" (default), "cpu", "cuda" or "cuda:N"; with `resume` by default the run's. */
  device?: Device | undefined;
  /**
   * Threads an operator of the training may use; default for the GAN as many as the caller's ({@link numThreads}, at
   * first one a core), for the MDN-RNN 1, with `resume` the run's.
   */
  threads?: number | undefined;
  /** The run folder to write; default none: nothing is written. */
  out?: string | undefined;
  /**
   * A run folder whose checkpoint is continued; its options come from there, but for `epochs`, and for `data` where that
   * has moved. With the same device and threads the numbers are those of a run that was never stopped.
   */
  resume?: string | undefined;
  /**
   * Stops the training after the batch under way, which rejects with the signal's reason; what was trained is kept in
   * the run folder.
   */
  signal?: AbortSignal | undefined;
  /** Is called after each batch. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A weight, its gradient and Adam's two moments, in float32. */
export const BYTES_PER_WEIGHT = 4 * Float32Array.BYTES_PER_ELEMENT;

/** Declarations of what each training completes by its defaults. */
export const EPOCHS = { ...size, help: 'how often to go through the data' };
export const BATCH_SIZE = { ...size, help: 'rows in a batch' };
export const LR = { ...positive, help: "Adam's learning rate" };
export const THREADS = { ...wholeNumber({ min: 1, max: 4096 }), help: 'threads an operator may use' };

/** Declarations of what is the same in both trainings. */
export const COMMON_OPTIONS = {
  seed: { ...wholeNumber(), default: 0, help: 'the same seed and threads give the same numbers' },
  device: {
    check: checkDevice,
    placeholder: 'name',
    help: 'auto, cpu, cuda or cuda:N',
    defaultHelp: "auto; with --resume the run's",
  },
  out: { ...path('dir'), help: 'the run folder to write', defaultHelp: 'a new one under runs/' },
  resume: { ...path('run'), help: 'continue a run with its options, but for --epochs, and --data if that has moved' },
  signal: abortSignal,
  onProgress: callback,
} satisfies Partial<OptionTable<TrainingOptions>>;

type NotKept = 'device' | 'threads' | 'out' | 'resume' | 'signal' | 'onProgress';

function checkDevice(name: string, value: unknown): void {
  if (typeof value === 'string' && /^(auto|cpu|cuda(:\d+)?)$/.test(value)) return;
  throw invalidArgument(name, '"auto", "cpu", "cuda" or "cuda:N"', value);
}

/** A plain copy of a training's options, all known and checked. @throws ERR_INVALID_ARGUMENT */
export function readTrainingOptions<Options extends TrainingOptions>(
  options: Options | undefined,
  table: OptionTable<Options>,
): Options {
  const read = readDeclared(options, table);
  const { out, resume } = read;
  if (out === undefined || resume === undefined || resolve(out) === resolve(resume)) return read;
  throw worded(
    'ERR_INVALID_ARGUMENT',
    ({ option }) => `Cannot set ${option('out')} when resuming: the run continues in ${resume}.`,
  );
}

/** What a run keeps of a training's options, with its defaults. */
export type Kept<Options> = Settled<Omit<Options, NotKept>>;

/** Of what belongs to each option what belongs to those that a run keeps as its settings. */
export function settingsOf<T extends Record<NotKept, unknown>>(all: T): Omit<T, NotKept> {
  const { device, threads, out, resume, signal, onProgress, ...kept } = all;
  return kept;
}

/** Where a run is trained, which may have been edited. @throws ERR_FILE, ERR_CHECKPOINT */
function checkedPlace(run: string): { device: Device; threads: number } {
  const { device, threads } = RunFolder.configOf(run);
  loadingFrom(join(run, 'config.json'), () => {
    checkDevice('device', device);
    THREADS.check('threads', threads);
  });
  return { device, threads };
}

/** Where a training computes, and on how many threads. */
export interface Placement {
  /** "cpu" or "cuda:N". */
  device: Device;
  threads: number;
}

/** The device and the threads asked for, with `resume` by default the run's. @throws ERR_DEVICE */
export function placementOf(
  { device, threads, resume }: Pick<TrainingOptions, 'device' | 'threads' | 'resume'>,
  defaultThreads?: number,
): Placement {
  const run = resume === undefined ? undefined : checkedPlace(resume);
  return {
    device: resolveDevice(device ?? (run?.device as Device | undefined)),
    threads: threads ?? run?.threads ?? defaultThreads ?? numThreads(),
  };
}
