import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type LibtorchGenerativeError, shapeText, worded } from '../errors';
import { fileError } from '../files';
import type { Module } from '../nn/module';
import type { StateDict } from '../nn/state-dict';
import { withSeed } from '../tensor/random';
import { RunFolder, type RunKind } from './run-folder';
import { loadWeights } from './weights-file';

/** A weight of a file whose shape is not that of the net. */
export interface Misfit {
  name: string;
  found: number[];
  expected: number[];
}

/** What makes a shape fit: an option with its value, or words. */
export type Remedy = [option: string, value: unknown] | string;

/** The weights that a training starts from: those of another run, or of a file. */
export class InitialWeights<Settings> {
  private constructor(
    readonly path: string,
    /** The settings of the run; undefined for a file. */
    readonly run: Settings | undefined,
    readonly remedyFor: (misfit: Misfit) => Remedy,
  ) {}

  /**
   * Opens what the option `init` names; undefined without it, and where the run to continue has a checkpoint already.
   *
   * @throws ERR_FILE; ERR_CHECKPOINT if it is a run of another kind, or another file
   */
  static open<Settings extends object>(
    kind: RunKind<Settings>,
    init: string | undefined,
    folder: RunFolder | undefined,
    remedyFor: (misfit: Misfit) => Remedy,
  ): InitialWeights<Settings> | undefined {
    if (init === undefined || folder?.hasBegun) return undefined;
    if (init.endsWith('.safetensors')) return new InitialWeights<Settings>(init, undefined, remedyFor);
    if (isFile(init)) throw notWeights(init);
    return new InitialWeights(init, RunFolder.open(init, kind).settings, remedyFor);
  }

  /**
   * Loads the weights of a net of that name in the run; a file is taken for the model, and others are left as they are.
   *
   * @throws ERR_INVALID_ARGUMENT if a shape differs; ERR_FILE; ERR_CHECKPOINT
   */
  load(name: 'model' | 'discriminator', net: Module): void {
    if (!this.run && name !== 'model') return;
    const path = this.run ? join(this.path, `${name}.safetensors`) : this.path;
    loadWeights(path, net, (tensors) => this.#check(tensors, net));
  }

  /** Throws as {@link InitialWeights.load} unless the weights fit nets that the function creates. */
  check(create: () => Partial<Record<'model' | 'discriminator', Module>>): void {
    const nets = withSeed(0, create);
    try {
      for (const [name, net] of Object.entries(nets)) this.load(name as keyof typeof nets, net);
    } finally {
      for (const net of Object.values(nets)) net.dispose();
    }
  }

  #check(tensors: StateDict, net: Module): void {
    for (const [name, { shape: expected }] of Object.entries(net.stateDict())) {
      const found = tensors[name]?.shape;
      if (found && `${found}` !== `${expected}`) throw this.#misfit({ name, found, expected });
    }
  }

  #misfit(misfit: Misfit): LibtorchGenerativeError {
    const { name, found, expected } = misfit;
    const remedy = this.remedyFor(misfit);
    const difference = `${name} has shape ${shapeText(found)} there, but ${shapeText(expected)} here`;
    return worded('ERR_INVALID_ARGUMENT', ({ setting }) => {
      const words = typeof remedy === 'string' ? remedy : `It requires ${setting(...remedy)}.`;
      return `Cannot start from ${this.path}: ${difference}. ${words}`;
    });
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    throw fileError('read', path, error);
  }
}

function notWeights(path: string): LibtorchGenerativeError {
  return worded('ERR_CHECKPOINT', ({ option }) => {
    const expected = `Expected a run folder or a .safetensors file for ${option('init')} but received ${path}`;
    return `${expected}. Write a state dict with safetensors.torch.save_file in Python.`;
  });
}
