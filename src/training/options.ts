import { join, resolve } from 'node:path';
import { invalidArgument, worded } from '../errors';
import {
  abortSignal,
  callback,
  type OptionTable,
  onOff,
  path,
  positive,
  readDeclared,
  type Settled,
  size,
  wholeNumber,
} from '../option';
import { type Device, numThreads, resolveDevice } from '../tensor/device';
import type { WorkProgress } from '../work';
import { loadingFrom, RunFolder } from './run-folder';

/** Progress of a training run, for a progress bar. */
export interface Progress {
  /** The current epoch, from 0. */
  epoch: number;
  /** Total number of epochs. */
  epochs: number;
  /** Number of batches completed in this epoch. */
  batch: number;
  /** Number of batches per epoch. */
  batches: number;
}

/** Options of both {@link trainGan} and {@link trainMdnRnn}. */
export interface TrainingOptions {
  /** Number of epochs. */
  epochs?: number | undefined;
  /** Rows per batch; the default depends on the model. */
  batchSize?: number | undefined;
  /** Learning rate of Adam; the default depends on the model. */
  lr?: number | undefined;
  /**
   * Random seed; default 0. The same seed and number of threads give the same results, which equal PyTorch's. The
   * caller's random number generator and number of threads are not affected.
   */
  seed?: number | undefined;
  /** "auto" (default), "cpu", "cuda" or "cuda:N"; default with `resume` the run's. */
  device?: Device | undefined;
  /**
   * Maximum number of threads per operator. Default for the GAN the caller's ({@link numThreads}, initially one per
   * core), for the MDN-RNN 1, with `resume` the run's.
   */
  threads?: number | undefined;
  /** The run folder to write; default none: nothing is written. */
  out?: string | undefined;
  /**
   * Whether to write event files for TensorBoard into the run folder, too: the numbers of each epoch, and the pictures of
   * samples. Default false.
   */
  tensorboard?: boolean | undefined;
  /**
   * The run folder to resume from its checkpoint. Options are the run's. Given ones may differ where they change how long
   * and how it learns: `epochs`, `lr`, `batchSize` (from the next epoch on), `clipNorm`, `lrFactor`, `calibrate`, and, where
   * the run has them, `emaDecay`, `patience` and `lrPatience`; and `data` if it has moved. The run keeps the new values.
   * Without changes, and with the same device and threads, the results equal those of an uninterrupted run.
   */
  resume?: string | undefined;
  /**
   * Starts a new training, with its own options, from the weights of another run: a run folder, or a .safetensors file
   * with the weights of the generator or of the MDN-RNN, in any floating-point dtype. The nets must have the same sizes.
   * Optimizers and random numbers start anew, and so does the discriminator if it is a file. Default none.
   */
  init?: string | undefined;
  /**
   * Stops the training after the current batch; it rejects with the signal's reason. The progress is saved in the run
   * folder.
   */
  signal?: AbortSignal | undefined;
  /** Called after each batch; with `worker` at the end of each epoch, and before that at most once in 50 ms. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Called after each piece of the work before the first epoch and after the last one: reading pictures, choosing how to
   * see series, calibrating, evaluating. With `worker` at the end of each task, and before that at most once in 50 ms.
   */
  onWork?: ((progress: WorkProgress) => void) | undefined;
  /**
   * Receives a message for each problem with the data or the training that does not stop it; default
   * `process.emitWarning`.
   */
  onWarning?: ((message: string) => void) | undefined;
  /**
   * Trains in a worker thread of its own, with the same numbers, so that the caller's event loop stays free; default
   * false. All else stays in the caller's thread: callbacks are called and the result's models are created there.
   */
  worker?: boolean | undefined;
}

/** A weight, its gradient and Adam's two moments, each float32. */
export const BYTES_PER_WEIGHT = 4 * Float32Array.BYTES_PER_ELEMENT;

