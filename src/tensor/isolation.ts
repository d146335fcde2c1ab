import { type NativeRandomGenerator, native } from '../native/addon';
import { type Device, numThreads, setNumThreads } from './device';

/** What the numbers of an {@link Isolation} depend on. */
export interface IsolationOptions {
  /** Where its random numbers begin, as in {@link manualSeed}. */
  seed: number;
  /** Threads that an operator may use. */
  threads: number;
  /** "cpu" or "cuda:N": where there are random numbers of its own too. */
  device: Device;
}

/**
 * Random numbers and a number of threads of its own for what runs in {@link Isolation.run}: the thread's go on afterwards
 * as if nothing had been drawn or set, and nothing that happens outside changes the numbers inside.
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

  /** Runs synchronous code inside; it may be inside already. */
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

  /** The values of an iterable that makes them inside, for a loop that is outside. */
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
