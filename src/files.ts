import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFile,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { invalidArgument, LibtorchGenerativeError } from './errors';

/** A whole file; ERR_FILE when it is missing, a folder or unreadable. */
export function readFileBytes(path: string): Buffer {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a file path', path);
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/** As {@link readFileBytes}, while the event loop goes on. */
export async function readFileBytesAsync(path: string): Promise<Buffer> {
  try {
    return await promisify(readFile)(path); // into one buffer; that of fs.promises joins pieces on this thread
  } catch (error) {
    throw fileError('read', path, error);
  }
}

/**
 * Writes a file so that PATH is either what it was or complete, never half-written: a temporary name in the same
 * folder, synced, then renamed, and the folder synced, so that a power cut takes none of it back. ERR_FILE when that
 * fails (no such folder, no permission, a full disk).
 *
 * @param parts follow one another in the file
 */
export function writeFileAtomic(path: string, ...parts: (string | Uint8Array)[]): void {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'a file path', path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeParts(temporary, parts);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw fileError('write', path, error);
  }
  syncFolder(dirname(path));
}

function writeParts(path: string, parts: (string | Uint8Array)[]): void {
  const descriptor = openSync(path, 'w');
  try {
    for (const part of parts) writeFileSync(descriptor, part);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Removes what {@link writeFileAtomic} left in a folder when its process was killed. */
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

/** Some file systems sync no folder, and some folders may be written but not read: the file is whole in any case. */
function syncFolder(path: string): void {
  try {
    syncFile(path);
  } catch {}
}

/**
 * Makes a folder and those above it; ERR_FILE when that fails, or a file is in its place.
 *
 * @returns the folders that it made, outermost first
 */
export function makeFolder(path: string): string[] {
  const made: string[] = [];
  try {
    makeMissing(resolve(path), made);
  } catch (error) {
    removeEmptyFolders(made);
    throw fileError('make the folder', path, error);
  }
  return made;
}

/** Takes back what {@link makeFolder} made, but for folders that hold something by now. */
export function removeEmptyFolders(made: string[]): void {
  try {
    for (const folder of made.toReversed()) rmdirSync(folder);
  } catch {}
}

// Not by mkdirSync's `recursive`, which never returns where the system says that a parent that is there is not (/proc).
function makeMissing(path: string, made: string[]): void {
  const isFolder = () => statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder()) return;
  makeMissing(dirname(path), made);
  try {
    mkdirSync(path);
    made.push(path);
    syncFolder(dirname(path));
  } catch (error) {
    if (!isFolder()) throw error; // another process may have made it meanwhile
  }
}

/** The write has already failed: its error is the one to report, not that of the clean-up. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EEXIST: 'a file is in its place',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** ERR_FILE for a failed file operation, with the system's reason in plain words. */
export function fileError(verb: string, path: string, cause: unknown): LibtorchGenerativeError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new LibtorchGenerativeError('ERR_FILE', `Cannot ${verb} ${path}: ${reasons[code] ?? message}`, { cause });
}
