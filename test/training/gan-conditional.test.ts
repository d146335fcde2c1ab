import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { readImages } from '../../src/data/images';
import { evaluateImages } from '../../src/evaluation/evaluate-images';
import { ConditionalGenerator } from '../../src/models/conditional-generator';
import { ProjectionDiscriminator } from '../../src/models/projection-discriminator';
import { closeInference } from '../../src/pool/inference';
import { writeSafetensors } from '../../src/tensor/safetensors';
import { drawImagesSync } from '../../src/training/draw-images';
import type { TrainGanOptions } from '../../src/training/gan-options';
import { loadDiscriminator, loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf, rejectionOf } from '../error-of';
import { writeHalves as writePictures } from './halves';

const folder = useTemporaryFolder();
afterAll(closeInference);
const at = (name: string) => join(folder(), name);
const bytes = (run: string, file: string) => readFileSync(join(run, file));

const writeHalves = (halves?: readonly string[], name?: string, side?: number) =>
  writePictures(folder(), { halves, name, side });

const OPTIONS = { conditional: true, batchSize: 12, hidden: 32, filters: 4, threads: 1, seed: 2 } satisfies TrainGanOptions; // biome-ignore format: one line
const quiet = { onWarning: () => {} };

test('it draws the class that is asked for', async () => {
  const data = writeHalves();
  const { generator, settings } = await trainGan({ ...OPTIONS, ...quiet, data, epochs: 60 }).result;
  expect(settings).toMatchObject({ conditional: true, classes: ['left', 'right', 'top'], noiseDim: 100 });
  const mean = (values: Uint8Array) => values.reduce((sum, level) => sum + level, 0) / values.length;
  for (const [number, isBright] of [
    (at: number) => at % 16 < 8,
    (at: number) => at % 16 >= 8,
    (at: number) => at < 128,
  ].entries()) {
    const { images } = drawImagesSync(generator, { count: 10, height: 16, width: 16, class: number });
    const bright = mean(images.filter((_, pixel) => isBright(pixel % 256)));
    const dark = mean(images.filter((_, pixel) => !isBright(pixel % 256)));
    expect(bright - dark).toBeGreaterThan(100);
  }
  const all = drawImagesSync(generator, { count: 90, height: 16, width: 16 });
  const real = await readImages(data, { labels: true });
  const twice = (set: typeof real) => ({
    ...set,
    images: Buffer.concat([set.images, set.images]),
    labels: Int32Array.from([...set.labels!, ...set.labels!]),
    count: 2 * set.count,
  });
  const { classes, problems } = await evaluateImages(all, twice(real));
  expect(classes).toMatchObject({ classes: ['left', 'right', 'top'], real: 1 });
  expect(classes!.generated).toBeGreaterThan(0.9);
  expect(classes!.byClass).toHaveLength(3);
  const shifted = { ...all, labels: all.labels!.map((label) => (label + 1) % 3) };
  const wrong = await evaluateImages(shifted, twice(real));
  expect(wrong.classes!.generated).toBeLessThan(0.1);
  expect(wrong.problems).toContainEqual(expect.stringMatching(/^only \d.* % of the samples are of the class asked for, and 100.0 % of real images$/)); // biome-ignore format: one line
  expect(problems.join()).not.toContain('class');
});

test.each(['mlp', 'dcgan', 'resnet'] as const)('a run of %s is loaded, drawn from and continued', async (net) => {
  const data = writeHalves(['left', 'right'], 'two', net === 'resnet' ? 32 : 16);
  const options = { ...OPTIONS, ...quiet, net, data, epochs: 3, augment: ['translation'], mirror: true } satisfies TrainGanOptions; // biome-ignore format: one line
  const [whole, parts] = [at('whole'), at('parts')];
  const { generator, discriminator } = await trainGan({ ...options, out: whole }).result;
  expect([generator, discriminator]).toEqual([expect.any(ConditionalGenerator), expect.any(ProjectionDiscriminator)]);
  const loaded = loadGenerator(whole);
  const drawn = loaded.generator.sampleSync({ count: 5, seed: 1 });
  expect(generator.sampleSync({ count: 5, seed: 1 })).toEqual(drawn);
  expect(await generator.sample({ count: 5, seed: 1 })).toEqual(drawn);
  expect(loadDiscriminator(whole)).toBeInstanceOf(ProjectionDiscriminator);

  const controller = new AbortController();
  const onProgress = ({ epoch }: { epoch: number }) => epoch === 1 && controller.abort();
  const stopped = trainGan({ ...options, out: parts, signal: controller.signal, onProgress });
  await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
  await trainGan({ resume: parts, threads: 1, ...quiet }).result;
  for (const file of ['checkpoint.safetensors', 'model.safetensors', 'samples/epoch-0002.png']) {
    expect([file, bytes(parts, file).equals(bytes(whole, file))]).toEqual([file, true]);
  }
  const there = await trainGan({ ...options, worker: true }).result;
  expect(there.generator.sampleSync({ count: 5, seed: 1 })).toEqual(drawn);
});

