import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainGan } from '../../src/training/train-gan';
import { runCli, useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

/** Images of 2 × 2 pixels as an IDX file. */
function writeImages(count: number): string {
  const path = join(folder(), `${count}.idx`);
  const header = Buffer.from([0, 0, 8, 3, 0, 0, count >> 8, count & 255, 0, 0, 0, 2, 0, 0, 0, 2]);
  writeFileSync(path, Buffer.concat([header, Buffer.from(Array.from({ length: 4 * count }, (_, i) => (i * i) % 251))]));
  return path;
}

const small = { hidden: 1, threads: 1, onWarning: () => {} };

test('a small set is trained for as many epochs as make 4,000 steps, unless told otherwise', async () => {
  const data = writeImages(100);
  const { settings } = await trainGan({ ...small, data, batchSize: 7 }).result; // 14 batches
  expect(settings).toMatchObject({ epochs: Math.ceil(4000 / 14), batchSize: 7 });
  expect((await trainGan({ ...small, data, batchSize: 7, epochs: 3 }).result).settings.epochs).toBe(3);
  expect((await trainGan({ ...small, data, preset: 'article' }).result).settings).toMatchObject({
    epochs: 20,
    augment: [],
  });
});

test('a small set is shown moved, unless told otherwise', async () => {
  const augment = async (count: number, options = {}) =>
    (await trainGan({ ...small, ...options, data: writeImages(count), epochs: 1 }).result).settings.augment;
  expect(await augment(100)).toEqual(['translation']);
  expect(await augment(255, { augment: ['none'] })).toEqual([]);
  expect(await augment(255, { augment: ['cutout', 'color'] })).toEqual(['cutout', 'color']);
  expect(await augment(1999)).toEqual(['translation']);
  expect(await augment(2000)).toEqual([]);
});

test('of many epochs some are shown: about a hundred pictures and lines', async () => {
  const run = join(folder(), 'run');
  const args = ['train', 'gan', '--data', writeImages(100), '--hidden', '1', '--batch-size', '10', '--out', run];
  const { status, stdout } = await runCli(args);
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(101); // every fourth of 400 epochs, and the last
  expect([lines[0], lines[1], lines.at(-1)].map((line) => line!.split(',')[0])).toEqual([
    'Epoch [0/400]',
    'Epoch [4/400]',
    'Epoch [399/400]',
  ]);
  const pictures = readdirSync(join(run, 'samples'));
  expect([pictures.length, pictures[1], pictures.at(-1)]).toEqual([101, 'epoch-0004.png', 'epoch-0399.png']);
});
