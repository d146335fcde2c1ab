import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ResnetDiscriminator, ResnetGenerator } from '../../src/models/resnet-gan';
import { closeInference } from '../../src/pool/inference';
import { exportRun } from '../../src/training/export-run';
import { loadDiscriminator, loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';
import { barsFile } from './bars';

const folder = useTemporaryFolder();
afterAll(closeInference);

const quiet = { threads: 1, onWarning: () => {} };
const options = () =>
  ({
    data: barsFile(folder(), 32, 32),
    net: 'resnet',
    filters: 2,
    batchSize: 8,
    epochs: 3,
    seed: 4,
    ...quiet,
  }) as const;
const bytes = (run: string, file: string) => readFileSync(join(run, file));

test('a run of a ResNet is loaded, drawn from, exported and continued', async () => {
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  const { generator, discriminator, settings } = await trainGan({ ...options(), out: whole }).result;
  expect([generator, discriminator]).toEqual([expect.any(ResnetGenerator), expect.any(ResnetDiscriminator)]);
  expect(settings).toMatchObject({
    net: 'resnet',
    filters: 2,
    loss: 'hinge',
    realLabel: 1,
    lr: 2e-4,
    beta1: 0,
    beta2: 0.9,
    nCritic: 5,
  });

  const samples = loadGenerator(whole).generator.sampleSync({ count: 5, seed: 1 });
  expect(samples.length).toBe(5 * 1024);
  expect(generator.sampleSync({ count: 5, seed: 1 })).toEqual(samples);
  expect(await generator.sample({ count: 5, seed: 1 })).toEqual(samples); // in another thread
  const loaded = loadDiscriminator(whole).stateDict();
  for (const [name, value] of Object.entries(discriminator.stateDict())) {
    expect([name, value.equal(loaded[name]!)]).toEqual([name, true]); // the singular vectors, too
  }
  for (const part of ['generator', 'discriminator']) {
    expect(readFileSync(exportRun(whole, { format: 'onnx', part, out: join(folder(), part) })).length).toBeGreaterThan(
      1000,
    );
  }

  const controller = new AbortController();
  const onProgress = ({ epoch }: { epoch: number }) => epoch === 1 && controller.abort();
  const stopped = trainGan({ ...options(), out: parts, signal: controller.signal, onProgress });
  await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
  await trainGan({ resume: parts, ...quiet }).result;
  for (const file of ['checkpoint.safetensors', 'model.safetensors', 'samples/epoch-0002.png']) {
    expect([file, bytes(parts, file).equals(bytes(whole, file))]).toEqual([file, true]);
  }
});

test('a worker trains it to the same weights, with the penalties of slopes, too', async () => {
  const all = { ...options(), loss: 'wgan-gp', r1Gamma: 0.1, augment: ['color', 'translation'], epochs: 2 } as const;
  const here = await trainGan(all).result;
  const there = await trainGan({ ...all, worker: true }).result;
  const drawn = [here, there].map(({ generator }) => generator.sampleSync({ count: 2 }));
  expect(drawn[1]).toEqual(drawn[0]);
  expect(there.discriminator.stateDict()['last.parametrizations.weight.0._u']).toBeDefined();
});

test('an image does not depend on how many are drawn', () => {
  const generator = new ResnetGenerator({ resolution: 32, channels: 1, filters: 4 });
  const all = generator.sampleSync({ count: 70, seed: 3 });
  for (const count of [1, 2, 7, 64]) {
    expect(generator.sampleSync({ count, seed: 3 })).toEqual(all.subarray(0, count * 1024));
  }
});

test.each([
  [28, 28],
  [32, 64],
])('images of %i x %i pixels are refused before training', async (height, width) => {
  await expect(trainGan({ ...options(), data: barsFile(folder(), height, width) }).result).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: `net: "resnet" requires square images whose sides have 32, 64 or 128 pixels, but these are ${width} x ${height}: set resolution.`,
  });
});

test('nets that do not fit in memory are refused, with the option', async () => {
  await expect(trainGan({ ...options(), filters: 100_000 }).result).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(/with filters: 100000 needs .* smaller resolution or filters/),
  });
});
