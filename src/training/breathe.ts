import { setImmediate } from 'node:timers/promises';

const BREATHE_EVERY_MS = 50;

/** Lets the event loop run now and then between batches: signals, timers, a service's requests. */
export class Breather {
  #last = performance.now();

  async breathe(signal?: AbortSignal): Promise<void> {
    if (performance.now() - this.#last > BREATHE_EVERY_MS) {
      await setImmediate();
      this.#last = performance.now();
    }
    signal?.throwIfAborted();
  }
}
