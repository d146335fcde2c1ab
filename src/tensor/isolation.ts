import { type NativeRandomGenerator, native } from '../native/addon';
import { type Device, numThreads, setNumThreads } from './device';

/** Options of an {@link Isolation}, which its numbers depend on. */
export interface IsolationOptions {
  /** The seed of its random numbers, as in {@link manualSeed}. */
  seed: number;
  /** Threads that an operator may use. */
  threads: number;
  /** "cpu" or "cuda:N"; the random numbers of a CUDA device are isolated too. */
  device: Device;
}

/**
 * Separate random numbers and a separate number of threads for code in {@link Isolation.run}. Afterwards the thread's
 * own continue as if nothing had been drawn or set, and nothing outside affects the numbers inside.
 */
export class Isolation {
  readonly threads: number;
  readonly #generator: NativeRandomGenerator;
  readonly #cudaGenerator: NativeRandomGenerator | undefined;
  #isInside = false;

  constructor({ seed, threads, device }: IsolationOptions) {
    this.threads = threads;
    this.#generator = new (native().RandomGenerator)();
    this.#cudaGenerator = device === 'cpu' ? undefined : new (native().RandomGenerator)(device);
    for (const generator of [this.#generator, this.#cudaGenerator]) if (generator) native().manualSeed(seed, generator);
  }

  /** Runs synchronous code inside; calls may nest. */
  run<T>(body: () => T): T {
    if (this.#isInside) return body();
    const threadsOutside = numThreads();
    this.#exchange(this.threads);
    this.#isInside = true;
    try {
      return body();
    } finally {
      this.#isInside = false;
      this.#exchange(threadsOutside);
    }
  }

  /** Yields the values of an iterable, each computed inside, to a loop outside. */
  *each<T>(values: Iterable<T>): Generator<T, void> {
    const iterator = this.run(() => values[Symbol.iterator]());
    try {
      for (;;) {
        const next = this.run(() => iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      this.run(() => iterator.return?.());
    }
  }

  #exchange(threads: number): void {
    native().exchangeGenerators(this.#generator, this.#cudaGenerator);
    if (numThreads() !== threads) setNumThreads(threads);
  }
}
