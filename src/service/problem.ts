import { STATUS_CODES } from 'node:http';
import { argumentOf, type ErrorCode, LibtorchGenerativeError } from '../errors';
import { httpStatusOf } from './http-status';

/** Codes of problems that only a service has. */
export type ServiceErrorCode =
  | 'ERR_BAD_REQUEST'
  | 'ERR_UNAUTHORIZED'
  | 'ERR_NOT_FOUND'
  | 'ERR_NOT_ACCEPTABLE'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_MEDIA_TYPE'
  | 'ERR_INTERNAL'
  | 'ERR_CLOSING'
  | 'ERR_TIMEOUT';

/**
 * What a service answers instead of a result, as application/problem+json.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export interface Problem {
  /** Always "about:blank": `code` tells more. */
  type: string;
  /** The status in words. */
  title: string;
  /** The HTTP status. */
  status: number;
  /** What was expected and what came, for people. */
  detail: string;
  /** What went wrong, for programs. */
  code: ErrorCode | ServiceErrorCode;
  /** The part of the request that is wrong, as the client wrote it, such as `series[2].values[1]`. */
  field?: string | undefined;
}

const CODES: Record<number, ServiceErrorCode> = {
  401: 'ERR_UNAUTHORIZED',
  404: 'ERR_NOT_FOUND',
  406: 'ERR_NOT_ACCEPTABLE',
  413: 'ERR_BODY_TOO_LARGE',
  415: 'ERR_MEDIA_TYPE',
  503: 'ERR_CLOSING',
  504: 'ERR_TIMEOUT',
};

/** What a service refuses by itself, before it asks a model. */
export class ServiceError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

const fields = new WeakMap<Error, string>();

/** Notes the field of the request that an error is about, and returns the error. */
export function inField(field: string, error: Error): Error {
  fields.set(error, field);
  return error;
}

/** Describes what was thrown. What the client has not caused is not told, as it may name the service's files. */
export function problemOf(error: unknown): Problem {
  const status = httpStatusOf(error);
  const field = fieldOf(error);
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: status === 500 ? 'The service failed; the reason is in its log' : (error as Error).message,
    code: codeOf(error, status),
    ...(field !== undefined && { field }),
  };
}

function codeOf(error: unknown, status: number): Problem['code'] {
  if (error instanceof LibtorchGenerativeError) return error.code;
  return CODES[status] ?? (status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_INTERNAL');
}

function fieldOf(error: unknown): string | undefined {
  if (error instanceof ServiceError) return error.field;
  if (!(error instanceof LibtorchGenerativeError)) return undefined;
  return fields.get(error) ?? argumentOf(error);
}
