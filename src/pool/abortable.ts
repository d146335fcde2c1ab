import { type Checks, checkSignal } from '../check';

/** Takes an asynchronous call back. */
export interface Abortable {
  /** Takes the call back: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export const ABORTABLE: Checks<Abortable> = { signal: checkSignal };
