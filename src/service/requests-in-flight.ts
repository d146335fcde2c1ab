import type { ServerResponse } from 'node:http';
import { ServiceError } from './problem';

/** The requests that are being answered, each with a signal that ends its work. */
export class RequestsInFlight {
  readonly #timeoutMs: number;
  readonly #responses = new Set<ServerResponse>();
  #isClosing = false;
  #onIdle = () => {};

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether new requests are refused. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /**
   * Does a request's work, with a signal that is aborted when its time is up or when the client leaves.
   *
   * @throws ServiceError, status 503 if the service is closing, 504 if the time is up
   */
  async answer<T>(response: ServerResponse, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#isClosing) throw new ServiceError(503, 'The service is shutting down: ask another one');
    this.#responses.add(response);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const seconds = this.#timeoutMs / 1000;
      stop.abort(new ServiceError(504, `The answer took longer than ${seconds} s: ask for less, or again later`));
    }, this.#timeoutMs);
    response.once('close', () => {
      if (!response.writableFinished) stop.abort(new ServiceError(499, 'The client has left'));
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#onIdle();
    });
    try {
      return await work(stop.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Refuses new requests from now on. */
  close(): void {
    this.#isClosing = true;
  }

  /** Waits until all requests are answered. */
  async settled(): Promise<void> {
    if (this.#responses.size > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
  }
}
