import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { fileError, makeFolder, writeFileAtomic } from '../files';
import { libtorchInUse } from '../native/load';
import type { StateDict } from '../nn/module';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors';

/** What config.json holds: enough to rebuild the model and to repeat the training. */
export interface RunConfig<Kind extends string = string, Settings = unknown> {
  kind: Kind;
  settings: Settings;
  versions: { package: string; libtorch: string; node: string };
}

/**
 * The files of a training:
 * config.json, metrics.jsonl, model.safetensors, checkpoint.safetensors, samples/epoch-0005.png.
 */
export class RunFolder {
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
    makeFolder(path);
    const versions = { package: packageVersion(), libtorch: libtorchInUse()?.version ?? '', node: process.version };
    writeFileAtomic(folder.file('config.json'), `${JSON.stringify({ kind, settings, versions }, null, 2)}\n`);
    return folder;
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

  /** The kind of run in a folder: "gan" or "mdn-rnn". */
  static kindOf(path: string): string {
    return new RunFolder(path).readConfig().kind;
  }

  file(...names: string[]): string {
    return join(this.path, ...names);
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

  /** A path in samples/, for the picture of an epoch. */
  sampleFile(epoch: number): string {
    makeFolder(this.file('samples'));
    return this.file('samples', `epoch-${String(epoch).padStart(4, '0')}.png`);
  }

  writeModel(name: string, tensors: StateDict): void {
    writeSafetensors(this.file(`${name}.safetensors`), { tensors, metadata: { format: 'pt' } });
  }

  readModel(name: string): StateDict {
    return readSafetensors(this.file(`${name}.safetensors`)).tensors;
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
      if (typeof config.kind === 'string' && typeof config.settings === 'object') return config;
    } catch {}
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is damaged: expected JSON with kind and settings`);
  }
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')).version;
}
