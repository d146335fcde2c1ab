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
/** Without a beat for so long, a lock that another machine or container holds counts as left behind. */
const STALE_AFTER_MS = 60_000;
/** Of file systems without links. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/** What lock.json holds. */
interface Owner extends ThreadIdentity {
  /** When it began, in UTC. */
  since: string;
  /** Different for each lock. */
  token: string;
  /** Of the lock's own file: a run folder may be copied while it is trained, and a copy is locked by nobody. */
  inode?: number | undefined;
}

/** A lock that somebody holds, or has left behind. */
interface FoundLock {
  text: string;
  /** Undefined if the file is damaged, by a power cut for example. */
  owner: Owner | undefined;
  inode: number;
  /** Since its last beat. */
  ageMs: number;
}

/**
 * Keeps a run folder for one training at a time, by a file in it: made at once with its content, refreshed now and then,
 * and removed at the end.
 *
 * A lock whose owner is dead is taken over: on this machine the system knows the process, or the worker thread; of
 * another machine or container it shows by the beats that are missing.
 */
export class RunLock {
  readonly #timer: NodeJS.Timeout;
  /** By the clock, which goes on while a process is suspended. */
  #beatenAtMs = Date.now();

  private constructor(
    readonly folder: string,
    readonly owner: Owner,
    /** What the file holds. */
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

  /** @throws ERR_LOCKED if another training has taken it over, as it may when this process was suspended */
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
    } catch {} // the folder may be gone; a lock that stays is one whose owner will be dead
  }

  /** Whether the file is still this lock's; one that somebody has removed is made again. */
  #isOurs(): boolean {
    try {
      return readFileSync(join(this.folder, FILE), 'utf8') === this.text;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return true; // it cannot be read for now
    }
    // Others may have taken it over, and be done by now, if it could be stale.
    if (Date.now() - this.#beatenAtMs > STALE_AFTER_MS) return false;
    try {
      const { text } = create(this.folder, this.owner);
      this.text = text ?? this.text;
      return text !== undefined;
    } catch {
      return true; // what is written next will fail by name
    }
  }

  /** Writes the same again: the file's time is then the file server's, which all machines see alike. */
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
    } catch {} // a full disk, or a server that is away for now
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
 * Makes the lock if there is none: as a link to a file that is complete, so that nobody finds it half-written.
 *
 * @returns what it holds, undefined if there is one; and the file system's time, by which the age of that is judged
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

/** Puts a file in the lock's place, if that is free. @returns what it then holds */
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

/** The lock that is there, or undefined if it is gone by now. */
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
  // A time far ahead is no sign of life either: the clock was set since, and a living owner would have beaten.
  return Math.abs(ageMs) <= STALE_AFTER_MS;
}

/** Removes a lock that was left behind, unless another process has done so meanwhile and holds it. */
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
    ? `an unknown process: ${FILE} is damaged`
    : owner.pid === process.pid && isKnown
      ? `another training in this process, since ${owner.since}`
      : `process ${owner.pid} on ${owner.host}, since ${owner.since}`;
  const seconds = Math.max(Math.round(ageMs / 1000), 0);
  const remedy = isKnown
    ? 'wait until that training ends, or stop it'
    : `wait until that training ends, or stop it; if it has died, the lock expires in ${STALE_AFTER_MS / 1000 - seconds} s`;
  return new LibtorchGenerativeError('ERR_LOCKED', `The run folder ${folder} is locked by ${who}: ${remedy}`);
}
