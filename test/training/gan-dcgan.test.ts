import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIdx } from '../../src/data/idx';
import { pixelsToData } from '../../src/data/images';
import { DcganDiscriminator, DcganGenerator } from '../../src/models/dcgan';
import { closeInference } from '../../src/pool/inference';
import { grad } from '../../src/tensor/autograd';
import { tensor } from '../../src/tensor/creation';
import { loadDiscriminator, loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';
import { barsFile } from './bars';

const folder = useTemporaryFolder();
afterAll(closeInference);

const options = () =>
  ({
    data: barsFile(folder(), 16, 16),
    net: 'dcgan',
    filters: 4,
    batchSize: 8,
    epochs: 3,
    seed: 4,
    threads: 1,
  }) as const;
const bytes = (run: string, file: string) => readFileSync(join(run, file));

test('a run of a DCGAN is loaded, drawn from and continued', async () => {
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  const { generator, discriminator, settings } = await trainGan({ ...options(), out: whole }).result;
  expect([generator, discriminator]).toEqual([expect.any(DcganGenerator), expect.any(DcganDiscriminator)]);
  expect(settings).toMatchObject({ net: 'dcgan', filters: 4, lr: 1e-3, beta1: 0, height: 16, width: 16 });

  const loaded = loadGenerator(whole);
  const samples = loaded.generator.sampleSync({ count: 5, seed: 1 });
  expect(samples.length).toBe(5 * 256);
  expect(generator.sampleSync({ count: 5, seed: 1 })).toEqual(samples); // in evaluation mode, though it has trained
  expect(await generator.sample({ count: 5, seed: 1 })).toEqual(samples); // also in another thread
  expect(loadDiscriminator(whole).dataDim).toBe(256);

  const controller = new AbortController();
  const onProgress = ({ epoch }: { epoch: number }) => epoch === 1 && controller.abort();
  const stopped = trainGan({ ...options(), out: parts, signal: controller.signal, onProgress });
  await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
  await trainGan({ resume: parts, threads: 1 }).result;
  for (const file of ['checkpoint.safetensors', 'model.safetensors', 'samples/epoch-0002.png']) {
    expect([file, bytes(parts, file).equals(bytes(whole, file))]).toEqual([file, true]);
  }
});

test('a worker trains it to the same weights', async () => {
  const here = await trainGan(options()).result;
  const there = await trainGan({ ...options(), worker: true }).result;
  const drawn = [here, there].map(({ generator }) => generator.sampleSync({ count: 2 }));
  expect(drawn[1]).toEqual(drawn[0]);
  expect(there.discriminator).toBeInstanceOf(DcganDiscriminator);
});

test('R1 makes the discriminator less steep', async () => {
  const slopeOf = async (r1Gamma: number) => {
    const { discriminator } = await trainGan({ ...options(), epochs: 10, r1Gamma }).result;
    const real = pixelsToData(tensor(readIdx(options().data, 3).data, { shape: [24, 256] })).requiresGrad_();
    const [slope] = grad(discriminator.eval().logits(real).sum(), [real]);
    return slope.norm().item();
  };
  expect(await slopeOf(10)).toBeLessThan(0.5 * (await slopeOf(0)));
});

test('an image does not depend on how many are drawn', async () => {
  const generator = new DcganGenerator({ resolution: 28, channels: 1, filters: 8 });
  const all = generator.sampleSync({ count: 70, seed: 3 });
  for (const count of [1, 2, 7, 64]) {
    expect(generator.sampleSync({ count, seed: 3 })).toEqual(all.subarray(0, count * 784));
  }
});

test('drawing does not change the statistics of a training', async () => {
  const generator = new DcganGenerator({ resolution: 16, channels: 1, filters: 2 });
  const before = generator.stateDict()['main.1.running_mean']!.clone();
  generator.sampleSync({ count: 8 });
  expect(generator.stateDict()['main.1.running_mean']!.equal(before)).toBe(true);
  expect([generator.training, generator.main.training]).toEqual([true, true]);
});

test.each([
  [20, 16],
  [18, 18],
])('images of %i x %i pixels are refused before training', async (height, width) => {
  const out = join(folder(), 'run');
  await expect(trainGan({ ...options(), data: barsFile(folder(), height, width), out }).result).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: `net: "dcgan" requires square images whose sides have 4 to 7 times a power of two, such as 28, 32 or 64 pixels, but these are ${width} x ${height}: set resolution.`,
  });
});

test("the article's preset has the article's nets", () => {
  expect(() => trainGan({ data: 'noise', net: 'dcgan' })).toThrow('preset: "article" requires net: "mlp"');
});
