import { setImmediate } from 'node:timers/promises';

/**
 * A training in progress, returned by {@link trainGan} and {@link trainMdnRnn}. Iterate it for the records of its
 * epochs, await its `result`, or both, in any order and any number of times.
 *
 * Training starts when the run is first iterated or its `result` is first read. It does not block the event loop
 * between batches. Until its `result` is read, it pauses after each epoch until a loop asks for the next one. Every
 * loop receives the records of all epochs, from the first. Leaving the last loop stops the training, unless its
 * `result` has been read; `signal` always stops it.
 *
 * @typeParam Epoch the record of an epoch
 * @typeParam Result the result of the training
 * @example
 * ```ts
 * import { trainGan } from 'libtorch-generative';
 *
 * const training = trainGan({ data: 'noise', epochs: 1000 });
 * let epochs = 0;
 * for await (const _ of training) {
 *   if (++epochs === 3) break; // stops the training
 * }
 * await training.result.catch((error) => {
 *   console.log(epochs, error.name); // 3 AbortError
 * });
 * ```
 */
export class TrainingRun<Epoch extends object, Result> implements AsyncIterable<Epoch> {
  readonly #epochs: AsyncGenerator<Epoch, Result, void>;
  readonly #records: Epoch[] = [];
  readonly #result: PromiseWithResolvers<Result> = withResolvers();
  #end: { error?: unknown } | undefined;
  /** The current epoch, which all consumers await. */
  #next: Promise<void> | undefined;
  #numLoops = 0;
  #isResultWanted = false;

  /** @internal */
  constructor(epochs: AsyncGenerator<Epoch, Result, void>) {
    this.#epochs = epochs;
  }

  /** The result, once the training has ended; rejects with the error that stopped it, or if its last loop was left. */
  get result(): Promise<Result> {
    if (!this.#isResultWanted) {
      this.#isResultWanted = true;
      void this.#drain();
    }
    return this.#result.promise;
  }

  /** Yields the record of each epoch when it ends; leaving the last loop stops the training. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Epoch, void, void> {
    this.#numLoops++;
    try {
      for (let index = 0; ; index++) {
        if (index === this.#records.length) await this.#advance();
        if (index === this.#records.length) break;
        yield { ...this.#records[index]! };
      }
      if (this.#end && 'error' in this.#end) throw this.#end.error;
    } finally {
      this.#numLoops--;
      if (this.#numLoops === 0 && !this.#isResultWanted) await this.#stop();
    }
  }

  /** Stops the training in any case, as at the end of a block with `await using training = trainGan(options)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  /** Advances by one epoch, shared by all consumers; never rejects. */
  #advance(): Promise<void> {
    if (this.#end) return Promise.resolve();
    this.#next ??= this.#takeNext();
    return this.#next;
  }

  async #takeNext(): Promise<void> {
    await undefined; // the caller may be in a scope, which would free the training's tensors
    try {
      const next = await this.#epochs.next();
      if (next.done) this.#succeed(next.value);
      else this.#records.push(next.value);
    } catch (error) {
      this.#fail(error);
    }
    this.#next = undefined;
  }

  async #drain(): Promise<void> {
    while (!this.#end) {
      await this.#advance();
      if (this.#numLoops > 0) await setImmediate(); // lets loops see an epoch before the next one begins
    }
  }

  /** Stops the training. @throws the error if the last checkpoint cannot be written */
  async #stop(): Promise<void> {
    if (this.#end) return;
    const returned = this.#epochs.return(undefined as Result);
    const left = new DOMException('The training was stopped before its end', 'AbortError');
    this.#next = returned.then(
      () => this.#fail(left),
      (error) => this.#fail(error),
    );
    await this.#next;
    await returned;
  }

  #succeed(result: Result): void {
    if (this.#end) return;
    this.#end = {};
    this.#result.resolve(result);
  }

  #fail(error: unknown): void {
    if (this.#end) return;
    this.#end = { error };
    // A loop has reported the error, or the last one was left: the promise must not report it again as unhandled.
    if (this.#numLoops > 0 || !this.#isResultWanted) this.#result.promise.catch(() => {});
    this.#result.reject(error);
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

// Promise.withResolvers() requires Node 22.
function withResolvers<T>(): PromiseWithResolvers<T> {
  const resolvers = {} as PromiseWithResolvers<T>;
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
}
