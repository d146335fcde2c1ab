import { type Checks, checkInteger, checkSize, readOptions } from '../check';
import { type Model, type PoolLimits, type PoolStats, usualThreads, WorkerPool } from './worker-pool';

/** Options of {@link configureInference}. */
export interface InferenceOptions {
  /** Number of worker threads; default one for each CPU that the process may use, within its container's quota. */
  threads?: number | undefined;
  /** Number of questions that may wait, before further ones are refused with ERR_OVERLOADED; default 1000. */
  maxQueue?: number | undefined;
  /** Number of questions that a worker answers together; default 16. */
  maxBatch?: number | undefined;
}

const CHECKS: Checks<InferenceOptions> = {
  threads: (name, value) => checkInteger(name, value, { min: 1, max: MAX_THREADS }),
  maxQueue: checkSize,
  maxBatch: checkSize,
};
const MAX_THREADS = 1024;
const [MAX_QUEUE, MAX_BATCH] = [1000, 16];

let pool: WorkerPool | undefined;
let limits: PoolLimits | undefined;

function limitsNow(): PoolLimits {
  limits ??= { threads: usualThreads(), maxQueue: MAX_QUEUE, maxBatch: MAX_BATCH };
  return limits;
}

/** Asks a model a question, which a worker thread answers; see {@link WorkerPool.ask}. */
export function askWorkers(model: Model, question: unknown, signal?: AbortSignal): Promise<unknown> {
  pool ??= new WorkerPool(limitsNow());
  return pool.ask(model, question, signal);
}

/** Lets workers drop their copies of a model that is disposed of. */
export function forgetModel(model: Model): void {
  pool?.forget(model);
}

/**
 * Sets the limits of the worker threads that answer asynchronous calls, such as {@link Forecaster.forecast}. The threads
 * start when they are first needed, each in about 0.2 s, and don't keep the process alive. Each uses one thread for
 * libtorch's operators.
 *
 * @param options those that are left out stay as they are
 * @throws ERR_INVALID_ARGUMENT
 * @example
 * ```ts
 * import { configureInference, inferenceStats } from 'libtorch-generative';
 *
 * configureInference({ threads: 2, maxQueue: 200 });
 * console.log(inferenceStats().queued); // 0
 * ```
 */
export function configureInference(options: InferenceOptions = {}): void {
  Object.assign(limitsNow(), defined(readOptions(options, CHECKS)));
  pool?.limit();
}

/**
 * Returns what the worker threads that answer asynchronous calls have done and do, for a service's metrics.
 *
 * @example
 * ```ts
 * import { Generator, inferenceStats } from 'libtorch-generative';
 *
 * const generator = new Generator();
 * const before = inferenceStats().answered;
 * await Promise.all([generator.sample(), generator.sample()]);
 * console.log(inferenceStats().answered - before); // 2
 * ```
 */
export function inferenceStats(): PoolStats {
  return pool?.stats ?? { threads: 0, queued: 0, running: 0, answered: 0, batches: 0 };
}

/**
 * Ends the worker threads that answer asynchronous calls, when their current questions are answered; the next call
 * starts new ones. They don't keep the process alive, so that it need not be called.
 *
 * @example
 * ```ts
 * import { closeInference, Generator, inferenceStats } from 'libtorch-generative';
 *
 * await new Generator().sample();
 * await closeInference();
 * console.log(inferenceStats().threads); // 0
 * ```
 */
export async function closeInference(): Promise<void> {
  const old = pool;
  pool = undefined;
  await old?.close();
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
