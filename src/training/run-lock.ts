import { randomBytes } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { fileError } from '../files';
import { isRunning, type ThreadIdentity, thisThread } from './thread-identity';

const FILE = 'lock.json';
const BEAT_EVERY_MS = 10_000;
/** A lock held by another machine or container is stale after this long without a heartbeat. */
const STALE_AFTER_MS = 60_000;
/** Error codes of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/** Content of lock.json. */
interface Owner extends ThreadIdentity {
  /** When the lock was acquired, in UTC. */
  since: string;
  /** Unique for each lock. */
  token: string;
  /** Inode of the lock file: that of a copied run folder, which nobody has locked, differs. */
  inode?: number | undefined;
}

/** A lock that is held by someone, or stale. */
interface FoundLock {
  text: string;
  /** Undefined if the file is corrupt, for example after a power cut. */
  owner: Owner | undefined;
  inode: number;
  /** Time since its last heartbeat. */
  ageMs: number;
}

/**
 * Reserves a run folder for one training at a time by a lock file, which is created atomically, refreshed regularly,
 * and removed at the end.
 *
 * A lock whose owner is dead is taken over. On this machine, the owner's process or worker thread is looked up; on
 * another machine or container, the owner counts as dead when its heartbeats stop.
 */
export class RunLock {
  readonly #timer: NodeJS.Timeout;
  /** Wall-clock time, which also advances while a process is suspended. */
  #beatenAtMs = Date.now();

  private constructor(
    readonly folder: string,
    readonly owner: Owner,
    /** Content of the file. */
    private text: string,
  ) {
    this.#timer = setInterval(() => this.#beat(), BEAT_EVERY_MS).unref();
    releaseAtExit(this);
  }

  /** @throws ERR_LOCKED if another training holds it; ERR_FILE if the folder cannot be written */
  static acquire(folder: string): RunLock {
    const owner: Owner = { ...thisThread(), since: new Date().toISOString(), token: randomBytes(8).toString('hex') };
    for (let tries = 10; ; tries--) {
      const { text, nowMs } = create(folder, owner);
      if (text !== undefined) return new RunLock(folder, owner, text);
      const found = readLock(folder, nowMs);
      if (!found) continue;
      if (isHeld(found) || tries <= 0) throw lockedBy(folder, found);
      bury(folder, found);
    }
  }

  /** Returns whether a training uses a folder now. */
  static isHeld(folder: string): boolean {
    const found = readLock(folder, Date.now());
    return found !== undefined && isHeld(found);
  }

