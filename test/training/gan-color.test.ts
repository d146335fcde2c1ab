import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { drawGrid, drawImages } from '../../src/training/draw-images';
import type { TrainGanOptions } from '../../src/training/gan-options';
import { loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import type { WorkProgress } from '../../src/work';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

/** Red and blue pictures of several sizes and kinds in two folders, with a damaged one and a text. */
async function writePhotos(): Promise<string> {
  const photos = join(folder(), 'photos');
  for (const [index, name] of ['red', 'blue'].entries()) {
    mkdirSync(join(photos, name), { recursive: true });
    for (let number = 0; number < 20; number++) {
      const background = index === 0 ? { r: 200 + number, g: 10, b: 20 } : { r: 10, g: 20, b: 200 + number };
      const picture = sharp({ create: { width: 24 + number, height: 20, channels: 3, background } });
      const kind = number % 2 === 0 ? 'jpeg' : 'png';
      await picture.toFormat(kind).toFile(join(photos, name, `${number}.${kind}`));
    }
  }
  writeFileSync(join(photos, 'red', 'broken.jpg'), 'no picture');
  writeFileSync(join(photos, 'readme.txt'), 'two colors');
  return photos;
}

const OPTIONS: TrainGanOptions = { resolution: 16, batchSize: 8, hidden: 32, filters: 4, epochs: 3, threads: 1 };
const bytes = (run: string, file: string) => readFileSync(join(run, file));

test.each(['mlp', 'dcgan'] as const)('a folder of photos trains %s in color', async (net) => {
  const [data, out] = [await writePhotos(), join(folder(), 'run')];
  const warnings: string[] = [];
  await trainGan({ ...OPTIONS, net, data, out, onWarning: (message) => warnings.push(message) }).result;
  const images = '40 images, 16 × 16, RGB, 2 skipped: 1 .txt, 1 damaged (red/broken.jpg)';
  expect(warnings[0]).toBe(`${data}: ${images}`);
  const config = JSON.parse(bytes(out, 'config.json').toString());
  expect(config).toMatchObject({
    images,
    settings: { channels: 3, height: 16, width: 16, resolution: 16, color: 'auto' },
  });
  expect(PNG.sync.read(bytes(out, 'samples/epoch-0002.png'))).toMatchObject({ width: 2 * (2 + 8 * 18), color: true });

  const { generator, settings } = loadGenerator(out);
  const { count, channels, images: drawn } = await drawImages(generator, { count: 5, ...sizeOf(settings), seed: 3 });
  expect([count, channels, drawn.length]).toEqual([5, 3, 5 * 3 * 256]);
  const picture = PNG.sync.read(Buffer.from(await drawGrid(generator, { count: 1, ...sizeOf(settings), seed: 3 })));
  expect(picture).toMatchObject({ width: 16, height: 16, color: true });
  for (let pixel = 0; pixel < 256; pixel++) {
    const planes = [0, 1, 2].map((channel) => drawn[channel * 256 + pixel]!);
    expect([...picture.data.subarray(4 * pixel, 4 * pixel + 4)]).toEqual([...planes, 255]);
  }
});

const sizeOf = ({ height, width }: { height: number; width: number }) => ({ height, width });

test('it learns the colors', async () => {
  const data = await writePhotos();
  const quiet = { onWarning: () => {} };
  const { generator, settings } = await trainGan({ ...OPTIONS, ...quiet, data, epochs: 60, hidden: 64 }).result;
  const { images } = await drawImages(generator, { count: 40, ...sizeOf(settings) });
  const mean = (image: number, channel: number) => {
    const start = (3 * image + channel) * 256;
    return images.subarray(start, start + 256).reduce((sum, level) => sum + level, 0) / 256;
  };
  for (let image = 0; image < 40; image++) {
    const [red, green, blue] = [0, 1, 2].map((channel) => mean(image, channel)) as [number, number, number];
    expect(green).toBeLessThan(80);
    expect(Math.max(red, blue)).toBeGreaterThan(120);
  }
});

test('with opacity, images have four channels', async () => {
  const photos = join(folder(), 'photos');
  mkdirSync(photos);
  for (let number = 0; number < 8; number++) {
    const background = { r: 10 * number, g: 0, b: 0, alpha: number / 8 };
    await sharp({ create: { width: 8, height: 8, channels: 4, background } }).toFile(join(photos, `${number}.png`));
  }
  const out = join(folder(), 'run');
  await trainGan({ data: photos, color: 'rgba', hidden: 8, epochs: 1, out, onWarning: () => {} }).result;
  const { generator, settings } = loadGenerator(out);
  expect(settings).toMatchObject({ channels: 4, color: 'rgba', height: 8 });
  const picture = await drawGrid(generator, { count: 4, ...sizeOf(settings) });
  expect(PNG.sync.read(Buffer.from(picture))).toMatchObject({ alpha: true, width: 44 });
});

test('mirrored, stopped and resumed, it sees the same images', async () => {
  const data = await writePhotos();
  const options = { ...OPTIONS, data, mirror: true, seed: 5, onWarning: () => {} };
  const [whole, parts, unmirrored] = ['whole', 'parts', 'unmirrored'].map((name) => join(folder(), name));
  await trainGan({ ...options, out: whole }).result;
  await trainGan({ ...options, out: unmirrored, mirror: false }).result;
  const stop = new AbortController();
  const onProgress = ({ epoch, batch }: { epoch: number; batch: number }) =>
    void (epoch === 1 && batch === 2 && stop.abort());
  await expect(trainGan({ ...options, out: parts, onProgress, signal: stop.signal }).result).rejects.toThrow();
  await trainGan({ resume: parts, threads: 1, onWarning: () => {} }).result;
  expect(bytes(parts!, 'model.safetensors').equals(bytes(whole!, 'model.safetensors'))).toBe(true);
  expect(bytes(unmirrored!, 'model.safetensors').equals(bytes(whole!, 'model.safetensors'))).toBe(false);
});

test('images of several sizes need a resolution, and a DCGAN one that fits it', async () => {
  const data = await writePhotos();
  const { resolution, ...others } = OPTIONS;
  await expect(trainGan({ ...others, data }).result).rejects.toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(/blue\/0\.jpeg, but .*1\.png has 25 x 20: bring all to one size with resolution$/),
  });
  await expect(trainGan({ ...others, data, net: 'dcgan', resolution: 18 }).result).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(/18 x 18: set resolution/),
  });
});

