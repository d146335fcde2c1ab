import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { LibtorchGenerativeError } from '../errors';
import { mostThreads, readCpuLimits } from '../native/cpu-limits';
import { startWorker } from '../start-worker';
import { onAbort } from './on-abort';
import type { Reply, Request } from './protocol';
import { receiveError } from './sent-error';

/** A model that workers keep copies of. */
export interface Model {
  /** Tells workers what it is. */
  readonly kind: string;
  /** Returns a text that is another one once the model has changed. */
  version(): string;
  /** Returns what a copy is made from; it can be cloned from thread to thread. */
  state(): unknown;
}

/** Limits of a {@link WorkerPool}. */
export interface PoolLimits {
  /** Number of worker threads. */
  threads: number;
  /** Number of questions that may wait; further ones are refused. */
  maxQueue: number;
  /** Number of questions that a worker answers together. */
  maxBatch: number;
}

/** What the worker threads have done and do, as {@link inferenceStats} returns it. */
export interface PoolStats {
  /** Worker threads that run. */
  threads: number;
  /** Questions that wait for a worker. */
  queued: number;
  /** Questions that workers are answering. */
  running: number;
  /** Questions answered so far, also with errors. */
  answered: number;
  /** Batches in which they were answered. */
  batches: number;
}

interface Task {
  copy: Copy;
  question: unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/** A state of a model, of which workers have copies. */
interface Copy {
  readonly number: number;
  readonly kind: string;
  readonly version: string;
  readonly state: unknown;
  /** Tasks that have not been answered. */
  tasks: number;
  /** Whether the model has changed or is gone. */
  isOld: boolean;
}

/** Returns the number of threads that this process's share of the CPUs can use. */
export function usualThreads(): number {
  return mostThreads(readCpuLimits());
}

/**
 * Answers questions to models in worker threads, each of which has copies of the models, so that the event loop stays
 * free. Questions that wait for the same model are answered together. Idle workers don't keep the process alive.
 */
export class WorkerPool {
  readonly #limits: PoolLimits;
  readonly #members = new Set<Member>();
  readonly #queue: Task[] = [];
  /** The promises of all questions that have not been answered. */
  readonly #asked = new Set<Promise<unknown>>();
  readonly #copies = new WeakMap<Model, Copy>();
  readonly #gone = new FinalizationRegistry<Copy>((copy) => this.#retire(copy));
  #isScheduled = false;
  #numCopies = 0;
  #answered = 0;
  #batches = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get stats(): PoolStats {
    const running = [...this.#members].reduce((sum, { tasks }) => sum + tasks.length, 0);
    const [queued, answered, batches] = [this.#queue.length, this.#answered, this.#batches];
    return { threads: this.#members.size, queued, running, answered, batches };
  }

  /**
   * Asks a model a question.
   *
   * @param question can be cloned from thread to thread
   * @param signal takes the question back; its reason is thrown
   * @throws ERR_OVERLOADED if too many questions wait; ERR_WORKER if the worker ended; what the answer throws
   */
  async ask(model: Model, question: unknown, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const { maxQueue } = this.#limits;
    if (this.#queue.length >= maxQueue) {
      throw new LibtorchGenerativeError('ERR_OVERLOADED', `${maxQueue} questions wait already: ask again later`);
    }
    const copy = this.#copyOf(model);
    copy.tasks++;
    let takeBack = () => {};
    const answer = new Promise((resolve, reject) => {
      const task = { copy, question, resolve, reject };
      takeBack = () => {
        const at = this.#queue.indexOf(task);
        if (at !== -1) this.#queue.splice(at, 1);
        reject(signal!.reason);
      };
      this.#queue.push(task);
    });
    const forget = onAbort(signal, takeBack);
    this.#asked.add(answer);
    this.#schedule();
    try {
      return await answer;
    } finally {
      forget();
      this.#asked.delete(answer);
      copy.tasks--;
      if (copy.isOld) this.#retire(copy);
    }
  }

  /** Lets workers drop their copies of a model, when its questions are answered. */
  forget(model: Model): void {
    const copy = this.#copies.get(model);
    if (!copy) return;
    this.#copies.delete(model);
    this.#gone.unregister(copy);
    this.#retire(copy);
  }

  /** Ends idle workers beyond the limit, which may have been lowered. */
  limit(): void {
    const idle = [...this.#members].filter(({ tasks }) => tasks.length === 0);
    const numExtra = Math.max(this.#members.size - this.#limits.threads, 0);
    for (const member of idle.slice(0, numExtra)) void member.end();
    this.#schedule();
  }

  /** Ends the workers once all questions are answered. */
  async close(): Promise<void> {
    while (this.#asked.size > 0) await Promise.allSettled(this.#asked);
    await Promise.all([...this.#members].map((member) => member.end()));
  }

  /** Returns the copy of a model as it is now. */
  #copyOf(model: Model): Copy {
    const version = model.version();
    const known = this.#copies.get(model);
    if (known?.version === version) return known;
    const copy = { number: this.#numCopies++, kind: model.kind, version, state: model.state(), tasks: 0, isOld: false };
    this.forget(model);
    this.#copies.set(model, copy);
    this.#gone.register(model, copy, copy);
    return copy;
  }

  /** Lets workers drop a copy once its last question is answered. */
  #retire(copy: Copy): void {
    copy.isOld = true;
    if (copy.tasks === 0) for (const member of this.#members) member.unload(copy.number);
  }

  /** Waits for questions that come in the same turn of the event loop, to answer them together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void setImmediate().then(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const idle = [...this.#members].filter(({ tasks }) => tasks.length === 0);
      const { threads, maxBatch } = this.#limits;
      const numFree = idle.length + threads - this.#members.size;
      if (numFree <= 0) return;
      const { copy } = this.#queue[0]!;
      const member = idle.find((each) => each.has(copy.number)) ?? idle[0] ?? this.#hire();
      member.ask(copy, this.#take(copy, Math.min(Math.ceil(this.#queue.length / numFree), maxBatch)));
      this.#batches++;
    }
  }

  /** Removes the first tasks of a copy from the queue. */
  #take(copy: Copy, most: number): Task[] {
    const taken: Task[] = [];
    for (let index = 0; index < this.#queue.length && taken.length < most; ) {
      if (this.#queue[index]!.copy === copy) taken.push(...this.#queue.splice(index, 1));
      else index++;
    }
    return taken;
  }

  #hire(): Member {
    const member: Member = new Member({
      onAnswers: (count) => {
        this.#answered += count;
        this.#dispatch();
      },
      onEnd: () => {
        this.#members.delete(member);
        this.#schedule();
      },
    });
    this.#members.add(member);
    return member;
  }
}

/** Hands answers to those who asked, one in each turn of the event loop: what they make of many at once may take long. */
async function hand(tasks: readonly Task[], reply: Reply): Promise<void> {
  for (const [index, { resolve, reject }] of tasks.entries()) {
    if (index > 0) await setImmediate();
    const answer = reply[index]!;
    if ('error' in answer) reject(receiveError(answer.error));
    else resolve(answer.value);
  }
}

/** A worker thread of a pool. */
class Member {
  readonly #worker: Worker;
  readonly #loaded = new Set<number>();
  readonly #onAnswers: (count: number) => void;
  readonly #onEnd: () => void;
  /** The questions that it is answering. */
  tasks: Task[] = [];

  constructor({ onAnswers, onEnd }: { onAnswers: (count: number) => void; onEnd: () => void }) {
    this.#onAnswers = onAnswers;
    this.#onEnd = onEnd;
    this.#worker = startWorker('inference');
    let error: Error | undefined;
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (cause) => {
      error = cause;
    });
    this.#worker.on('exit', (status) => {
      const problem = error ? `failed: ${error.message}` : `ended with status ${status}`;
      const ended = new LibtorchGenerativeError('ERR_WORKER', `The worker thread ${problem}`, { cause: error });
      for (const { reject } of this.tasks) reject(ended);
      this.tasks = [];
      onEnd();
    });
    this.#worker.unref();
  }

  has(copy: number): boolean {
    return this.#loaded.has(copy);
  }

  ask(copy: Copy, tasks: Task[]): void {
    this.tasks = tasks;
    this.#worker.ref();
    const { number, kind, state } = copy;
    try {
      if (!this.has(number)) this.#post({ load: number, kind, state });
      this.#loaded.add(number);
      this.#post({ ask: number, questions: tasks.map(({ question }) => question) });
    } catch (error) {
      this.#finish();
      for (const { reject } of tasks) reject(error);
    }
  }

  unload(copy: number): void {
    if (this.#loaded.delete(copy)) this.#post({ unload: copy });
  }

  async end(): Promise<void> {
    this.#onEnd();
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const tasks = this.#finish();
    this.#onAnswers(tasks.length); // the worker goes on with others
    void hand(tasks, reply);
  }

  #finish(): Task[] {
    const { tasks } = this;
    this.tasks = [];
    this.#worker.unref();
    return tasks;
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
  }
}
