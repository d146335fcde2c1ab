import { setImmediate } from 'node:timers/promises';

/**
 * A training under way, made by {@link trainGan} or {@link trainMdnRnn}: iterate it for the records of its epochs, or
 * await its `result`, or both, in any order and as often as you like.
 *
 * It begins when it is iterated or its `result` is asked for, waits between two epochs for the quickest loop unless its
 * `result` has been asked for, and lets the event loop breathe between batches. Every loop gets the records of all
 * epochs, from the first. Leaving a loop stops the training, unless another loop is under way or its `result` has been
 * asked for; `signal` stops it in any case.
 *
 * @typeParam Epoch the record of an epoch
 * @typeParam Result what the training makes
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
  /** The epoch under way, which all wait for. */
  #next: Promise<void> | undefined;
  #numLoops = 0;
  #isResultWanted = false;

  /** @internal */
  constructor(epochs: AsyncGenerator<Epoch, Result, void>) {
    this.#epochs = epochs;
  }

  /** What the training made, once it has ended; rejects with what stopped it, or if its last loop was left. */
  get result(): Promise<Result> {
    if (!this.#isResultWanted) {
      this.#isResultWanted = true;
      void this.#drain();
    }
    return this.#result.promise;
  }

  /** The records of all epochs, each once it has ended; leaving the last loop stops the training. */
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

  /** Stops the training, whoever waits for it: `await using training = trainGan(options)` does so at the block's end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }

  /** Takes the next epoch, once for all who wait for it; never rejects. */
  #advance(): Promise<void> {
    if (this.#end) return Promise.resolve();
    this.#next ??= this.#takeNext();
    return this.#next;
  }

  async #takeNext(): Promise<void> {
    await undefined; // the caller may be in a scope, which would free what the training makes
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
      if (this.#numLoops > 0) await setImmediate(); // so that loops see an epoch before the next has begun
    }
  }

  /** Ends it where it stands. @throws what kept it from writing its last checkpoint */
  async #stop(): Promise<void> {
    if (this.#end) return;
    const returned = this.#epochs.return(undefined as Result);
    const left = new DOMException('The training was left before its end', 'AbortError');
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
    // A loop sees the error, or who left the last one; the promise must not report it a second time as unhandled.
    if (this.#numLoops > 0 || !this.#isResultWanted) this.#result.promise.catch(() => {});
    this.#result.reject(error);
  }
}

interface PromiseWithResolvers<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

// Promise.withResolvers() came with Node 22.
function withResolvers<T>(): PromiseWithResolvers<T> {
  const resolvers = {} as PromiseWithResolvers<T>;
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
}
