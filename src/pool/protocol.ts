import { type ErrorCode, LibtorchGenerativeError } from '../errors';

/** What a worker is told. All of it can be cloned from thread to thread. */
export type Request =
  /** A model to keep a copy of, under a number. */
  | { load: number; kind: string; state: unknown }
  /** A copy that is no longer needed. */
  | { unload: number }
  /** Questions to a copy, which are answered together. */
  | { ask: number; questions: unknown[] };

/** The answer to a question, or the error in its place. */
export type Answer = { value: unknown } | { error: ErrorInTransit };

/** A worker's reply to `ask`: an answer for each question. */
export type Reply = Answer[];

/** An error on its way between threads, which would lose its class and code. */
export interface ErrorInTransit {
  name: string;
  code?: ErrorCode | undefined;
  message: string;
  stack?: string | undefined;
}

export function toTransit(error: unknown): ErrorInTransit {
  const { name, code, message, stack } = error as LibtorchGenerativeError;
  return error instanceof Error ? { name, code, message, stack } : { name: 'Error', message: String(error) };
}

/** Returns an error of the class that it had. */
export function fromTransit({ name, code, message, stack }: ErrorInTransit): Error {
  if (name === 'LibtorchGenerativeError') return new LibtorchGenerativeError(code!, message);
  return Object.assign(new Error(message), { name, stack });
}
