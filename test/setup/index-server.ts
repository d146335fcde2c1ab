import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { zipSync } from 'fflate';

/** A wheel or another archive of these files. */
export function archive(files: Record<string, string | Uint8Array>): Uint8Array {
  const entries = Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]);
  return zipSync(Object.fromEntries(entries), { level: 1 });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Answers a request; true if it has. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface IndexServer {
  /** Of the index: http://127.0.0.1:PORT/simple */
  url: string;
  port: number;
  /** The paths that were asked for, with the range where there was one. */
  requests: string[];
  /** Is asked before the index answers. */
  answer?: Answer;
  close(): Promise<void>;
}

/** A package index with these wheels by project, as PyPI has them: HTML, or JSON where that is asked for and `json` is on. */
export async function startIndex(
  wheels: Record<string, Record<string, Uint8Array>>,
  { json = false, hashes = true } = {},
): Promise<IndexServer> {
  const files = Object.assign({}, ...Object.values(wheels)) as Record<string, Uint8Array>;
  const page = (project: string) => {
    const lines = Object.entries(wheels[project]!).map(([name, bytes]) => {
      const fragment = hashes ? `#sha256=${sha256(bytes)}` : '';
      return `<a data-requires-python=">=3.10" class='x' href="../../files/${encodeURIComponent(name)}${fragment}">${name}</a><br/>`;
    });
    return `<!DOCTYPE html><html><body>${lines.join('\n')}</body></html>`;
  };
  const jsonPage = (project: string) => {
    const listed = Object.entries(wheels[project]!).map(([name, bytes]) => ({
      filename: name,
      url: `/files/${encodeURIComponent(name)}`,
      hashes: hashes ? { sha256: sha256(bytes) } : {},
    }));
    return JSON.stringify({ meta: { 'api-version': '1.1' }, name: project, files: listed });
  };
  const index: Omit<IndexServer, 'url' | 'port'> = { requests: [], close: () => closed(server) };
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    index.requests.push(url + (headers.range ? ` ${headers.range}` : ''));
    if (index.answer?.(request, response)) return;
    const [, project] = url.match(/^\/simple\/([^/]+)\/$/) ?? [];
    if (project && wheels[project]) {
      const isJson = json && headers.accept?.includes('application/vnd.pypi.simple.v1+json');
      response.setHeader('content-type', isJson ? 'application/vnd.pypi.simple.v1+json' : 'text/html; charset=utf-8');
      response.end(isJson ? jsonPage(project) : page(project));
      return;
    }
    const bytes = files[decodeURIComponent(url.replace('/files/', ''))];
    if (bytes) sendFile(request, response, bytes);
    else response.writeHead(404).end('not found');
  });
  const port = await listening(server);
  return Object.assign(index, { url: `http://127.0.0.1:${port}/simple`, port });
}

/** A file, or the range of it that is asked for. */
export function sendFile({ headers }: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const start = Number(headers.range?.match(/^bytes=(\d+)-/)?.[1] ?? 0);
  const etag = `"${sha256(bytes)}"`;
  const common = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', etag };
  if (start === 0) response.writeHead(200, { ...common, 'content-length': bytes.length });
  else {
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...common, 'content-length': bytes.length - start, 'content-range': range });
  }
  response.end(bytes.subarray(start));
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export interface ProxyServer {
  port: number;
  /** The hosts that it was asked for. */
  hosts: string[];
  close(): Promise<void>;
}

/** An HTTP proxy that wants a user and a password. */
export async function startProxy(user: string, password: string): Promise<ProxyServer> {
  const hosts: string[] = [];
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on('connect', ({ url = '', headers }, socket) => {
    if (headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    hosts.push(url);
    const [host, port] = url.split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  const port = await listening(server);
  return { port, hosts, close: () => closed(server) };
}
