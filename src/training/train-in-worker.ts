import type { Worker } from 'node:worker_threads';
import { type LibtorchGenerativeError, worded } from '../errors';
import { receiveError } from '../pool/sent-error';
import { startWorker } from '../start-worker';
import { emitWarning, type TrainingOptions } from './options';
import type { Answer, Callbacks, Notice, Request, WorkerTask } from './worker-protocol';

type Options = TrainingOptions & Callbacks;

/** A training for a worker thread. */
interface TrainingInWorker<Data, Result> {
  kind: WorkerTask['kind'];
  options: Options;
  /** Rebuilds the result from what the thread sends. */
  receive: (data: Data) => Result;
}

/**
 * Yields the epochs of a training in a worker thread, which starts with the first of them. Between epochs the thread
 * waits and does not keep the process alive.
 *
 * @throws what the training throws; ERR_WORKER if the thread ends before it
 */
export async function* epochsInWorker<Epoch, Data, Result>({
  kind,
  options,
  receive,
}: TrainingInWorker<Data, Result>): AsyncGenerator<Epoch, Result, void> {
  const thread = new TrainingThread<Epoch, Data>(kind, options);
  try {
    for (;;) {
      const next = await thread.ask('next');
      if (next.done) return receive(next.value);
      yield next.value;
    }
  } finally {
    await thread.end();
  }
}

/** The caller's side of a thread that trains when it is asked to. */
class TrainingThread<Epoch, Data> {
  readonly #worker: Worker;
  readonly #options: Options;
  #asked: { resolve(result: IteratorResult<Epoch, Data>): void; reject(error: unknown): void } | undefined;
  /** Whether the last answer has been given. */
  #isOver = false;
  /** Why the thread ended before that. */
  #crash: LibtorchGenerativeError | undefined;
  /** What a callback threw: it ends the training. */
  #thrown: { error: unknown } | undefined;

  constructor(kind: WorkerTask['kind'], options: Options) {
    const { signal, onProgress, onWork, onWarning: _, worker: __, ...rest } = options;
    const wants = { progress: onProgress !== undefined, work: onWork !== undefined };
    const workerData: WorkerTask = { kind, options: rest, wants };
    this.#worker = startWorker('training', workerData);
    this.#options = options;
    let cause: Error | undefined;
    this.#worker
      .on('message', (message: Notice | Answer<Epoch, Data>) => this.#receive(message))
      .on('error', (error) => {
        cause = error;
      })
      .on('exit', (status) => this.#ended(status, cause));
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted) this.#abort();
  }

  /** Makes a request, which keeps the process alive until it is answered. */
  ask(request: Exclude<Request, 'abort'>): Promise<IteratorResult<Epoch, Data>> {
    return new Promise((resolve, reject) => {
      if (this.#crash) return reject(this.#crash);
      this.#asked = { resolve, reject };
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  /** Stops the training if it goes on; it writes its checkpoint first. */
  async end(): Promise<void> {
    if (!this.#isOver) await this.ask('return');
  }

  #receive(message: Notice | Answer<Epoch, Data>): void {
    const { onProgress, onWork, onWarning = emitWarning } = this.#options;
    if (message.type === 'progress') this.#call(onProgress, message.progress);
    else if (message.type === 'work') this.#call(onWork, message.progress);
    else if (message.type === 'warning') this.#call(onWarning, message.message);
    else this.#settle(message);
  }

  #call<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
    if (this.#thrown || this.#options.signal?.aborted) return; // what was on its way
    try {
      callback?.(value);
    } catch (error) {
      this.#thrown = { error };
      this.#abort();
    }
  }

  #settle(answer: Answer<Epoch, Data>): void {
    const { resolve, reject } = this.#asked!;
    this.#asked = undefined;
    this.#worker.unref();
    if (answer.type !== 'answer' || answer.result.done) this.#finish();
    if (this.#thrown) reject(this.#thrown.error);
    else if (answer.type === 'answer') resolve(answer.result);
    else reject(answer.type === 'aborted' ? this.#options.signal!.reason : receiveError(answer.error));
  }

  #finish(): void {
    this.#isOver = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#worker.postMessage('abort' satisfies Request);

  #ended(status: number, cause: Error | undefined): void {
    if (this.#isOver) return;
    this.#crash = crash(status, cause, this.#options);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#asked?.reject(this.#crash);
  }
}

function crash(status: number, cause: Error | undefined, { out, resume = out }: Options): LibtorchGenerativeError {
  const why = cause ? `: ${cause.message}` : `, with status ${status}`;
  return worded(
    'ERR_WORKER',
    ({ option, setting }) => {
      const remedy =
        resume === undefined
          ? `without ${option('out')} there is no checkpoint to continue from`
          : `continue from its last checkpoint with ${setting('resume', resume)}`;
      return `The worker thread ended before its training${why}; ${remedy}`;
    },
    { cause },
  );
}