  /** @throws ERR_LOCKED if another training has taken over the lock, as can happen while this process is suspended */
  check(): void {
    if (this.#isOurs()) return;
    const message = `The run folder ${this.folder} was taken over by another training while this process was suspended`;
    throw new LibtorchGenerativeError('ERR_LOCKED', message);
  }

  release(): void {
    clearInterval(this.#timer);
    held.delete(this);
    try {
      if (readFileSync(join(this.folder, FILE), 'utf8') === this.text) rmSync(join(this.folder, FILE));
    } catch {} // the folder may be gone; a remaining lock has a dead owner
  }

  /** Returns whether this lock still holds the file; creates the file again if it was removed. */
  #isOurs(): boolean {
    try {
      return readFileSync(join(this.folder, FILE), 'utf8') === this.text;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return true; // temporarily unreadable
    }
    // If the lock could be stale, others may have taken it over and finished by now.
    if (Date.now() - this.#beatenAtMs > STALE_AFTER_MS) return false;
    try {
      const { text } = create(this.folder, this.owner);
      this.text = text ?? this.text;
      return text !== undefined;
    } catch {
      return true; // the next write will report the error
    }
  }

  /** Rewrites the file to update its time: that of the file server, which is the same for all machines. */
  #beat(): void {
    if (!this.#isOurs()) return; // the next check will throw
    try {
      const descriptor = openSync(join(this.folder, FILE), 'r+');
      try {
        writeSync(descriptor, this.text, 0);
      } finally {
        closeSync(descriptor);
      }
      this.#beatenAtMs = Date.now();
    } catch {} // a full disk, or a server that is temporarily unavailable
  }
}

const held = new Set<RunLock>();
let releasesAtExit = false;

function releaseAtExit(lock: RunLock): void {
  held.add(lock);
  if (releasesAtExit) return;
  releasesAtExit = true;
  process.once('exit', () => {
    for (const each of held) each.release();
  });
}

/**
 * Creates the lock if there is none, as a link to a complete file, so that nobody sees a partial one.
 *
 * @returns the lock's content, undefined if there is one already; and the file system's time, to compute the age of
 *   that
 */
function create(folder: string, owner: Owner): { text: string | undefined; nowMs: number } {
  const path = join(folder, FILE);
  const temporary = temporaryName(folder);
  try {
    writeFileSync(temporary, '');
    const text = textOf({ ...owner, inode: statSync(temporary).ino });
    writeFileSync(temporary, text, { flush: true });
    const nowMs = statSync(temporary).mtimeMs;
    return { text: place(temporary, path, text, textOf(owner)), nowMs };
  } catch (error) {
    throw fileError('write', path, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function temporaryName(folder: string): string {
  return join(folder, `.${FILE}.${randomBytes(8).toString('hex')}.tmp`);
}

function textOf(owner: Owner): string {
  return `${JSON.stringify(owner, null, 2)}\n`;
}

/** Puts a file in the lock's place, if that is free. @returns the lock's content, or undefined if it is not free */
function place(file: string, path: string, text: string, textWithoutLink = text): string | undefined {
  try {
    linkSync(file, path);
    return text;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    if (!NO_LINKS.includes(codeOf(error))) throw error;
  }
  try {
    writeFileSync(path, textWithoutLink, { flag: 'wx', flush: true });
    return textWithoutLink;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Reads the existing lock; undefined if it has been removed meanwhile. */
function readLock(folder: string, nowMs: number): FoundLock | undefined {
  const path = join(folder, FILE);
  try {
    const { mtimeMs, ino: inode } = statSync(path);
    const ageMs = nowMs - mtimeMs;
    const text = readFileSync(path, 'utf8');
    return { text, owner: parseOwner(text), inode, ageMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text);
    if (Number.isSafeInteger(owner.pid) && typeof owner.host === 'string' && typeof owner.since === 'string')
      return owner;
  } catch {}
  return undefined;
}

function isHeld({ owner, inode, ageMs }: FoundLock): boolean {
  const isOwnerRunning = owner && isRunning(owner);
  if (isOwnerRunning !== undefined) return isOwnerRunning && (owner!.inode ?? inode) === inode;
  // A time far in the future is also stale: the clock was set since, and a live owner would have refreshed the lock.
  return Math.abs(ageMs) <= STALE_AFTER_MS;
}

/** Removes a stale lock, unless another process has meanwhile replaced it by its own. */
function bury(folder: string, { text }: FoundLock): void {
  const path = join(folder, FILE);
  const grave = temporaryName(folder);
  try {
    renameSync(path, grave);
    const buried = readFileSync(grave, 'utf8');
    if (buried !== text) place(grave, path, buried);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError('write', path, error);
  } finally {
    rmSync(grave, { force: true });
  }
}

function lockedBy(folder: string, { owner, ageMs }: FoundLock): LibtorchGenerativeError {
  const isKnown = owner !== undefined && isRunning(owner) === true;
  const who = !owner
    ? `an unknown process: ${FILE} is corrupt`
    : owner.pid === process.pid && isKnown
      ? `another training in this process, since ${owner.since}`
      : `process ${owner.pid} on ${owner.host}, since ${owner.since}`;
  const seconds = Math.max(Math.round(ageMs / 1000), 0);
  const remedy = isKnown
    ? 'wait until that training ends, or stop it'
    : `wait until that training ends, or stop it; if it has died, the lock expires in ${STALE_AFTER_MS / 1000 - seconds} s`;
  return new LibtorchGenerativeError('ERR_LOCKED', `The run folder ${folder} is locked by ${who}: ${remedy}`);
}
