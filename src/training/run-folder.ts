import { appendFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Checks, readOptions } from '../check';
import { LibtorchGenerativeError, worded } from '../errors';
import {
  fileError,
  makeFolder,
  readFileBytes,
  removeEmptyFolders,
  removeTemporaryFiles,
  syncFile,
  writeFileAtomic,
} from '../files';
import { libtorchInUse } from '../native/load';
import type { StateDict } from '../nn/state-dict';
import { checkPath } from '../option';
import type { Device } from '../tensor/device';
import { type Safetensors, writeSafetensors } from '../tensor/safetensors';
import { packageVersion } from '../version';
import { withChecksum } from './checksum';
import { EVALUATION, NEAREST } from './run-evaluation';
import { RunLock } from './run-lock';

/** Content of config.json: enough to rebuild the model and to repeat the training. */
export interface RunConfig<Settings = unknown> {
  kind: string;
  settings: Settings;
  /** Device and threads, on which the results depend. */
  device: Device;
  threads: number;
  /** A fingerprint of the training data. */
  dataSha256: string;
  /** Options that were changed when the run was resumed, oldest first. */
  changes?: SettingChange[] | undefined;
  /** What images were read, such as "60,000 images, 28 × 28, gray". */
  images?: string | undefined;
  versions: { package: string; libtorch: string; node: string };
}

/** A change of an option of a run. */
export interface SettingChange {
  /** The epoch from which on the new value holds. */
  epoch: number;
  name: string;
  from: unknown;
  to: unknown;
}

/** What a run trains, and checks of the settings in its config.json. */
export interface RunKind<Settings> {
  kind: string;
  settings: Checks<Settings>;
  /** Returns the fewest weights of a model with these settings. */
  leastWeights(settings: Settings): number;
}

/**
 * The files of a run: config.json, metrics.jsonl, model.safetensors, checkpoint.safetensors, samples/epoch-0005.png,
 * and lock.json during training.
 */
export class RunFolder {
  /** The folders that a new run created; undefined for an existing run. */
  #made: string[] | undefined;
  readonly #written = new Set<string>();
  #config: RunConfig | undefined;
  #lock: RunLock | undefined;

  private constructor(readonly path: string) {
    checkPath('run', path);
  }

  /**
   * Creates and locks a folder for a new run; to be released.
   *
   * @throws ERR_FILE if it cannot be written, or already contains a run; ERR_LOCKED if another training uses it
   */
  static create(path: string): RunFolder {
    const folder = new RunFolder(path);
    folder.#made = makeFolder(path);
    try {
      folder.#lock = RunLock.acquire(path);
      if (folder.#isRun) {
        throw worded(
          'ERR_FILE',
          ({ option }) =>
            `${path} already contains a run: choose another folder, or continue it with ${option('resume')}`,
        );
      }
      return folder;
    } catch (error) {
      folder.release();
      throw error;
    }
  }

  /**
   * Opens and locks a run to continue; to be released.
   *
   * @throws ERR_LOCKED if another training uses it, and as {@link RunFolder.open}
   */
  static resume<Settings extends object>(path: string, run: RunKind<Settings>): RunFolder {
    RunFolder.open(path, run);
    const folder = new RunFolder(path);
    folder.#lock = RunLock.acquire(path);
    return folder;
  }

  /**
   * Returns a run's kind: "gan" or "mdn-rnn".
   *
   * @throws ERR_FILE if it does not exist; ERR_CHECKPOINT if it is corrupt
   */
  static kindOf(path: string): string {
    return RunFolder.configOf(path).kind;
  }

  /** Returns the configuration of a run of any kind. @throws as {@link RunFolder.kindOf} */
  static configOf(path: string): RunConfig {
    return new RunFolder(path).config;
  }

  /**
   * Opens an existing run.
   *
   * @throws ERR_FILE if it does not exist; ERR_CHECKPOINT if it is of another kind or corrupt
   */
  static open<Settings extends object>(
    path: string,
    { kind, settings: checks, leastWeights }: RunKind<Settings>,
  ): { folder: RunFolder } & RunConfig<Settings> {
    const folder = new RunFolder(path);
    const { config } = folder;
    if (config.kind !== kind) {
      throw new LibtorchGenerativeError(
        'ERR_CHECKPOINT',
        `Expected a run of kind ${kind} in ${path} but found ${config.kind}`,
      );
    }
    const settings = loadingFrom(folder.file('config.json'), () => readSettings(config.settings as Settings, checks));
    folder.#checkRoom(leastWeights(settings));
    return { folder, ...config, settings };
  }

  /** Whether the folder was created for a new run. */
  get isNew(): boolean {
    return this.#made !== undefined;
  }

