import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { LibtorchGenerativeError } from '../errors';

/** The files of a wheel that describe it. */
const DESCRIPTION = /^[^/]+\.dist-info\/(METADATA|RECORD)$/;

interface OpenFile {
  descriptor: number;
  hash: Hash;
}

/** Unpacks selected files of a zip archive, such as a wheel, while it is downloaded. */
export class Unpacker {
  /** The wheel's METADATA and RECORD, if present. */
  readonly description: { METADATA?: string; RECORD?: string } = {};
  readonly #unzip: Unzip;
  readonly #open = new Map<string, OpenFile>();
  readonly #hashes = new Map<string, string>();
  #isArchive = false;

  /**
   * @param folder the folder to unpack into
   * @param placeOf maps a name in the archive to a path in `folder`, or to undefined to skip it
   */
  constructor(
    readonly archive: string,
    readonly folder: string,
    readonly placeOf: (name: string) => string | undefined,
  ) {
    this.#unzip = new Unzip((file) => this.#start(file));
    this.#unzip.register(UnzipInflate);
  }

  /** Takes the next bytes. @throws ERR_SETUP if the archive is corrupt */
  push(chunk: Uint8Array): void {
    try {
      this.#unzip.push(chunk);
    } catch (error) {
      throw this.#asSetupError(error);
    }
  }

  /** Call after the last bytes. @throws ERR_SETUP if the archive is truncated or does not match its RECORD */
  end(): void {
    if (!this.#isArchive) throw this.#corrupt('it is not a zip archive');
    const [cutOff] = this.#open.keys();
    if (cutOff !== undefined) throw this.#corrupt(`it is truncated within ${cutOff}`);
    for (const [, name, sha256] of (this.description.RECORD ?? '').matchAll(/^(.+),sha256=([\w-]+),\d*\r?$/gm)) {
      const found = this.#hashes.get(name!);
      if (found !== undefined && found !== sha256) throw this.#corrupt(`${name} does not match its checksum`);
    }
  }

  /** Closes files that an error left open. */
  close(): void {
    for (const { descriptor } of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #start(file: UnzipFile): void {
    this.#isArchive = true;
    const { name } = file;
    const [, text] = name.match(DESCRIPTION) ?? [];
    if (text) this.#readText(file, text as 'METADATA' | 'RECORD');
    const place = name.endsWith('/') ? undefined : this.placeOf(name);
    if (place !== undefined) this.#writeFile(file, place);
  }

  #readText(file: UnzipFile, key: 'METADATA' | 'RECORD'): void {
    const decoder = new TextDecoder();
    let text = '';
    file.ondata = (error, chunk, isLast) => {
      if (error) throw error;
      text += decoder.decode(chunk, { stream: !isLast });
      if (isLast) this.description[key] = text;
    };
    file.start();
  }

  #writeFile(file: UnzipFile, place: string): void {
    const { name } = file;
    if (place.split(/[/\\]/).includes('..') || place.includes('\0')) throw this.#corrupt(`it has the path ${name}`);
    const path = join(this.folder, place);
    mkdirSync(dirname(path), { recursive: true });
    const opened = { descriptor: openSync(path, 'w'), hash: createHash('sha256') };
    this.#open.set(name, opened);
    file.ondata = (error, chunk, isLast) => {
      if (error) throw error;
      opened.hash.update(chunk);
      for (let done = 0; done < chunk.length; ) done += writeSync(opened.descriptor, chunk, done);
      if (!isLast) return;
      closeSync(opened.descriptor);
      this.#open.delete(name);
      this.#hashes.set(name, opened.hash.digest('base64url'));
    };
    file.start();
  }

  #corrupt(problem: string): LibtorchGenerativeError {
    return new LibtorchGenerativeError('ERR_SETUP', `${this.archive} is corrupt: ${problem}`);
  }

  /** System errors, such as a full disk, pass; all others are faults of the archive. */
  #asSetupError(error: unknown): unknown {
    const isOurs = error instanceof LibtorchGenerativeError || (error as NodeJS.ErrnoException).syscall !== undefined;
    return isOurs ? error : this.#corrupt((error as Error).message);
  }
}
