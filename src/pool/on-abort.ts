const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when a signal is aborted, with a single listener on the signal, as more than ten would look like a leak.
 *
 * @returns a function that ends this
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (!signal) return () => {};
  let callbacks = listeners.get(signal);
  if (!callbacks) {
    const all = new Set<() => void>();
    callbacks = all;
    listeners.set(signal, all);
    signal.addEventListener('abort', () => {
      for (const each of all) each();
    });
  }
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}
