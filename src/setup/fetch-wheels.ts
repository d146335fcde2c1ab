import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { platform } from 'node:os';
import { basename, join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { fileError } from '../files';
import { Downloader } from './download';
import { parseRequirement, type Requirement, requirementsIn } from './requirement';
import { Unpacker } from './unpacker';
import { type Build, DEFAULT_INDEXES, isNvidia, placeOf, type Unpacking } from './wheel-content';
import { findWheel, type IndexedFile } from './wheel-index';

/** Downloads the wheel of torch, and NVIDIA's that it requires, and keeps libraries and headers. @throws ERR_SETUP */
export async function fetchWheels({ version, cuda }: Build, index: string | undefined, to: Unpacking): Promise<void> {
  const downloader = new Downloader(to.signal);
  const from = index ?? (cuda ? DEFAULT_INDEXES.cuda : DEFAULT_INDEXES.cpu);
  try {
    const torch = `torch==${version}${!cuda && platform() === 'linux' ? '+cpu' : ''}`;
    const pending: Requirement[] = [parseRequirement(torch)];
    const seen = new Set<string>();
    for (let wanted = pending.shift(); wanted; wanted = pending.shift()) {
      const key = `${wanted.project}[${wanted.extras}]`;
      if (seen.has(key)) continue;
      seen.add(key);
      const wheel = await findWheel(downloader, from, wanted);
      const metadata = await unpackDownload(downloader, wheel, to);
      if (cuda) pending.push(...requirementsIn(metadata, wanted.extras).filter(isNvidia));
    }
  } finally {
    await downloader.close();
  }
}

async function unpackDownload(downloader: Downloader, wheel: IndexedFile, to: Unpacking): Promise<string> {
  const { chunks, size, contentType } = await downloader.get(wheel.url);
  if (wheel.sha256 === undefined)
    to.reporter.line(`The index has no SHA-256 for ${wheel.name}: its content cannot be checked`);
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
    const found = hash.digest('hex');
    if (wheel.sha256 === undefined || found === wheel.sha256) return;
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      `${wheel.url} does not match its index: expected SHA-256 ${wheel.sha256} but received ${found} (${contentType || 'of no type'})`,
    );
  }
  return unpack(wheel.name, hashed(), size, to);
}

/** Unpacks wheels, or libtorch's zip. @throws ERR_SETUP */
export async function unpackFiles(files: string[], to: Unpacking): Promise<void> {
  for (const file of files) await unpack(basename(file), readChunks(file), statSync(file).size, to);
}

/** Returns the archive itself, or the wheels of torch and NVIDIA in a folder. */
export function archivesIn(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found && /\.(whl|zip)$/.test(path) ? [path] : [];
  const names = readdirSync(path).filter((name) => /^(torch|nvidia_.*)-\d.*\.whl$/.test(name));
  return names.some((name) => name.startsWith('torch-')) ? names.map((name) => join(path, name)) : [];
}

async function* readChunks(file: string): AsyncGenerator<Uint8Array, void> {
  try {
    yield* createReadStream(file, { highWaterMark: 1 << 18 });
  } catch (error) {
    const { message } = fileError('read', file, error); // ERR_FILE would be the cache's
    throw new LibtorchGenerativeError('ERR_SETUP', message, { cause: error });
  }
}

/** Unpacks an archive's needed files as chunks arrive. @returns a wheel's METADATA */
async function unpack(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  size: number | undefined,
  { content, reporter, signal }: Unpacking,
): Promise<string> {
  const unpacker = new Unpacker(name, content, placeOf);
  const progress = reporter.start(name, size);
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      unpacker.push(chunk);
      progress.add(chunk.length);
    }
    unpacker.end();
    return unpacker.description.METADATA ?? '';
  } finally {
    unpacker.close();
    progress.stop();
  }
}
