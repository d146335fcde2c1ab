import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '../../src/tensor/creation';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { readSafetensors, type Safetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { withChecksum } from '../../src/training/checksum';
import { loadForecaster, loadGenerator } from '../../src/training/load-run';
import type { Progress } from '../../src/training/options';
import { RunFolder } from '../../src/training/run-folder';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, jsonLines } from '../cli/cli';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gan = { data: 'noise', seed: 5, threads: 1 } as const;
const mdnRnn = { data: co2, column: 'CO2', preset: 'article', seed: 5, threads: 1 } as const;
const checkpointFile = 'checkpoint.safetensors';
const bytes = (run: string, file = checkpointFile) => readFileSync(join(run, file));
const lossesOf = (run: string) =>
  jsonLines(String(bytes(run, 'metrics.jsonl'))).map((record) => ({ ...record, seconds: 0 }));

/** 60 images of 5 × 4 pixels as an IDX file. */
function writeImages(): string {
  const path = join(folder, 'images.idx');
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 5, 0, 0, 0, 4]);
  writeFileSync(path, Buffer.concat([header, Buffer.from(Array.from({ length: 1200 }, (_, i) => (i * i) % 251))]));
  return path;
}

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
    expect(lossesOf(parts)).toEqual(lossesOf(whole));
  });
});

describe('killed at any moment, a run goes on to the same numbers', () => {
  // Every look at the clock is a minute later: a checkpoint is due after each batch.
  let now = 0;
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => {
      now += 60_000;
      return now;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([
    [
      'the GAN',
      (options: object) => trainGan({ data: writeImages(), hidden: 16, batchSize: 8, epochs: 2, ...options }),
    ],
    [
      'the MDN-RNN',
      (options: object) =>
        trainMdnRnn({ data: co2, column: 'CO2', preset: 'article', batchSize: 100, epochs: 2, ...options }),
    ],
  ])('%s', async (name, train) => {
    const whole = join(folder, `killed ${name}`);
    const snapshots: string[] = [];
    const takeSnapshot = ({ epoch, batch }: Progress) => {
      snapshots.push(`${whole} ${epoch}.${batch}`);
      cpSync(whole, snapshots.at(-1)!, { recursive: true }); // what SIGKILL would leave
    };
    await train({ out: whole, onProgress: takeSnapshot, threads: 1 }).result;
    expect(snapshots.length).toBeGreaterThan(8);
    const numWithinEpoch = snapshots.filter((run) => 'batch' in readSafetensors(join(run, checkpointFile)).metadata);
    expect(numWithinEpoch.length).toBe(snapshots.length - 2); // the first batch of an epoch comes before them
    for (const run of snapshots) {
      await train({ resume: run }).result;
      expect([run, bytes(run).equals(bytes(whole))]).toEqual([run, true]);
      expect(lossesOf(run)).toEqual(lossesOf(whole));
    }
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
  expect(() => loadForecaster(run)).toThrow(/Expected a run of kind mdn-rnn in .*back but found gan/);
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
    await expect(resume()).rejects.toThrow(`No checkpoint in ${run()}`);
  });

  test('when it is another file, of a newer format, or has a bit flipped', async () => {
    const path = join(run(), 'checkpoint.safetensors');
    const whole = readFileSync(path);
    const { tensors, metadata } = readSafetensors(path);
    cpSync(join(run(), 'model.safetensors'), path);
    await expect(resume()).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('another file'),
    });
    writeSafetensors(path, tensors, { metadata: { ...metadata, checkpoint: '3' } });
    await expect(resume()).rejects.toThrow(
      /of format 2 in .* but found format 3, written by a newer version of this package/,
    );
    for (const place of [whole.length >> 1, whole.length - 1]) {
      const flipped = Buffer.from(whole);
      flipped[place]! ^= 1;
      writeFileSync(path, flipped);
      await expect(resume()).rejects.toThrow(/checkpoint\.safetensors but it is corrupt/);
    }
    writeFileSync(path, whole);
    await resume();
  });

  test.each<[string, Partial<Safetensors>, RegExp]>([
    [
      'the random numbers',
      { tensors: { 'random.state': undefined as never } },
      /uint8 tensor random.state but found none/,
    ],
    [
      'other random numbers',
      { tensors: { 'random.state': tensor([1]) } },
      /uint8 tensor random.state but found float32/,
    ],
    ['no epoch', { metadata: { epoch: 'one' } }, /whole number for epoch but found "one"/],
    ['no batch', { metadata: { batch: '-1' } }, /a whole number of at least 0 for batch but received -1/],
    ['no seed', { metadata: { batch: '1', samplerSeed: '0x' } }, /whole number for samplerSeed but found "0x"/],
    ['no configuration', { metadata: { config: '{' } }, /Expected the configuration of a run in .* but found none/],
  ])('when it was edited, and has %s', async (_, { tensors, metadata }, message) => {
    const run = join(folder, 'edited');
    rmSync(run, { recursive: true, force: true });
    await trainGan({ ...gan, epochs: 1, out: run }).result;
    const path = join(run, checkpointFile);
    const whole = readSafetensors(path);
    const all = Object.entries({ ...whole.tensors, ...tensors }).filter(([, value]) => value !== undefined);
    const content = withChecksum({ tensors: Object.fromEntries(all), metadata: { ...whole.metadata, ...metadata } });
    writeSafetensors(path, content.tensors, { metadata: content.metadata });
    const resumed = trainGan({ resume: run, epochs: 2 }).result;
    await expect(resumed).rejects.toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(message) });
  });

  test('when it is of a run with other settings', async () => {
    const other = join(folder, 'other');
    rmSync(other, { recursive: true, force: true });
    await trainGan({ ...gan, epochs: 1, beta1: 0.5, out: other }).result;
    cpSync(join(other, 'checkpoint.safetensors'), join(run(), 'checkpoint.safetensors'));
    await expect(resume()).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: `${run()}/config.json does not match the checkpoint: beta1 is 0.9 but was 0.5`,
    });
  });

  test('when an option differs from those of its run', async () => {
    await expect(trainGan({ resume: run(), beta1: 0.5 }).result).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message:
        `Cannot change beta1 to 0.5 when resuming: ${run()} was trained with 0.9. ` +
        `init: "${run()}" starts a new run, with other options, from its weights.`,
    });
  });
});

