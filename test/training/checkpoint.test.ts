import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { loadGenerator, loadSeriesModel } from '../../src/training/load-run';
import { RunFolder } from '../../src/training/run-folder';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2 } from '../cli/cli';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gan = { data: 'noise', seed: 5, threads: 1 } as const;
const mdnRnn = { data: co2, column: 'CO2', seed: 5, threads: 1 } as const;
const bytes = (run: string, file = 'checkpoint.safetensors') => readFileSync(join(run, file));

describe('N epochs, a stop and N more equal 2N, to the last bit', () => {
  test('the GAN', async () => {
    const [whole, parts] = [join(folder, 'gan-whole'), join(folder, 'gan-parts')];
    await trainGan({ ...gan, epochs: 8, out: whole }).result;
    await trainGan({ ...gan, epochs: 4, out: parts }).result;
    await trainGan({ resume: parts, epochs: 8, threads: 1 }).result;
    expect(bytes(parts).equals(bytes(whole))).toBe(true);
    expect(bytes(parts, 'model.safetensors').equals(bytes(whole, 'model.safetensors'))).toBe(true);
  });

  test('the MDN-RNN, also when it is stopped in the middle of an epoch', async () => {
    const [whole, parts] = [join(folder, 'mdn-whole'), join(folder, 'mdn-parts')];
    await trainMdnRnn({ ...mdnRnn, epochs: 4, out: whole }).result;
    const controller = new AbortController();
    const stopped = trainMdnRnn({
      ...mdnRnn,
      epochs: 4,
      out: parts,
      signal: controller.signal,
      onProgress: ({ epoch, batch }) => epoch === 1 && batch === 7 && controller.abort(),
    });
    await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
    expect(readSafetensors(join(parts, 'checkpoint.safetensors')).metadata).toMatchObject({ epoch: '1', batch: '7' });
    await trainMdnRnn({ ...mdnRnn, resume: parts }).result;
    expect(bytes(parts).equals(bytes(whole))).toBe(true);
    const losses = (run: string) =>
      String(bytes(run, 'metrics.jsonl'))
        .trim()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
    expect(losses(parts)).toEqual(losses(whole));
  });
});

test('a run gives back its model', async () => {
  const run = join(folder, 'back');
  const { generator } = await trainGan({ ...gan, epochs: 1, hidden: 9, out: run }).result;
  const loaded = loadGenerator(run).generator;
  expect(Object.keys(loaded.stateDict())).toEqual(['model.0.weight', 'model.0.bias', 'model.2.weight', 'model.2.bias']);
  for (const [name, tensor] of Object.entries(loaded.stateDict())) {
    expect(tensor.equal(generator.stateDict()[name]!)).toBe(true);
  }
  expect(RunFolder.kindOf(run)).toBe('gan');
  expect(() => loadSeriesModel(run)).toThrow(/Expected a run of kind mdn-rnn in .*back but found gan/);
});

describe('a checkpoint is refused by name', () => {
  const run = () => join(folder, 'refused');
  const resume = () => trainGan({ resume: run(), epochs: 9, threads: 1 }).result;
  beforeEach(async () => {
    rmSync(run(), { recursive: true, force: true });
    await trainGan({ ...gan, epochs: 2, out: run() }).result;
  });

  test('when it is missing', async () => {
    rmSync(join(run(), 'checkpoint.safetensors'));
    await expect(resume()).rejects.toThrow(`There is no checkpoint in ${run()}`);
  });

  test('when it is of another kind, another size or a newer format', async () => {
    const path = join(run(), 'checkpoint.safetensors');
    const { tensors, metadata } = readSafetensors(path);
    cpSync(join(run(), 'model.safetensors'), path);
    await expect(resume()).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('another file'),
    });
    writeSafetensors(path, { tensors, metadata: { ...metadata, checkpoint: '2' } });
    await expect(resume()).rejects.toThrow(/checkpoint of format 1 in .* but found format 2/);
    const { 'generator.model.0.bias': _, ...fewer } = tensors;
    writeSafetensors(path, { tensors: fewer, metadata });
    await expect(resume()).rejects.toThrow(/Cannot load .*checkpoint\.safetensors.*model\.0\.bias is missing/);
  });
});
