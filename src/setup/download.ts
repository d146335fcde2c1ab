import { EnvHttpProxyAgent, errors, interceptors, request } from 'undici';
import { LibtorchGenerativeError } from '../errors';

/** A server's answer. */
export interface Download {
  /** The final URL, after redirects. */
  url: string;
  contentType: string;
  /** Size in bytes, if the server sent it. */
  size: number | undefined;
  chunks: AsyncIterable<Uint8Array>;
}

/** Time limits for a host to answer, and to send the next bytes. */
const ANSWER_WITHIN_MS = 10_000;
const MORE_WITHIN_MS = 30_000;
const MAX_REDIRECTS = 10;
/** Eight retries within ten seconds, unless the server asks for more time. Each resumes where the last one stopped. */
const RETRY = {
  maxRetries: 8,
  minTimeout: 200,
  timeoutFactor: 1.5,
  maxTimeout: 30_000, // the longest Retry-After that is honoured
  errorCodes: ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT'],
};

/**
 * Downloads files over HTTP. It uses the proxy in HTTPS_PROXY or HTTP_PROXY unless NO_PROXY excludes the host, follows
 * redirects, resumes broken downloads, and honours Retry-After.
 */
export class Downloader {
  readonly #dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: ANSWER_WITHIN_MS },
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: MORE_WITHIN_MS,
  }).compose(interceptors.retry(RETRY), interceptors.redirect({ maxRedirections: MAX_REDIRECTS }));

  /** By origin: the credentials in an index's URL also apply to its files. */
  readonly #credentials = new Map<string, string>();

  constructor(readonly signal: AbortSignal) {}

  /** Requests a file. @throws ERR_SETUP, with the URL */
  async get(url: string, accept = '*/*'): Promise<Download> {
    const { address, origin } = this.#withoutCredentials(url);
    const authorization = this.#credentials.get(origin);
    try {
      const { statusCode, headers, body, context } = await request(address, {
        dispatcher: this.#dispatcher,
        signal: this.signal,
        headers: { accept, 'user-agent': 'libtorch-generative', ...(authorization && { authorization }) },
      });
      if (statusCode !== 200) {
        body.on('error', () => {}).destroy();
        throw fetchError(address, `the server answered ${statusCode}`);
      }
      const { history = [] } = (context ?? {}) as { history?: URL[] };
      const size = Number(headers['content-length']);
      return {
        url: String(history.at(-1) ?? address),
        contentType: String(headers['content-type'] ?? ''),
        size: Number.isSafeInteger(size) ? size : undefined,
        chunks: namingErrors(address, body, this.signal),
      };
    } catch (error) {
      throw asSetupError(address, error, this.signal);
    }
  }

  /** Downloads a text. @throws ERR_SETUP */
  async text(url: string, accept?: string): Promise<{ url: string; contentType: string; text: string }> {
    const { chunks, ...answer } = await this.get(url, accept);
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    return { ...answer, text: Buffer.concat(parts).toString('utf8') };
  }

  /** Removes the user and password from a URL, so that they are sent to the server but never printed. */
  #withoutCredentials(url: string): { address: string; origin: string } {
    const address = new URL(url);
    const { username, password, origin } = address;
    if (username) {
      const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#credentials.set(origin, `Basic ${Buffer.from(credentials).toString('base64')}`);
    }
    address.username = '';
    address.password = '';
    return { address: String(address), origin };
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

async function* namingErrors(url: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  try {
    yield* chunks;
  } catch (error) {
    throw asSetupError(url, error, signal);
  }
}

function asSetupError(url: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof LibtorchGenerativeError) return error;
  return fetchError(url, reasonOf(error as Error), { cause: error });
}

function fetchError(url: string, reason: string, options?: ErrorOptions): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_SETUP', `Cannot fetch ${url}: ${reason}`, options);
}

const REASONS: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: `no answer within ${ANSWER_WITHIN_MS / 1000} seconds`,
  UND_ERR_HEADERS_TIMEOUT: `no answer within ${ANSWER_WITHIN_MS / 1000} seconds`,
  UND_ERR_BODY_TIMEOUT: `nothing more came for ${MORE_WITHIN_MS / 1000} seconds`,
  UND_ERR_SOCKET: 'the connection broke off',
  ECONNRESET: 'the connection broke off',
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host is unknown',
  EAI_AGAIN: 'the host is unknown',
};

function reasonOf(error: Error & { code?: string; statusCode?: number }): string {
  if (error instanceof errors.RequestRetryError) return `the server answered ${error.statusCode} (${error.message})`;
  if (/Proxy response \(407\)/.test(error.message)) {
    return 'the proxy requires a user and password: set HTTPS_PROXY or HTTP_PROXY to http://USER:PASSWORD@HOST:PORT';
  }
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return REASONS[error.code ?? ''] ?? error.message;
}
