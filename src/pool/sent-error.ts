import { type ErrorCode, LibtorchGenerativeError } from '../errors';

/** An error as data, since a structured clone has neither its class nor its code. */
export interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  code: string | undefined;
  cause: SentError | undefined;
  /** Whether it is a {@link LibtorchGenerativeError}. */
  isOurs: boolean;
}

/** Turns what was thrown into data that can go to another thread. */
export function sendError(thrown: unknown): SentError {
  const error: NodeJS.ErrnoException = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    code: error.code === undefined ? undefined : String(error.code),
    cause: cause === undefined ? undefined : sendError(cause),
    isOurs: error instanceof LibtorchGenerativeError,
  };
}

/** Creates the error that another thread has sent. */
export function receiveError({ name, message, stack, code, cause, isOurs }: SentError): Error {
  const options = cause && { cause: receiveError(cause) };
  if (isOurs) return Object.assign(new LibtorchGenerativeError(code as ErrorCode, message, options), { stack });
  return Object.assign(new Error(message, options), { name, stack }, code !== undefined && { code });
}
