import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { fileError, makeFolder, readFileBytes, removeEmptyFolders, writeFileAtomic } from '../files';
import { libtorchInUse } from '../native/load';
import type { Module, StateDict } from '../nn/module';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors';

/** What config.json holds: enough to rebuild the model and to repeat the training. */
interface RunConfig {
  kind: string;
  settings: unknown;
  versions: { package: string; libtorch: string; node: string };
}

/**
 * The files of a training:
 * config.json, metrics.jsonl, model.safetensors, checkpoint.safetensors, samples/epoch-0005.png.
 */
export class RunFolder {
  /** The folders that a new run made; undefined for a run that was there. */
  #made: string[] | undefined;

  private constructor(readonly path: string) {}

  /** A new run. @throws ERR_FILE if the folder cannot be written, or holds a run already */
  static create(path: string, kind: string, settings: unknown): RunFolder {
    const folder = new RunFolder(path);
    if (existsSync(folder.file('config.json'))) {
      throw new LibtorchGenerativeError(
        'ERR_FILE',
        `There is a run in ${path} already: choose another folder, or continue it with resume`,
      );
    }
    folder.#made = makeFolder(path);
    try {
      folder.writeConfig(kind, settings);
    } catch (error) {
      folder.discard();
      throw error;
    }
    return folder;
  }

  /** What a run trains: "gan" or "mdn-rnn". @throws ERR_FILE if it isn't there, ERR_CHECKPOINT if it is damaged */
  static kindOf(path: string): string {
    return new RunFolder(path).readConfig().kind;
  }

  /** A run that is there. @throws ERR_FILE if it isn't, ERR_CHECKPOINT if it is of another kind or damaged */
  static open<Settings>(path: string, kind: string): { folder: RunFolder; settings: Settings } {
    const folder = new RunFolder(path);
    const config = folder.readConfig();
    if (config.kind !== kind) {
      throw new LibtorchGenerativeError(
        'ERR_CHECKPOINT',
        `Expected a run of kind ${kind} in ${path} but found ${config.kind}`,
      );
    }
    return { folder, settings: config.settings as Settings };
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
  }

  writeConfig(kind: string, settings: unknown): void {
    const versions = { package: packageVersion(), libtorch: libtorchInUse()?.version ?? '', node: process.version };
    writeFileAtomic(this.file('config.json'), `${JSON.stringify({ kind, settings, versions }, null, 2)}\n`);
  }

  /** Takes back a new run that came to nothing. */
  discard(): void {
    if (!this.#made) return;
    const ownsFolder = this.#made.length > 0;
    // In a folder that was there only the one file that every new run has; the rest may be somebody else's.
    rmSync(ownsFolder ? this.path : this.file('config.json'), { recursive: ownsFolder, force: true });
    removeEmptyFolders(this.#made.slice(0, -1));
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

  /** Keeps the lines of the first epochs: those after a checkpoint are written again when it is continued. */
  truncateMetrics(epochs: number): void {
    const path = this.file('metrics.jsonl');
    if (!existsSync(path)) return;
    const lines = readFileBytes(path).toString().split('\n').slice(0, epochs).filter(Boolean);
    writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
  }

  /** A path in samples/, for the picture of an epoch. */
  sampleFile(epoch: number): string {
    makeFolder(this.file('samples'));
    return this.file('samples', `epoch-${String(epoch).padStart(4, '0')}.png`);
  }

  writeModel(name: string, tensors: StateDict): void {
    writeSafetensors(this.file(`${name}.safetensors`), { tensors, metadata: { format: 'pt' } });
  }

  /** @throws ERR_FILE or ERR_CHECKPOINT, with the path */
  loadModel(name: string, model: Module): void {
    const path = this.file(`${name}.safetensors`);
    const { tensors } = readSafetensors(path);
    loadingFrom(path, () => model.loadStateDict(tensors));
  }

  private readConfig(): RunConfig {
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

/** Runs `load`, whose errors become ERR_CHECKPOINT and name the file. */
export function loadingFrom<T>(path: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Cannot load ${path}: ${error.message}`, { cause: error });
  }
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
}