test.each([false, true])('reading tells how far it is, and can be stopped; in a worker: %s', async (worker) => {
  const [data, out] = [await writePhotos(), join(folder(), 'run')];
  const seen: WorkProgress[] = [];
  const onWork = (progress: WorkProgress) => void seen.push(progress);
  await trainGan({ ...OPTIONS, worker, epochs: 1, data, onWork, onWarning: () => {} }).result;
  expect(seen.at(-1)).toEqual({ task: 'read', done: 41, total: 41 });
  if (worker) return;
  expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  const stop = new AbortController();
  const stopAfter = ({ done }: WorkProgress) => void (done === 5 && stop.abort());
  const stopped = trainGan({ ...OPTIONS, data, out, onWork: stopAfter, signal: stop.signal }).result;
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect(existsSync(out)).toBe(false);
});

test.each<[TrainGanOptions, string]>([
  [{}, 'dcgan'],
  [{ net: 'mlp' }, 'mlp'],
  [{ hidden: 8 }, 'mlp'], // of its layers
  [{ color: 'gray' }, 'mlp'],
  [{ resolution: 18 }, 'mlp'], // no size of a DCGAN's
  [{ preset: 'article' }, 'mlp'],
])('in color, convolutions are the default: %j trains %s', async (options, net) => {
  const common = { resolution: 16, batchSize: 8, filters: 2, epochs: 1, threads: 1, onWarning: () => {} };
  const { settings } = await trainGan({ ...common, data: await writePhotos(), ...options }).result;
  expect(settings.net).toBe(net);
});
