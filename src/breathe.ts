import { setImmediate } from 'node:timers/promises';

const BREATHE_EVERY_MS = 50;
/** Hashed at once, in a few milliseconds. */
export const PIECE_BYTES = 4_000_000;

/** Lets the event loop run now and then between pieces of work: signals, timers, a service's requests. */
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

/** The result of a generator that yields where it may pause: at once. */
export function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** The same while the event loop breathes. */
export async function finishBreathing<T>(work: Generator<void, T>): Promise<T> {
  const breather = new Breather();
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    await breather.breathe();
  }
}

/** The part of Node's `Hash` that is needed: its own type would ask every TypeScript user for `@types/node`. */
export interface Hasher {
  update(data: Uint8Array | string): unknown;
}

/** Hashes bytes, however many, with a pause after each piece. */
export function* hashInPieces(hash: Hasher, bytes: Uint8Array): Generator<void, void> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
    yield;
  }
}
