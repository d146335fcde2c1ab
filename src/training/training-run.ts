/**
 * A training under way, made by {@link trainGan} or {@link trainMdnRnn}: iterate it for the records of its epochs, or
 * await its `result`, or both.
 *
 * It runs while it is iterated or awaited, and lets the event loop breathe between batches.
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
export class TrainingRun<Epoch, Result> implements AsyncIterable<Epoch> {
  readonly #epochs: AsyncGenerator<Epoch, Result, void>;
  readonly #result: PromiseWithResolvers<Result>;
  #isIterated = false;

  /** @internal */
  constructor(epochs: AsyncGenerator<Epoch, Result, void>) {
    this.#epochs = epochs;
    this.#result = withResolvers();
    // Whoever iterates sees a failure there; the promise must not report it a second time as unhandled.
    this.#result.promise.catch(() => {});
  }

  /** What the training made, once it has ended; rejects with what stopped it, or if the iteration was left. */
  get result(): Promise<Result> {
    // Not before the caller has had a chance to iterate: the two would share out the epochs.
    queueMicrotask(() => {
      if (!this.#isIterated) this.#drain().catch(() => {});
    });
    return this.#result.promise;
  }

  /** The records of the epochs, each once it has ended; leaving the loop stops the training. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Epoch, void, void> {
    this.#isIterated = true;
    try {
      for (;;) {
        const next = await this.#epochs.next();
        if (next.done) {
          this.#result.resolve(next.value);
          return;
        }
        yield next.value;
      }
    } catch (error) {
      this.#result.reject(error);
      throw error;
    } finally {
      await this.#epochs.return(undefined as Result);
      this.#result.reject(new DOMException('The training was left before its end', 'AbortError'));
    }
  }

  async #drain(): Promise<void> {
    for await (const _ of this);
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
