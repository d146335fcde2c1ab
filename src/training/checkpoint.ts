import { existsSync } from 'node:fs';
import { checkInteger } from '../check';
import type { EpochCursor } from '../data/data-loader';
import { describe, LibtorchGenerativeError } from '../errors';
import type { StateDict } from '../nn/state-dict';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { getGeneratorState, setGeneratorState } from '../tensor/random';
import { readSafetensors, type Safetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { checksumOf } from './checksum';
import { loadingFrom, parseConfig, type RunConfig, type RunFolder } from './run-folder';

/** Position of a training run between two batches. */
export interface Position {
  /** Epochs completed. */
  epoch: number;
  /** Position within the current epoch; undefined between epochs. */
  cursor?: EpochCursor;
}

/** State that a checkpoint saves and restores, such as of models and optimizers. */
export interface Stateful {
  stateDict(): StateDict;
  loadStateDict(state: StateDict): void;
}

/** Everything in a checkpoint except the states of the random number generators. */
export type Parts = Record<string, Stateful>;

const FORMAT = 2;
const RANDOM_STATE = 'random.state';
const CUDA_RANDOM_STATE = 'random.cuda';

/** Writes everything needed to continue the training; the previous checkpoint is kept until this one is complete. */
export function writeCheckpoint(folder: RunFolder, parts: Parts, { epoch, cursor }: Position): void {
  const tensors = stateOf(parts);
  const device = cudaDeviceOf(tensors);
  tensors[RANDOM_STATE] = tensor(getGeneratorState());
  if (device) tensors[CUDA_RANDOM_STATE] = tensor(getGeneratorState(device));
  const metadata: Record<string, string> = { checkpoint: String(FORMAT), epoch: String(epoch) };
  if (cursor) {
    const { batch, batchSize, samplerSeed = '' } = cursor;
    Object.assign(metadata, { batch: `${batch}`, batchSize: `${batchSize}`, samplerSeed: `${samplerSeed}` });
  }
  metadata.config = JSON.stringify(folder.config);
  folder.writeTensors('checkpoint', { tensors, metadata });
}

/**
 * Restores `parts`, the random number generators and the folder's metrics from a checkpoint.
 *
 * @param check receives the checkpoint's configuration before anything is loaded; throws if it does not match
 * @throws ERR_CHECKPOINT if the checkpoint is missing, corrupt, of another program or of another version
 */
export function resumeCheckpoint(folder: RunFolder, parts: Parts, check: (saved: RunConfig) => void): Position {
  const path = folder.file('checkpoint.safetensors');
  if (!existsSync(path)) {
    if (!folder.hasMetrics) return { epoch: 0 }; // the run was killed before its first checkpoint
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `No checkpoint in ${folder.path}`);
  }
  const position = scope(() => {
    const checkpoint = readCheckpoint(path);
    check(savedConfig(path, checkpoint));
    return loadingFrom(path, () => loadCheckpoint(checkpoint, parts));
  });
  folder.truncateMetrics(position.epoch);
  return position;
}

function readCheckpoint(path: string): Safetensors {
  const checkpoint = readSafetensors(path);
  const { checkpoint: format, sha256 } = checkpoint.metadata;
  const refuse = (found: string) => {
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `Expected a checkpoint of format ${FORMAT} in ${path} but ${found}`,
    );
  };
  if (format === undefined) refuse('found another file');
  if (format !== String(FORMAT)) {
    const remedy = Number(format) > FORMAT ? ', written by a newer version of this package: update the package' : '';
    refuse(`found format ${format}${remedy}`);
  }
  if (sha256 !== checksumOf(checkpoint)) refuse('it is corrupt: its content does not match its checksum');
  return checkpoint;
}

/** Returns the configuration that a checkpoint was written with. */
function savedConfig(path: string, { metadata }: Safetensors): RunConfig {
  const config = parseConfig(metadata.config ?? '');
  if (config) return config;
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `Expected the configuration of a run in ${path} but found none`);
}

function loadCheckpoint({ tensors, metadata }: Safetensors, parts: Parts): Position {
  const position = positionFrom(metadata);
  for (const [part, target] of Object.entries(parts)) target.loadStateDict(withoutPrefix(tensors, `${part}.`));
  setGeneratorState(randomState(tensors, RANDOM_STATE));
  const device = cudaDeviceOf(stateOf(parts));
  if (device && tensors[CUDA_RANDOM_STATE]) setGeneratorState(randomState(tensors, CUDA_RANDOM_STATE), device);
  return position;
}

function randomState(tensors: StateDict, name: string): Uint8Array {
  const state = tensors[name];
  if (state?.dtype === 'uint8') return state.toArray() as Uint8Array;
  throw new LibtorchGenerativeError(
    'ERR_CHECKPOINT',
    `Expected a uint8 tensor ${name} but found ${state ? state.dtype : 'none'}`,
  );
}

/** Returns the tensors of all parts, named `part.tensor`. */
function stateOf(parts: Parts): StateDict {
  const named = Object.entries(parts).flatMap(([part, source]) =>
    Object.entries(source.stateDict()).map(([name, value]) => [`${part}.${name}`, value]),
  );
  return Object.fromEntries(named);
}

function cudaDeviceOf(tensors: StateDict): Device | undefined {
  return Object.values(tensors)
    .map(({ device }) => device)
    .find((device) => device !== 'cpu');
}

function withoutPrefix(tensors: StateDict, prefix: string): StateDict {
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function positionFrom({ epoch, batch, batchSize, samplerSeed }: Record<string, string>): Position {
  if (!batch) return { epoch: wholeNumber('epoch', epoch) };
  const seed = samplerSeed ? BigInt(digitsOf('samplerSeed', samplerSeed)) : undefined;
  const cursor = {
    batch: wholeNumber('batch', batch),
    batchSize: wholeNumber('batchSize', batchSize, 1),
    samplerSeed: seed,
  };
  return { epoch: wholeNumber('epoch', epoch), cursor };
}

function wholeNumber(name: string, text: string | undefined, min = 0): number {
  const value = Number(digitsOf(name, text));
  checkInteger(name, value, { min });
  return value;
}

/** Throws unless `text` is a whole number as a checkpoint has it. */
function digitsOf(name: string, text: string | undefined): string {
  if (text !== undefined && /^-?\d{1,20}$/.test(text)) return text;
  throw new LibtorchGenerativeError(
    'ERR_CHECKPOINT',
    `Expected a whole number for ${name} but found ${describe(text)}`,
  );
}
