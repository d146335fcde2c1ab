import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { LibtorchGenerativeError } from './errors';

/** The files of worker threads, in `src/worker`. */
type WorkerName = 'inference' | 'training';

/**
 * Memory for short-lived objects, in MB. V8 would let it grow to 48 in each thread when there is much to do and keep it;
 * numbers are in tensors and buffers, outside.
 */
const YOUNG_GENERATION_MB = 6;

/**
 * Starts a worker thread of the package.
 *
 * @param workerData what it is told at once
 * @throws ERR_FILE if its file has not been built
 */
export function startWorker(name: WorkerName, workerData?: unknown): Worker {
  const options: WorkerOptions = {
    name: 'libtorch-generative',
    workerData,
    // What the host was started with, such as a loader of TypeScript, is not for compiled files.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  };
  return new Worker(fileOf(name), options);
}

/** Returns the compiled file: Node can't start a thread from TypeScript. */
function fileOf(name: WorkerName): string {
  const isSource = __filename.endsWith('.ts');
  const file = join(__dirname, ...(isSource ? ['..', 'lib'] : []), 'worker', `${name}.js`);
  if (existsSync(file)) return file;
  throw new LibtorchGenerativeError('ERR_FILE', `Cannot find ${file}: a bundle must leave libtorch-generative outside`);
}
