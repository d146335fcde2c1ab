import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
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
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { checkPath } from '../option';
import type { Device } from '../tensor/device';
import { readSafetensors, type Safetensors, writeSafetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { packageVersion } from '../version';
import { checksumOf, withChecksum } from './checksum';
import { checkLoaded } from './not-finite';
import { RunLock } from './run-lock';

/** What config.json holds: enough to rebuild the model and to repeat the training. */
export interface RunConfig<Settings = unknown> {
  kind: string;
  settings: Settings;
  /** Where it is trained: the numbers depend on both. */
  device: Device;
  threads: number;
  /** A fingerprint of the training data. */
  dataSha256: string;
  versions: { package: string; libtorch: string; node: string };
}

/** What a run trains, and checks for the settings that its config.json holds. */
export interface RunKind<Settings> {
  kind: string;
  settings: Checks<Settings>;
}

/**
 * The files of a training:
 * config.json, metrics.jsonl, model.safetensors, checkpoint.safetensors, samples/epoch-0005.png, and lock.json while it
 * is under way.
 */
export class RunFolder {
  /** The folders that a new run made; undefined for a run that was there. */
  #made: string[] | undefined;
  readonly #written = new Set<string>();
  #config: RunConfig | undefined;
  #lock: RunLock | undefined;

  private constructor(readonly path: string) {
    checkPath('run', path);
  }

  /**
   * A folder for a new run, locked, and to be released.
   *
   * @throws ERR_FILE if it cannot be written, or holds a run already; ERR_LOCKED if another training writes to it
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
            `There is a run in ${path} already: choose another folder, or continue it with ${option('resume')}`,
        );
      }
      return folder;
    } catch (error) {
      folder.release();
      throw error;
    }
  }

  /**
   * A run to continue, locked, and to be released.
   *
   * @throws ERR_LOCKED if another training writes to it, and as {@link RunFolder.open} does
   */
  static resume<Settings>(path: string, run: RunKind<Settings>): RunFolder {
    RunFolder.open(path, run);
    const folder = new RunFolder(path);
    folder.#lock = RunLock.acquire(path);
    return folder;
  }

  /** What a run trains: "gan" or "mdn-rnn". @throws ERR_FILE if it isn't there, ERR_CHECKPOINT if it is damaged */
  static kindOf(path: string): string {
    return RunFolder.configOf(path).kind;
  }

  /** As {@link RunFolder.open}, for a run of any kind. */
  static configOf(path: string): RunConfig {
    return new RunFolder(path).config;
  }

  /** A run that is there. @throws ERR_FILE if it isn't, ERR_CHECKPOINT if it is of another kind or damaged */
  static open<Settings extends object>(
    path: string,
    { kind, settings: checks }: RunKind<Settings>,
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
    return { folder, ...config, settings };
  }

  /** Whether it was made for a new run. */
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

  /** Leaves the folder to others; one in which no run has begun is taken back. */
  release(): void {
    this.#lock?.release();
    this.#lock = undefined;
    if (this.#made && !this.#isRun) removeEmptyFolders(this.#made);
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** What config.json holds, as this process read or wrote it. */
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

  /** Adds to the settings what a training has found out at its end. */
  updateSettings(found: object): void {
    const { versions: _, ...config } = this.config;
    this.writeConfig({ ...config, settings: { ...(config.settings as object), ...found } });
  }

  /** For a run that goes on: the model that was evaluated is no longer the run's. */
  forgetEvaluation(): void {
    rmSync(this.file('evaluation.json'), { force: true });
  }

  /** Takes back a new run that came to nothing. */
  discard(): void {
    if (!this.#made) return;
    if (this.#made.length > 0) rmSync(this.path, { recursive: true, force: true });
    // In a folder that was there only the run's own files; the rest may be somebody else's.
    else for (const name of this.#written) rmSync(this.file(name), { force: true });
    removeEmptyFolders(this.#made.slice(0, -1));
  }

  /** Removes what a killed process left half-written. */
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

  /** Whether an epoch has ended. */
  get hasMetrics(): boolean {
    return existsSync(this.file('metrics.jsonl'));
  }

  /** Waits until metrics.jsonl is on the disk: its lines must not be lost where a checkpoint counts on them. */
  syncMetrics(): void {
    if (this.hasMetrics) syncFile(this.file('metrics.jsonl'));
  }

  /** Keeps the lines of the first epochs: those after a checkpoint are written again when it is continued. */
  truncateMetrics(epochs: number): void {
    if (!this.hasMetrics) return;
    const path = this.file('metrics.jsonl');
    const lines = readFileBytes(path).toString().split('\n').slice(0, epochs).filter(Boolean);
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
  }

  /** A path in samples/, for the picture of an epoch. */
  sampleFile(epoch: number): string {
    makeFolder(this.file('samples'));
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

  /**
   * Loads weights that the training has written, or somebody else, whose file has no checksum.
   *
   * @throws ERR_FILE or ERR_CHECKPOINT, with the path
   */
  loadModel(name: string, model: Module): void {
    const path = this.file(`${name}.safetensors`);
    scope(() => {
      const file = readSafetensors(path);
      loadingFrom(path, () => {
        const { sha256 } = file.metadata;
        if (sha256 !== undefined && sha256 !== checksumOf(file)) {
          throw new LibtorchGenerativeError('ERR_CHECKPOINT', 'it is corrupt: its content does not match its checksum');
        }
        model.loadStateDict(file.tensors);
        checkLoaded(model);
      });
    });
  }

  #readConfig(): RunConfig {
    const path = this.file('config.json');
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw fileError('read the run folder', this.path, error);
    }
    try {
      const config = JSON.parse(text);
      if (typeof config.kind === 'string' && typeof config.settings === 'object' && config.settings) return config;
    } catch {}
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is damaged: expected JSON with kind and settings`);
  }
}

/** Settings that may have been edited: all there, all known, all checked. */
function readSettings<Settings extends object>(settings: Settings, checks: Checks<Settings>): Settings {
  const read = readOptions(settings, checks, 'settings');
  for (const name of Object.keys(checks) as (keyof Settings & string)[]) checks[name](name, read[name]);
  return read;
}

/** Runs `load`, whose errors become ERR_CHECKPOINT and name the file. */
export function loadingFrom<T>(path: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Cannot load ${path}: ${error.message}`, { cause: error });
  }
}
