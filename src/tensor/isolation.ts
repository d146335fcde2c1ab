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

  /** Yields the values of an iterator, each computed inside, to a loop outside, and returns its result. */
  *each<T, Result>(iterator: Generator<T, Result>): Generator<T, Result> {
    try {
      for (;;) {
        const next = this.run(() => iterator.next());
        if (next.done) return next.value;
        yield next.value;
      }
    } finally {
      this.run(() => iterator.return(undefined as Result));
    }
  }

  #exchange(threads: number): void {
    native().exchangeGenerators(this.#generator, this.#cudaGenerator);
    if (numThreads() !== threads) setNumThreads(threads);
  }
}
