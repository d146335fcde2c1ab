import { setImmediate } from 'node:timers/promises';

const BREATHE_EVERY_MS = 50;
/** The bytes hashed at a time, which takes a few milliseconds. */
export const PIECE_BYTES = 4_000_000;

/** Lets the event loop run regularly between pieces of work, for signals, timers and a service's requests. */
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

/** Runs a generator, which yields where it may pause, to its end without pausing, and returns its result. */
export function finish<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/**
 * Like {@link finish}, but lets the event loop run.
 *
 * @param options.onProgress receives what the generator yields
 * @throws the reason of `signal`, which stops the work
 */
export async function finishBreathing<Progress, T>(
  work: Generator<Progress, T>,
  {
    signal,
    onProgress,
  }: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined } = {},
): Promise<T> {
  const breather = new Breather();
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    onProgress?.(next.value);
    await breather.breathe(signal);
  }
}

/** The required part of Node's `Hash`, whose own type would require `@types/node` from every TypeScript user. */
export interface Hasher {
  update(data: Uint8Array | string): unknown;
}

/** Hashes any number of bytes, with a pause after each piece. */
export function* hashInPieces(hash: Hasher, bytes: Uint8Array): Generator<void, void> {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
    yield;
  }
}
