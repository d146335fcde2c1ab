import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/tensor/safetensors';
import { loadGenerator } from '../../src/training/load-run';
import { readMetrics } from '../../src/training/run-metrics';
import { type GanEpoch, trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';
import { barsFile } from './bars';

const folder = useTemporaryFolder();
const at = (name: string) => join(folder(), name);

/** 24 steps an epoch, so that the first look is after the 42nd. */
const options = () =>
  ({ data: barsFile(folder(), 8, 8), augment: ['none'], hidden: 16, batchSize: 1, epochs: 42, seed: 4, threads: 1 }) as const; // biome-ignore format: one line
const bytes = (run: string, file: string) => readFileSync(at(join(run, file)));
const quiet = { onWarning: () => {} };

test('a training that fails ends with the weights from before', async () => {
  await trainGan({ ...options(), ...quiet, out: at('run') }).result;
  const good = bytes('run', 'model.safetensors');
  const before = readMetrics(at('run')).at(-1)!.frechet as number;
  const warnings: string[] = [];
  const failed = trainGan({ resume: at('run'), epochs: 60, lr: 3, onWarning: (message) => warnings.push(message) });
  const { generator } = await failed.result;
  const after = readMetrics(at('run')).at(-1)!.frechet as number;
  expect(after).toBeGreaterThan(1.2 * before);
  expect(warnings.at(-1)).toMatch(/^The generator was best after epoch 41 \(Fréchet distance [\d.]+, at the end [\d.,]+\): its weights are kept$/); // biome-ignore format: one line
  expect(bytes('run', 'model.safetensors').equals(good)).toBe(true);
  expect(generator.sampleSync({ count: 3 })).toEqual(loadGenerator(at('run')).generator.sampleSync({ count: 3 }));

  // It goes on from the last weights, and the best ones stay known.
  const { tensors } = readSafetensors(at('run/checkpoint.safetensors'));
  expect(tensors['generator.model.2.bias']!.equal(tensors['best.best.model.2.bias']!)).toBe(false);
  await trainGan({ resume: at('run'), epochs: 61, ...quiet }).result;
  expect(bytes('run', 'model.safetensors').equals(good)).toBe(true);
});

test('without, the last weights are those of the run, and the same numbers come before', async () => {
  const run = (keepBest: boolean, out: string) =>
    trainGan({ ...options(), ...quiet, epochs: 46, keepBest, emaDecay: 0, out: at(out) });
  const records = await Promise.all([run(true, 'with'), run(false, 'without')].map(collected));
  const lossesOf = (epochs: GanEpoch[]) => epochs.map(({ lossD, lossG }) => [lossD, lossG]);
  expect(lossesOf(records[1]!)).toEqual(lossesOf(records[0]!));
  const looks = records.map((epochs) => epochs.flatMap(({ epoch, frechet }) => (frechet === undefined ? [] : [epoch])));
  expect(looks).toEqual([[41, 45], []]); // biome-ignore format: one line
  const { tensors } = readSafetensors(at('without/checkpoint.safetensors'));
  expect(Object.keys(tensors).filter((name) => name.startsWith('best'))).toEqual([]);
  const last = readSafetensors(at('without/model.safetensors')).tensors['model.2.bias']!;
  expect(last.equal(tensors['generator.model.2.bias']!)).toBe(true);
});

async function collected(training: AsyncIterable<GanEpoch>): Promise<GanEpoch[]> {
  const records: GanEpoch[] = [];
  for await (const record of training) records.push(record);
  return records;
}

test('an interrupted training keeps the same weights as a whole one', async () => {
  const whole = { ...options(), ...quiet, epochs: 50 };
  await trainGan({ ...whole, out: at('whole') }).result;
  const controller = new AbortController();
  const onProgress = ({ epoch }: { epoch: number }) => epoch === 45 && controller.abort();
  const stopped = trainGan({ ...whole, out: at('parts'), signal: controller.signal, onProgress });
  await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
  await trainGan({ resume: at('parts'), ...quiet, threads: 1 }).result;
  for (const file of ['model.safetensors', 'checkpoint.safetensors']) {
    expect([file, bytes('parts', file).equals(bytes('whole', file))]).toEqual([file, true]);
  }
});
