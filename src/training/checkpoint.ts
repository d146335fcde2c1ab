import { existsSync } from 'node:fs';
import type { EpochCursor } from '../data/data-loader';
import { LibtorchGenerativeError } from '../errors';
import type { StateDict } from '../nn/state-dict';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { getGeneratorState, setGeneratorState } from '../tensor/random';
import { readSafetensors, type Safetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { checksumOf } from './checksum';
import { loadingFrom, type RunConfig, type RunFolder } from './run-folder';

/** Where a training stands between two batches. */
export interface Position {
  /** Epochs completed. */
  epoch: number;
  /** Within the epoch under way; undefined between two epochs. */
  cursor?: EpochCursor;
}

/** What a training saves and takes back: `stateDict()` and `loadStateDict()`, as models and optimizers have them. */
export interface Stateful {
  stateDict(): StateDict;
  loadStateDict(state: StateDict): void;
}

/** Everything but the random generators' states that a checkpoint holds. */
export type Parts = Record<string, Stateful>;

const FORMAT = 2;
const RANDOM_STATE = 'random.state';
const CUDA_RANDOM_STATE = 'random.cuda';

/** Writes everything that the rest of the training depends on; the previous checkpoint stays until this one is whole. */
export function writeCheckpoint(folder: RunFolder, parts: Parts, { epoch, cursor }: Position): void {
  const tensors = stateOf(parts);
  const device = cudaDeviceOf(tensors);
  tensors[RANDOM_STATE] = tensor(getGeneratorState());
  if (device) tensors[CUDA_RANDOM_STATE] = tensor(getGeneratorState(device));
  const metadata: Record<string, string> = { checkpoint: String(FORMAT), epoch: String(epoch) };
  if (cursor) Object.assign(metadata, { batch: String(cursor.batch), samplerSeed: String(cursor.samplerSeed ?? '') });
  metadata.config = JSON.stringify(folder.config);
  folder.writeTensors('checkpoint', { tensors, metadata });
}

/**
 * Puts a checkpoint back into `parts` and the random generators, and its folder back to that time.
 *
 * @param check looks at what the checkpoint was trained by before anything is loaded, and throws if that won't do
 * @throws ERR_CHECKPOINT if there is none, or it is damaged, of another program or of another version
 */
export function resumeCheckpoint(folder: RunFolder, parts: Parts, check: (saved: RunConfig) => void): Position {
  const path = folder.file('checkpoint.safetensors');
  if (!existsSync(path)) {
    if (!folder.hasMetrics) return { epoch: 0 }; // it was killed before it began
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `There is no checkpoint in ${folder.path}`);
  }
  const position = scope(() => {
    const checkpoint = readCheckpoint(path);
    check(JSON.parse(checkpoint.metadata.config!));
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
    const remedy = Number(format) > FORMAT ? ', of a newer version of this package: update it' : '';
    refuse(`found format ${format}${remedy}`);
  }
  if (sha256 !== checksumOf(checkpoint)) refuse('it is damaged: its content does not fit its checksum');
  return checkpoint;
}

function loadCheckpoint({ tensors, metadata }: Safetensors, parts: Parts): Position {
  const position = positionFrom(metadata);
  for (const [part, target] of Object.entries(parts)) target.loadStateDict(withoutPrefix(tensors, `${part}.`));
  setGeneratorState(tensors[RANDOM_STATE]!.toArray() as Uint8Array);
  const device = cudaDeviceOf(stateOf(parts));
  const cudaState = tensors[CUDA_RANDOM_STATE];
  if (device && cudaState) setGeneratorState(cudaState.toArray() as Uint8Array, device);
  return position;
}

/** All parts' tensors by the part's name and theirs. */
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

function positionFrom({ epoch, batch, samplerSeed }: Record<string, string>): Position {
  const cursor = batch && { batch: Number(batch), samplerSeed: samplerSeed ? BigInt(samplerSeed) : undefined };
  return { epoch: Number(epoch), cursor: cursor || undefined };
}
