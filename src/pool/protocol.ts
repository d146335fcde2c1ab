import type { SentError } from './sent-error';

/** What a worker is told. All of it can be cloned from thread to thread. */
export type Request =
  /** A model to keep a copy of, under a number. */
  | { load: number; kind: string; state: unknown }
  /** A copy that is no longer needed. */
  | { unload: number }
  /** Questions to a copy, which are answered together. */
  | { ask: number; questions: unknown[] };

/** The answer to a question, or the error in its place. */
export type Answer = { value: unknown } | { error: SentError };

/** A worker's reply to `ask`: an answer for each question. */
export type Reply = Answer[];
