/**
 * Compares ways to change what the discriminator sees, on small sets:
 * `npx tsx scripts/study/study-augment.ts [--ways none,translation] [--images 300,1000,2000] [--steps 4000] [--seeds 0,1,2]
 * [--data mnist] [--net mlp]`; several ways at once are `translation+cutout`.
 * README.md beside this file has the results.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImageSet, readImages } from '../../src/data/images';
import type { Augmentation } from '../../src/nn/diff-augment';
import { drawImagesSync } from '../../src/training/draw-images';
import type { GanNet } from '../../src/training/gan-options';
import { trainGan } from '../../src/training/train-gan';
import { formatNumber, formatTable } from '../bench/table';
import { digitJudge, type Judge } from './frechet-judge';

const NUM_DRAWN = 2000;
const BATCH_SIZE = 128;

interface Case {
  data: string;
  numImages: number;
  numSteps: number;
  seed: number;
  net: GanNet;
  augment: (Augmentation | 'none')[];
}

/** Trains and returns the distance of the samples from all real images, also those that it was not trained on. */
async function train({ numImages, numSteps, ...options }: Case, distance: Judge): Promise<number> {
  const epochs = Math.ceil(numSteps / Math.max(1, Math.floor(numImages / BATCH_SIZE)));
  const run = trainGan({ ...options, epochs, batchSize: BATCH_SIZE, threads: 1, onWarning: () => {} });
  const { generator, discriminator, settings } = await run.result;
  const { height, width } = settings;
  const drawn = drawImagesSync(generator, { count: NUM_DRAWN, height, width });
  generator.dispose();
  discriminator.dispose();
  return distance(drawn);
}

/** Writes the first images as an IDX file, and returns its path. */
function writeFirst({ images, height, width }: ImageSet, count: number, folder: string): string {
  const path = join(folder, `${count}.idx`);
  const sizes = [count, height, width].flatMap((size) => [0, 0, size >> 8, size & 255]);
  writeFileSync(path, Buffer.from([0, 0, 8, 3, ...sizes, ...images.subarray(0, count * height * width)]));
  return path;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ways: { type: 'string', default: 'none,translation' },
      images: { type: 'string', default: '300,1000,2000' },
      steps: { type: 'string', default: '4000' },
      seeds: { type: 'string', default: '0,1,2' },
      data: { type: 'string', default: 'mnist' },
      net: { type: 'string', default: 'mlp' },
    },
  });
  const ways = values.ways.split(',');
  const numbers = (text: string) => text.split(',').map(Number);
  const real = await readImages(values.data);
  const distance = digitJudge(real);
  const folder = mkdtempSync(join(tmpdir(), 'study-'));
  const common = { numSteps: Number(values.steps), net: values.net as GanNet };
  const rows: string[][] = [];
  for (const numImages of numbers(values.images)) {
    const data = writeFirst(real, numImages, folder);
    const cells: string[] = [];
    for (const way of ways) {
      const augment = way.split('+') as Case['augment'];
      const distances: number[] = [];
      for (const seed of numbers(values.seeds)) {
        distances.push(await train({ ...common, data, numImages, seed, augment }, distance));
      }
      cells.push(distances.map(formatNumber).join(' / '));
      console.error(numImages, way, cells.at(-1));
    }
    rows.push([`${numImages}`, ...cells]);
  }
  rmSync(folder, { recursive: true });
  console.log(formatTable(['images', ...ways], rows));
}

main();
