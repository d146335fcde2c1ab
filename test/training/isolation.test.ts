import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, manualSeed, RandomGenerator, randn } from '../../src/tensor/random';
import { exportRun } from '../../src/training/export-run';
import { loadDiscriminator, loadForecaster, loadGenerator } from '../../src/training/load-run';
import { writeRunReport } from '../../src/training/run-report';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import type { TrainingRun } from '../../src/training/training-run';
import { co2, useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

type Start = (options?: object) => TrainingRun<{ epoch: number; seconds: number }, object>;

/** 90 images of 4 × 3 pixels. */
function writeImages(): string {
  const path = join(folder(), 'images.idx');
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 90, 0, 0, 0, 4, 0, 0, 0, 3]);
  writeFileSync(path, Buffer.concat([header, Buffer.from(Array.from({ length: 1080 }, (_, i) => (i * i) % 251))]));
  return path;
}

const TRAININGS: Record<string, Start> = {
  'the GAN on noise': (options) => trainGan({ data: 'noise', epochs: 6, hidden: 16, threads: 1, ...options }),
  'the GAN on images': (options) =>
    trainGan({ data: writeImages(), epochs: 6, hidden: 16, batchSize: 30, threads: 1, ...options }),
  'the MDN-RNN': (options) =>
    trainMdnRnn({
      data: co2,
      column: 'CO2',
      preset: 'article',
      epochs: 3,
      hidden: 8,
      patience: 2,
      calibrate: 3,
      ...options,
    }),
};

async function recordsOf(run: ReturnType<Start>, between = () => {}): Promise<object[]> {
  const records: object[] = [];
  for await (const { seconds: _, ...record } of run) {
    records.push(record);
    between();
  }
  return records;
}

/** What a host may do at any time. */
function meddle(): void {
  manualSeed(99);
  randn([7]);
  setNumThreads(numThreads() === 2 ? 3 : 2);
}

const threadsBefore = numThreads();
afterEach(() => setNumThreads(threadsBefore));

describe.each(Object.entries(TRAININGS))('%s', (_, start) => {
  test('leaves the caller’s random numbers and threads alone', async () => {
    manualSeed(1);
    setNumThreads(3);
    const host = new RandomGenerator(1);
    const draw = (generator?: RandomGenerator) => [...(randn([3], { generator }).toArray() as Float32Array)];
    const seen: [number[], number[]][] = [];
    const compare = () => {
      seen.push([draw(), draw(host)]);
      expect(numThreads()).toBe(3);
    };
    await recordsOf(start({ onProgress: compare, out: join(folder(), 'run') }), compare);
    compare();
    expect(seen.length).toBeGreaterThan(8);
    for (const [drawn, expected] of seen) expect(drawn).toEqual(expected);
  });

  test('has the same numbers whatever the caller draws, seeds or sets, and beside another training', async () => {
    const alone = await recordsOf(start());
    expect(await recordsOf(start({ onProgress: meddle }), meddle)).toEqual(alone);

    const other = TRAININGS['the MDN-RNN']!;
    const [beside, others] = await Promise.all([
      recordsOf(start()),
      recordsOf(other({ seed: 4 })),
      recordsOf(start({ seed: 9 })),
    ]);
    expect(beside).toEqual(alone);
    expect(others).toEqual(await recordsOf(other({ seed: 4 })));
  });

  test('leaves them alone when it fails, is aborted or left in the middle', async () => {
    setNumThreads(2);
    manualSeed(5);
    const state = getGeneratorState();
    const fail = () => {
      throw new Error('of the caller');
    };
    await expect(start({ onProgress: fail }).result).rejects.toThrow('of the caller');
    await expect(start({ lr: 1e30, out: join(folder(), 'bad') }).result).rejects.toBeDefined();
    const controller = new AbortController();
    const abort = () => controller.abort();
    const aborted = start({ out: join(folder(), 'aborted'), signal: controller.signal, onProgress: abort });
    await expect(aborted.result).rejects.toMatchObject({ name: 'AbortError' });
    for await (const _ of start({ out: join(folder(), 'left') })) break;
    expect(getGeneratorState()).toEqual(state);
    expect(numThreads()).toBe(2);
  });
});

test('what reads a run draws none of the caller’s random numbers', async () => {
  const [gan, mdnRnn] = [join(folder(), 'gan'), join(folder(), 'mdn-rnn')];
  await TRAININGS['the GAN on noise']!({ out: gan }).result;
  await TRAININGS['the MDN-RNN']!({ out: mdnRnn }).result;
  manualSeed(3);
  setNumThreads(2);
  const state = getGeneratorState();
  loadGenerator(gan);
  loadDiscriminator(gan);
  loadForecaster(mdnRnn);
  writeRunReport(gan);
  writeRunReport(mdnRnn);
  exportRun(gan, { format: 'onnx', out: join(folder(), 'g.onnx') });
  exportRun(mdnRnn, { format: 'safetensors', out: join(folder(), 'm.safetensors') });
  expect(getGeneratorState()).toEqual(state);
  expect(numThreads()).toBe(2);
});
