import { join } from 'node:path';
import { Adam } from '../../../src/nn/adam';
import { Linear } from '../../../src/nn/linear';
import { readSafetensors, type Safetensors } from '../../../src/tensor/safetensors';
import { scope } from '../../../src/tensor/scope';
import { resumeCheckpoint, writeCheckpoint } from '../../../src/training/checkpoint';
import { type RunConfig, RunFolder } from '../../../src/training/run-folder';
import { checkSameRun } from '../../../src/training/start-run';
import { orRefused, type Target } from '../target';

const CONFIG = {
  kind: 'gan',
  settings: { data: 'noise', epochs: 3, lr: 0.1 },
  device: 'cpu',
  threads: 1,
  dataSha256: '',
};
const POSITIONS = [{ epoch: 1 }, { epoch: 2, cursor: { batch: 1, batchSize: 4, samplerSeed: 7n } }];

/** A run whose checkpoint is written, and the tensors of a valid one. */
interface Run {
  folder: RunFolder;
  parts: { model: Linear; optimizer: Adam };
  valid: Safetensors[];
}

let run: Run | undefined;

function createRun(path: string): Run {
  const folder = RunFolder.create(path);
  folder.writeConfig(CONFIG as RunConfig);
  const model = new Linear(2, 1);
  const parts = { model, optimizer: new Adam(model.parameters(), { lr: 0.1 }) };
  const valid = POSITIONS.map((position) => {
    writeCheckpoint(folder, parts, position);
    return readSafetensors(join(path, 'checkpoint.safetensors'));
  });
  return { folder, parts, valid };
}

/** What an input stands for: any metadata, and any names for the tensors of a valid checkpoint. */
function contentOf(input: Uint8Array, { tensors }: Safetensors): Safetensors {
  const { names = {}, metadata = {} } = JSON.parse(Buffer.from(input).toString());
  const known = Object.entries<string>(names).filter(([, source]) => Object.hasOwn(tensors, source));
  return { tensors: Object.fromEntries(known.map(([name, source]) => [name, tensors[source]!])), metadata };
}

/**
 * Checkpoints whose checksum fits, as chance makes none: the input tells the names of its tensors, and its metadata, in
 * JSON. Their files of bytes are read as those of the target safetensors are.
 */
export const checkpoint: Target = {
  name: 'checkpoint',
  words: [
    'checkpoint',
    'epoch',
    'batch',
    'batchSize',
    'samplerSeed',
    'config',
    'random.state',
    'random.cuda',
    'model.weight',
    'optimizer.step',
    '"2"',
    'null',
    '{}',
  ],
  prepare(path) {
    run = createRun(path);
    return run.valid.map(({ tensors, metadata: { sha256: _, ...metadata } }) => {
      const names = Object.fromEntries(Object.keys(tensors).map((name) => [name, name]));
      return Buffer.from(JSON.stringify({ names, metadata }));
    });
  },
  read(path, input) {
    const { folder, parts, valid } = run!;
    try {
      folder.writeTensors('checkpoint', contentOf(input, valid[0]!));
    } catch {
      return false; // no such checkpoint can be written
    }
    const check = (saved: RunConfig) => checkSameRun(path, saved, CONFIG);
    return scope(() => orRefused(() => resumeCheckpoint(folder, parts, check))) !== undefined;
  },
};
