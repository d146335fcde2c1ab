import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFile,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { invalidArgument, LibtorchGenerativeError } from './errors';

/** Reads a whole file. @throws ERR_FILE if it is missing, a folder or unreadable */
export function readFileBytes(path: string): Buffer {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a file path', path);
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE') return readInPieces(path);
    throw fileError('read', path, error);
  }
}

/** What Node reads or writes at once, at most 2 GiB. */
const PIECE_BYTES = 2 ** 30;

function readInPieces(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(fstatSync(file).size);
    let end = 0;
    for (let read = -1; read !== 0 && end < bytes.length; end += read) {
      read = readSync(file, bytes, end, Math.min(PIECE_BYTES, bytes.length - end), null);
    }
    return bytes.subarray(0, end);
  } catch (error) {
    throw fileError('read', path, error);
  } finally {
    closeSync(file);
  }
}

/** Like {@link readFileBytes}, without blocking the event loop. */
export async function readFileBytesAsync(path: string): Promise<Buffer> {
  try {
    return await promisify(readFile)(path); // reads into one buffer; fs.promises joins pieces on this thread
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/**
 * Writes a file atomically: `path` has either its old content or the complete new one. The data is written to a
 * temporary file in the same folder, synced and renamed, and the folder is synced, so that the file survives a power
 * failure.
 *
 * @param parts the parts of the file, in order
 * @throws ERR_FILE if the write fails (missing folder, no permission, full disk)
 */
export function writeFileAtomic(path: string, ...parts: (string | Uint8Array)[]): void {
  const file = new AtomicFile(path);
  try {
    for (const part of parts) file.write(part);
    file.commit();
  } finally {
    file.close();
  }
}

/** A file that is written part by part, and appears when it is complete, see {@link writeFileAtomic}. */
export class AtomicFile {
  readonly #path: string;
  readonly #temporary: string;
  #descriptor: number | undefined;

  /** @throws ERR_FILE as {@link writeFileAtomic} */
  constructor(path: string) {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a file path', path);
    this.#path = path;
    this.#temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
    this.#do(() => {
      this.#descriptor = openSync(this.#temporary, 'w');
    });
  }

  write(part: string | Uint8Array): void {
    if (typeof part === 'string' || part.length <= PIECE_BYTES) {
      this.#do(() => writeFileSync(this.#descriptor!, part));
      return;
    }
    for (let start = 0; start < part.length; start += PIECE_BYTES)
      this.write(part.subarray(start, start + PIECE_BYTES));
  }

  /** Puts the file in its place. */
  commit(): void {
    this.#do(() => {
      fsyncSync(this.#descriptor!);
      closeSync(this.#descriptor!);
      this.#descriptor = undefined;
      renameSync(this.#temporary, this.#path);
    });
    syncFolder(dirname(this.#path));
  }

  /** Leaves nothing behind, unless the file is complete. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    removeQuietly(this.#temporary);
  }

  #do(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.close();
      removeQuietly(this.#temporary);
      throw fileError('write', this.#path, error);
    }
  }
}

/** Removes temporary files that {@link writeFileAtomic} left in a folder when its process was killed. */
export function removeTemporaryFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) removeQuietly(join(folder, name));
  }
}

/** Waits until the content of a file is on the disk. */
export function syncFile(path: string): void {
  try {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** Ignores errors: some file systems cannot sync folders, and some folders are writable but not readable. */
function syncFolder(path: string): void {
  try {
    syncFile(path);
  } catch {}
}

/**
 * Creates a folder and its missing parents.
 *
 * @returns the folders that were created, outermost first
 * @throws ERR_FILE if that fails or a file with that name exists
 */
export function makeFolder(path: string): string[] {
  const made: string[] = [];
  try {
    makeMissing(resolve(path), made);
  } catch (error) {
    removeEmptyFolders(made);
    throw fileError('create the folder', path, error);
  }
  return made;
}

/** Removes folders that {@link makeFolder} created, except those that are no longer empty. */
export function removeEmptyFolders(made: string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {}
}

// Not with mkdirSync's `recursive`, which never returns if the system reports an existing parent as missing (/proc).
function makeMissing(path: string, made: string[]): void {
  const isFolder = () => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder()) return;
  makeMissing(dirname(path), made);
  try {
    mkdirSync(path);
    made.push(path);
    syncFolder(dirname(path));
  } catch (error) {
    if (!isFolder()) throw error; // another process may have created it meanwhile
  }
}

/** Ignores errors: the write has already failed, and its error is the one to report. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EEXIST: 'a file with that name exists',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** Creates an ERR_FILE error for a failed file operation, with the system's reason in plain words. */
export function fileError(verb: string, path: string, cause: unknown): LibtorchGenerativeError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new LibtorchGenerativeError('ERR_FILE', `Cannot ${verb} ${path}: ${reasons[code] ?? message}`, { cause });
}