  get #isRun(): boolean {
    return existsSync(this.file('config.json'));
  }

  /** @throws ERR_LOCKED if another training has taken over the folder */
  checkLock(): void {
    this.#lock?.check();
  }

  /** Unlocks the folder; removes it if no run has begun in it. */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
    if (this.#made && !this.#isRun) removeEmptyFolders(this.#made);
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Content of config.json, as this process read or wrote it. */
  get config(): RunConfig {
    this.#config ??= this.#readConfig();
    return this.#config;
  }

  writeConfig(config: Omit<RunConfig, 'versions'>): void {
    const versions = { package: packageVersion(), libtorch: libtorchInUse()?.version ?? '', node: process.version };
    this.#written.add('config.json');
    this.#config = { ...config, versions };
    writeFileAtomic(this.file('config.json'), `${JSON.stringify(this.#config, null, 2)}\n`);
  }

  /** Adds settings that are known only at the end of training. */
  updateSettings(found: object): void {
    const { versions: _, ...config } = this.config;
    this.writeConfig({ ...config, settings: { ...(config.settings as object), ...found } });
  }

  /** Deletes the evaluation of a resumed run, as its model will change. */
  forgetEvaluation(): void {
    for (const name of [EVALUATION, NEAREST]) rmSync(this.file(name), { force: true });
  }

  /** Deletes a new run that has made no progress. */
  discard(): void {
    if (!this.#made) return;
    if (this.#made.length > 0) rmSync(this.path, { recursive: true, force: true });
    // In an existing folder, delete only the run's own files.
    else for (const name of this.#written) rmSync(this.file(name), { force: true });
    removeEmptyFolders(this.#made.slice(0, -1));
  }

  /** Removes temporary files left by a killed process. */
  removeTemporaries(): void {
    removeTemporaryFiles(this.path);
  }

  /** Adds a line to metrics.jsonl. */
  appendMetrics(record: object): void {
    const path = this.file('metrics.jsonl');
    try {
      appendFileSync(path, `${JSON.stringify(record)}\n`);
    } catch (error) {
      throw fileError('write', path, error);
    }
  }

  /** Whether it is a run to continue that has written a checkpoint. */
  get hasBegun(): boolean {
    return !this.isNew && existsSync(this.file('checkpoint.safetensors'));
  }

  /** Whether an epoch has been completed. */
  get hasMetrics(): boolean {
    return existsSync(this.file('metrics.jsonl'));
  }

  /** Flushes metrics.jsonl to disk, so that a checkpoint never outlives the lines it depends on. */
  syncMetrics(): void {
    if (this.hasMetrics) syncFile(this.file('metrics.jsonl'));
  }

  /** Keeps the lines of the first epochs; later ones are written again when the checkpoint is resumed. */
  truncateMetrics(epochs: number): void {
    if (!this.hasMetrics) return;
    const path = this.file('metrics.jsonl');
    const lines = readFileBytes(path).toString().split('\n').slice(0, epochs).filter(Boolean);
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
  }

  /** Returns the path of the picture of an epoch, in samples/. */
  sampleFile(epoch: number): string {
    return this.file('samples', `epoch-${String(epoch).padStart(4, '0')}.png`);
  }

  writeModel(name: string, tensors: StateDict): void {
    this.writeTensors(name, { tensors, metadata: { format: 'pt' } });
  }

  /** Writes a file of tensors with a checksum. */
  writeTensors(name: string, content: Safetensors): void {
    const file = `${name}.safetensors`;
    this.#written.add(file);
    const { tensors, metadata } = withChecksum(content);
    writeSafetensors(this.file(file), tensors, { metadata });
  }

  /** Throws if its files are too short for a model of so many weights: config.json may ask for any number. */
  #checkRoom(numWeights: number): void {
    for (const name of ['model.safetensors', 'checkpoint.safetensors']) {
      const size = statSync(this.file(name), { throwIfNoEntry: false })?.size ?? Infinity;
      if (size >= numWeights) continue;
      throw new LibtorchGenerativeError(
        'ERR_CHECKPOINT',
        `Expected ${name} to have the ${numWeights} weights or more that ${this.file('config.json')} describes, but it has ${size} bytes`,
      );
    }
  }

  #readConfig(): RunConfig {
    const path = this.file('config.json');
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw fileError('read the run folder', this.path, error);
    }
    const config = parseConfig(text);
    if (config) return config;
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is corrupt: expected JSON with kind and settings`);
  }
}

/** Parses a run's configuration; undefined unless it is JSON with kind and settings. */
export function parseConfig(text: string): RunConfig | undefined {
  try {
    const config = JSON.parse(text);
    return typeof config.kind === 'string' && typeof config.settings === 'object' && config.settings
      ? config
      : undefined;
  } catch {
    return undefined;
  }
}

/** Checks settings, which may have been edited: none missing, unknown or invalid. */
function readSettings<Settings extends object>(settings: Settings, checks: Checks<Settings>): Settings {
  const read = readOptions(settings, checks, 'settings');
  for (const name of Object.keys(checks) as (keyof Settings & string)[]) checks[name](name, read[name]);
  return read;
}

/** Runs `load` and turns its errors into ERR_CHECKPOINT with the path. */
export function loadingFrom<T>(path: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Cannot load ${path}: ${error.message}`, { cause: error });
  }
}