test('a run killed before it began begins when it is resumed', async () => {
  const [whole, run] = [join(folder, 'begun'), join(folder, 'not-begun')];
  await trainGan({ ...gan, epochs: 2, out: whole }).result;
  await trainGan({ ...gan, epochs: 2, out: run }).result;
  for (const name of ['checkpoint.safetensors', 'model.safetensors', 'metrics.jsonl']) rmSync(join(run, name));
  writeFileSync(join(run, '.checkpoint.safetensors.0123456789ab.tmp'), 'half-written');
  await trainGan({ resume: run }).result;
  expect(bytes(run).equals(bytes(whole))).toBe(true);
  expect(readdirSync(run)).toEqual(readdirSync(whole));
});

test('a run remembers its number of threads, and leaves the caller’s alone', async () => {
  const run = join(folder, 'threads');
  await trainGan({ ...gan, epochs: 1, out: run }).result;
  setNumThreads(2);
  await trainGan({ resume: run, epochs: 2 }).result;
  expect(RunFolder.configOf(run).threads).toBe(1);
  expect(numThreads()).toBe(2);
});

describe('the training data of a resumed run', () => {
  const rows = (shift: number) => Array.from({ length: 60 }, (_, row) => `${Math.sin(row) + shift}\n`).join('');
  const place = () => join(folder, 'data');
  const run = () => join(place(), 'run');
  const workingFolder = process.cwd();
  beforeEach(async () => {
    mkdirSync(place());
    process.chdir(place());
    writeFileSync('sine.csv', `y\n${rows(0)}`);
    await trainMdnRnn({ data: 'sine.csv', column: 'y', preset: 'article', window: 4, epochs: 1, out: 'run' }).result;
    process.chdir(workingFolder);
  });
  afterEach(() => rmSync(place(), { recursive: true }));

  test('is found from another folder', async () => {
    await trainMdnRnn({ resume: run(), epochs: 2, column: ['y'] }).result;
    expect(readSafetensors(join(run(), 'checkpoint.safetensors')).metadata.epoch).toBe('2');
  });

  test('is refused when it has changed', async () => {
    writeFileSync(join(place(), 'sine.csv'), `y\n${rows(1)}`.replace('\n1\n', '\n1.5\n'));
    await expect(trainMdnRnn({ resume: run(), epochs: 2 }).result).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: `${place()}/sine.csv has changed since ${run()} was trained: restore it, or start a new run from these weights with init: "${run()}"`,
    });
  });

  test('is named when it is gone, and found where it is now', async () => {
    renameSync(join(place(), 'sine.csv'), join(place(), 'moved.csv'));
    const options = { resume: run(), epochs: 2 };
    await expect(trainMdnRnn(options).result).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining(`The data of ${run()} is not at ${place()}/sine.csv: pass its new path`),
    });
    await trainMdnRnn({ ...options, data: join(place(), 'moved.csv') }).result;
    const { settings } = JSON.parse(String(bytes(run(), 'config.json')));
    expect(settings.data).toBe(join(place(), 'moved.csv'));
  });
});

describe('numbers that blow up', () => {
  const steps = { data: 'noise', lr: 1e20, seed: 5, threads: 1, epochs: 50 } as const;

  test('leave the last good weights, and the checkpoint that resume takes', async () => {
    const run = join(folder, 'blown-up');
    const failed = trainGan({ ...steps, out: run }).result;
    await expect(failed).rejects.toMatchObject({ code: 'ERR_NOT_FINITE' });
    const message = await failed.catch((error) => error.message);
    const [, step, kept] = /NaN at step (\d+); the largest weight, in \w+\.model\.\d\.\w+, is .*of step (\d+)$/.exec(
      message,
    )!;
    expect(Number(kept)).toBeGreaterThan(0);
    expect(Number(kept)).toBeLessThan(Number(step));
    for (const file of ['model', 'discriminator']) {
      const { tensors } = readSafetensors(join(run, `${file}.safetensors`));
      for (const tensor of Object.values(tensors)) expect(tensor.isfinite().toArray()).not.toContain(0);
    }
    const again = trainGan({ resume: run }).result;
    await expect(again).rejects.toThrow(`NaN at step ${step}`);
  });
});