test('each class has a column in the grids', async () => {
  await trainGan({ ...OPTIONS, ...quiet, data: writeHalves(), epochs: 1, out: at('run') }).result;
  expect(PNG.sync.read(bytes(at('run'), 'samples/epoch-0000.png'))).toMatchObject({ width: 2 * (2 + 3 * 18) });
});

test.each(['hinge', 'wgan-gp', 'least-squares'] as const)('the loss %s, with R1', async (loss) => {
  const run = trainGan({ ...OPTIONS, ...quiet, data: writeHalves(), epochs: 1, loss, realLabel: 1, r1Gamma: 1 });
  expect(Object.values(await (await run.result).generator.stateDict()).length).toBe(5);
});

test.each<[string, () => void, RegExp]>([
  [
    'pictures',
    () => writeFileSync(at('halves/top/3.png'), bytes(at('halves'), 'left/3.png')),
    /halves has changed since/,
  ],
  ['classes', () => renameSync(at('halves/right'), at('halves/a')), /halves has changed since|have changed since/],
  [
    'names',
    () => renameSync(at('halves/top'), at('halves/up')),
    /^The classes in .*halves have changed since the run began: they were left, right, top, and are left, right, up\. Restore them\.$/,
  ],
])('other %s end a run that goes on', async (_, change, message) => {
  const data = writeHalves();
  const controller = new AbortController();
  const onProgress = ({ epoch }: { epoch: number }) => epoch === 1 && controller.abort();
  await rejectionOf(trainGan({ ...OPTIONS, ...quiet, data, epochs: 3, out: at('run'), signal: controller.signal, onProgress }).result); // biome-ignore format: one line
  change();
  const error = await rejectionOf(trainGan({ resume: at('run') }).result);
  expect(error).toMatchObject({ code: 'ERR_CHECKPOINT', message: expect.stringMatching(message) });
});

describe('it starts from another run', () => {
  const first = async () => {
    await trainGan({ ...OPTIONS, ...quiet, data: writeHalves(), epochs: 1, out: at('first') }).result;
    return at('first');
  };

  test('of the same classes', async () => {
    const init = await first();
    const { generator } = await trainGan({ ...OPTIONS, ...quiet, lr: 1e-30, data: at('halves'), epochs: 1, init })
      .result;
    expect(generator.sampleSync({ count: 3 })).toEqual(loadGenerator(init).generator.sampleSync({ count: 3 }));
    const weights = at('weights.safetensors');
    writeSafetensors(weights, generator.stateDict());
    await trainGan({ ...OPTIONS, ...quiet, data: at('halves'), epochs: 1, init: weights }).result;
  });

  test('not of others, nor from one without', async () => {
    const init = await first();
    const other = { ...OPTIONS, ...quiet, epochs: 1, init, data: writeHalves(['left', 'top'], 'other') };
    const message = `Cannot start from ${init}: it has learned the classes left, right, top, but these images have left, top.`;
    expect((await rejectionOf(trainGan(other).result)).message).toBe(message);
    expect((await rejectionOf(trainGan({ ...other, conditional: false }).result)).message).toMatch(
      /it was trained with conditional: true, which has to be set here too/,
    );
  });
});

test('noise has no classes', () => {
  expect(errorOf(() => trainGan({ data: 'noise', conditional: true })).message).toBe(
    'data: "noise" requires conditional: false.',
  );
});