/** Declarations of options whose defaults depend on the model. */
export const EPOCHS = { ...size, help: 'train for n epochs' };
export const BATCH_SIZE = { ...size, help: 'set the number of rows per batch' };
export const LR = { ...positive, help: "set Adam's learning rate" };
export const THREADS = { ...wholeNumber({ min: 1, max: 4096 }), help: 'let an operator use up to n threads' };

/** Declarations of options that are the same for both models. */
export const COMMON_OPTIONS = {
  seed: {
    ...wholeNumber(),
    default: 0,
    help: 'seed the random numbers; the same seed and threads give the same results',
  },
  device: {
    check: checkDevice,
    placeholder: 'name',
    help: 'train on auto, cpu, cuda or cuda:N',
    defaultHelp: "auto; with --resume the run's",
  },
  out: { ...path('dir'), help: 'write this run folder', defaultHelp: 'a new one in runs/' },
  tensorboard: { ...onOff, default: false, help: 'write events for TensorBoard into the run folder, too' },
  resume: {
    ...path('run'),
    help: 'resume this run with its options; what changes how it learns, such as --epochs or --lr, may be given anew',
  },
  init: { ...path('run'), help: 'start from the weights of this run, or of a .safetensors file' },
  signal: abortSignal,
  onProgress: callback,
  onWork: callback,
  onWarning: callback,
  worker: { ...onOff, default: false },
} satisfies Partial<OptionTable<TrainingOptions>>;

type NotKept = 'device' | 'threads' | 'out' | 'resume' | 'signal' | 'onProgress' | 'onWork' | 'onWarning' | 'worker';

function checkDevice(name: string, value: unknown): void {
  if (typeof value === 'string' && /^(auto|cpu|cuda(:\d+)?)$/.test(value)) return;
  throw invalidArgument(name, '"auto", "cpu", "cuda" or "cuda:N"', value);
}

/** What becomes of warnings that the caller does not receive. */
export function emitWarning(message: string): void {
  process.emitWarning(message);
}

/** Copies and checks a training's options. @throws ERR_INVALID_ARGUMENT */
export function readTrainingOptions<Options extends TrainingOptions>(
  options: Options | undefined,
  table: OptionTable<Options>,
): Options {
  const read = readDeclared(options, table);
  const { out, resume, init, tensorboard } = read;
  if (tensorboard && out === undefined && resume === undefined) {
    throw worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option('tensorboard')} requires ${option('out')}.`);
  }
  if (init !== undefined && resume !== undefined) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) => `Cannot use ${option('init')} when resuming: the run continues with the weights of ${resume}.`,
    );
  }
  if (out === undefined || resume === undefined || resolve(out) === resolve(resume)) return read;
  throw worded(
    'ERR_INVALID_ARGUMENT',
    ({ option }) => `Cannot set ${option('out')} when resuming: the run continues in ${resume}.`,
  );
}

/** The options that a run saves, with their defaults. */
export type Kept<Options> = Settled<Omit<Options, NotKept>>;

/** Picks the entries of those options that a run saves as its settings. */
export function settingsOf<T extends Record<NotKept, unknown>>(all: T): Omit<T, NotKept> {
  const { device, threads, out, resume, signal, onProgress, onWork, onWarning, worker, ...kept } = all;
  return kept;
}

/** Reads and checks the device and threads of a run. @throws ERR_FILE; ERR_CHECKPOINT */
function checkedPlace(run: string): { device: Device; threads: number } {
  const { device, threads } = RunFolder.configOf(run);
  loadingFrom(join(run, 'config.json'), () => {
    checkDevice('device', device);
    THREADS.check('threads', threads);
  });
  return { device, threads };
}

/** The device and number of threads of a training run. */
export interface Placement {
  /** "cpu" or "cuda:N". */
  device: Device;
  threads: number;
}

/** Returns the requested device and threads; with `resume`, default the run's. @throws ERR_DEVICE */
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
