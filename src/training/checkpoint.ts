import { existsSync } from 'node:fs';
import type { EpochCursor } from '../data/data-loader';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import type { StateDict } from '../nn/module';
import { tensor } from '../tensor/creation';
import { getGeneratorState, setGeneratorState } from '../tensor/random';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors';
import { scope } from '../tensor/scope';
import { loadingFrom, type RunFolder } from './run-folder';

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

const FORMAT = '1';
const RANDOM_STATE = 'random.state';

/** Writes everything that the rest of the training depends on; the previous checkpoint stays until this one is whole. */
export function writeCheckpoint(folder: RunFolder, parts: Record<string, Stateful>, { epoch, cursor }: Position): void {
  const tensors: StateDict = { [RANDOM_STATE]: tensor(getGeneratorState()) };
  for (const [part, source] of Object.entries(parts)) {
    for (const [name, value] of Object.entries(source.stateDict())) tensors[`${part}.${name}`] = value;
  }
  const metadata: Record<string, string> = { checkpoint: FORMAT, epoch: String(epoch) };
  if (cursor) Object.assign(metadata, { batch: String(cursor.batch), samplerSeed: String(cursor.samplerSeed ?? '') });
  writeSafetensors(folder.file('checkpoint.safetensors'), { tensors, metadata });
}

/**
 * Puts a checkpoint back into `parts` and this thread's random generator, and its folder back to that time.
 *
 * @throws ERR_CHECKPOINT if there is none, or it is damaged, of another program or of a newer version
 */
export function resumeCheckpoint(folder: RunFolder, parts: Record<string, Stateful>): Position {
  const path = folder.file('checkpoint.safetensors');
  if (!existsSync(path))
    throw new LibtorchGenerativeError('ERR_CHECKPOINT', `There is no checkpoint in ${folder.path}`);
  const position = scope(() => loadCheckpoint(path, parts));
  folder.truncateMetrics(position.epoch);
  return position;
}

function loadCheckpoint(path: string, parts: Record<string, Stateful>): Position {
  const { tensors, metadata } = readSafetensors(path);
  const random = tensors[RANDOM_STATE];
  if (metadata.checkpoint !== FORMAT || !random) {
    const found = metadata.checkpoint ? `format ${metadata.checkpoint}` : 'another file';
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `Expected a checkpoint of format ${FORMAT} in ${path} but found ${found}`,
    );
  }
  return loadingFrom(path, () => {
    const position = positionFrom(metadata);
    for (const [part, target] of Object.entries(parts)) target.loadStateDict(withoutPrefix(tensors, `${part}.`));
    setGeneratorState(random.toArray() as Uint8Array);
    return position;
  });
}

function withoutPrefix(tensors: StateDict, prefix: string): StateDict {
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function positionFrom({ epoch, batch, samplerSeed }: Record<string, string>): Position {
  for (const [name, text] of Object.entries({ epoch, batch: batch ?? '0', samplerSeed: samplerSeed || '0' })) {
    if (!/^\d{1,19}$/.test(text ?? '')) throw invalidArgument(name, 'a whole number', text);
  }
  const cursor =
    batch === undefined
      ? undefined
      : { batch: Number(batch), samplerSeed: samplerSeed ? BigInt(samplerSeed) : undefined };
  return { epoch: Number(epoch), cursor };
}
