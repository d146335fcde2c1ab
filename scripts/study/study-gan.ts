/**
 * Trains the GAN on MNIST with several settings and seeds, and compares what it draws:
 * `npx tsx scripts/study/study-gan.ts [--epochs 20] [--seeds 0,1,2] [--grids DIR] ['averaged, lr 2e-3' ...]`.
 * README.md beside this file has the results.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readImages, readTestImages } from '../../src/data/images';
import { evaluateImages, type ImageEvaluation } from '../../src/evaluation/evaluate-images';
import { writeGrid } from '../../src/report/png';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { drawImagesSync, drawSamples } from '../../src/training/draw-images';
import type { TrainGanOptions } from '../../src/training/gan-options';
import { trainGan } from '../../src/training/train-gan';
import { formatNumber, formatTable } from '../bench/table';
import { VARIANTS } from './variants';

interface Outcome extends ImageEvaluation {
  seed: number;
  secondsPerEpoch: number;
}

const NUM_DRAWN = 10_000;
/** One thread, so that the numbers are the same wherever the study runs, and other work beside it slows it less. */
const THREADS = 1;

function readOptions() {
  const { values, positionals } = parseArgs({
    options: {
      epochs: { type: 'string', default: '20' },
      seeds: { type: 'string', default: '0,1,2' },
      grids: { type: 'string' },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !(name in VARIANTS));
  if (unknown !== undefined) throw new Error(`No variant is called ${unknown}; there are ${Object.keys(VARIANTS)}`);
  const names = positionals.length > 0 ? positionals : Object.keys(VARIANTS);
  return { names, epochs: Number(values.epochs), seeds: values.seeds.split(',').map(Number), grids: values.grids };
}

async function runVariant(options: TrainGanOptions, grid: string | undefined): Promise<Outcome> {
  const run = trainGan(options);
  let seconds = 0;
  for await (const record of run) seconds += record.seconds;
  const { generator, discriminator, settings } = await run.result;
  const { channels, height, width } = settings;
  if (grid) {
    const noise = randn([100, settings.noiseDim], { generator: new RandomGenerator(1) });
    writeGrid(grid, drawSamples(generator, noise), { channels, height, width });
  }
  const drawn = drawImagesSync(generator, { count: NUM_DRAWN, height, width });
  const heldOut = await readTestImages('mnist', { labels: true });
  const evaluation = await evaluateImages(drawn, await readImages('mnist', { labels: true }), { heldOut });
  generator.dispose();
  discriminator.dispose();
  return { ...evaluation, seed: settings.seed, secondsPerEpoch: seconds / settings.epochs };
}

const HEADER = ['variant', 'Fréchet', 'of pixel noise', 'precision', 'recall', 'rarest digit', 'missing', 'of their class', 's an epoch']; // biome-ignore format: one line

/** Over the seeds the mean, and in brackets the extremes. */
function tableRow(name: string, outcomes: Outcome[]): string[] {
  const [own, , noise] = [0, 1, 2].map((row) => outcomes.map(({ rows }) => rows[row]!));
  const frechets = own!.map(({ frechet }) => frechet);
  const rarest = outcomes.map(({ digits }) => Math.min(...digits!.generated) / NUM_DRAWN);
  const missing = new Set(outcomes.flatMap(({ digits }) => digits!.missing));
  return [
    name,
    `${formatNumber(mean(frechets))} (${formatNumber(Math.min(...frechets))} to ${formatNumber(Math.max(...frechets))})`,
    percent(mean(frechets) / mean(noise!.map(({ frechet }) => frechet))),
    percent(mean(own!.map(({ precision }) => precision))),
    percent(mean(own!.map(({ recall }) => recall))),
    percent(Math.min(...rarest)),
    missing.size > 0 ? [...missing].sort().join(' ') : 'none',
    outcomes[0]!.classes ? percent(mean(outcomes.map(({ classes }) => classes!.generated))) : '–',
    mean(outcomes.map(({ secondsPerEpoch }) => secondsPerEpoch)).toFixed(1),
  ];
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b) / values.length;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

async function main(): Promise<void> {
  const { names, epochs, seeds, grids } = readOptions();
  if (grids) mkdirSync(grids, { recursive: true });
  const rows: string[][] = [];
  for (const name of names) {
    const outcomes: Outcome[] = [];
    for (const seed of seeds) {
      const grid = grids && join(grids, `${name.replace(/\W+/g, '-')}-${seed}.png`);
      outcomes.push(await runVariant({ data: 'mnist', threads: THREADS, epochs, seed, ...VARIANTS[name] }, grid));
    }
    rows.push(tableRow(name, outcomes));
    console.error(rows.at(-1)!.join(' | '));
  }
  console.log(formatTable(HEADER, rows));
}

main();
