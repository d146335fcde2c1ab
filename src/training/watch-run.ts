import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Checks, checkFunction, readOptions, within } from '../check';
import { checkPath } from '../option';
import { type LoadedRun, loadRun } from './load-run';

/** Options of {@link watchRun}. */
export interface WatchRunOptions {
  /** Milliseconds from one look at the folder to the next; default 1000. */
  everyMs?: number | undefined;
  /** Called with the new model once it is in use. */
  onReload?: ((loaded: LoadedRun) => void) | undefined;
  /** Called once if a new model cannot be loaded, in which case the old one stays; default `process.emitWarning`. */
  onError?: ((error: Error) => void) | undefined;
}

const OPTIONS: Checks<WatchRunOptions> = {
  everyMs: within({ above: 0, max: 2 ** 31 - 1 }),
  onReload: checkFunction,
  onError: checkFunction,
};

const EVERY_MS = 1000;

/**
 * Loads a run, and again when it changes: when a training writes to it, or when the path, a symbolic link perhaps, leads to
 * another run. The folder is looked at regularly, which works on all file systems and doesn't keep the process alive.
 *
 * @param run the run folder
 * @throws ERR_FILE or ERR_CHECKPOINT if it cannot be loaded now
 * @example
 * ```ts
 * import { trainGan, watchRun } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * const watched = watchRun('run', { onReload: ({ checksum }) => console.error('now serving', checksum) });
 * const { current } = watched; // ask for it anew for each request
 * if (current.kind === 'gan') console.log((await current.generator.sample()).length); // 784
 * watched.close();
 * ```
 */
export function watchRun(run: string, options: WatchRunOptions = {}): WatchedRun {
  checkPath('run', run);
  return new WatchedRun(run, readOptions(options, OPTIONS));
}

/**
 * A run that is loaded again when it changes, see {@link watchRun}.
 *
 * @example
 * ```ts
 * import { trainGan, type WatchedRun, watchRun } from 'libtorch-generative';
 *
 * await trainGan({ data: 'noise', epochs: 5, out: 'run' }).result;
 * const watched: WatchedRun = watchRun('run');
 * console.log(watched.current.kind, watched.check()); // gan false
 * watched.close();
 * ```
 */
export class WatchedRun {
  readonly #options: WatchRunOptions;
  readonly #timer: NodeJS.Timeout;
  #current: LoadedRun;
  /** What the files were when they were last loaded, or could not be. */
  #seen: string;

  /** @internal */
  constructor(
    /** The run folder. */
    readonly run: string,
    options: WatchRunOptions,
  ) {
    this.#options = options;
    this.#seen = filesOf(run);
    this.#current = loadRun(run);
    this.#timer = setInterval(() => this.check(), options.everyMs ?? EVERY_MS);
    this.#timer.unref();
  }

  /**
   * The latest model that could be loaded. An older one that is still in use stays valid; it is freed when nothing refers to
   * it any more.
   */
  get current(): LoadedRun {
    return this.#current;
  }

  /** Looks at the folder now; returns whether a new model was loaded. */
  check(): boolean {
    for (;;) {
      const files = filesOf(this.run);
      if (files === this.#seen) return false;
      const loaded = tryToLoad(this.run);
      if (filesOf(this.run) !== files) continue; // it was half old and half new, perhaps
      this.#seen = files;
      return loaded instanceof Error ? this.#keep(loaded) : this.#take(loaded);
    }
  }

  #take(loaded: LoadedRun): boolean {
    if (isSame(loaded, this.#current)) return false;
    this.#current = loaded;
    this.#options.onReload?.(loaded);
    return true;
  }

  #keep(error: Error): boolean {
    const { onError = (error) => process.emitWarning(error) } = this.#options;
    onError(error);
    return false;
  }

  /** Stops looking; the current model stays. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** Same as {@link WatchedRun.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Returns a text that is another one once a file of the model is replaced. */
function filesOf(run: string): string {
  return ['config.json', 'model.safetensors'].map((name) => fileOf(join(run, name))).join(' ');
}

function fileOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${dev}.${ino}.${size}.${mtimeNs}`;
  } catch {
    return 'none'; // loading it tells why
  }
}

function tryToLoad(run: string): LoadedRun | Error {
  try {
    return loadRun(run);
  } catch (error) {
    return error as Error;
  }
}

/** Whether two runs are the same, as after an evaluation has been added. */
function isSame(loaded: LoadedRun, other: LoadedRun): boolean {
  const hasSameWeights = loaded.checksum === other.checksum;
  return hasSameWeights && JSON.stringify(loaded.settings) === JSON.stringify(other.settings);
}
