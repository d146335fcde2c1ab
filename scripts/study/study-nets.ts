/**
 * Compares the kinds of nets on several data sets, for the same computing time each:
 * `npx tsx scripts/study/study-nets.ts [--data mnist,FOLDER] [--resolution 32] [--nets mlp,dcgan16] [--minutes 3]
 * [--seeds 0,1,2] [--grids FOLDER]`. A net's name may be followed by other options, such as `dcgan16:conditional:beta1=0`.
 * README.md beside this file has the results.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImageSet, readImages } from '../../src/data/images';
import { writeGrid } from '../../src/report/png';
import { drawImagesSync } from '../../src/training/draw-images';
import type { TrainGanOptions } from '../../src/training/gan-options';
import { loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { formatNumber, formatTable } from '../bench/table';
import { digitJudge, randomJudge } from './frechet-judge';

/** As many as in the studies of the settings. */
const NUM_DRAWN = 10_000;
/** More than any training here has time for. */
const EPOCHS = 100_000;

interface Trained {
  drawn: ImageSet;
  epochs: number;
}

/** Trains on one thread until it has used as much of the processor's time, so that other programs don't matter. */
async function train(options: TrainGanOptions, minutes: number, grid?: string): Promise<Trained> {
  const out = mkdtempSync(join(tmpdir(), 'study-'));
  const controller = new AbortController();
  const start = process.cpuUsage();
  const onProgress = () => {
    const { user, system } = process.cpuUsage(start);
    if ((user + system) / 6e7 >= minutes) controller.abort();
  };
  const common = { epochs: EPOCHS, threads: 1, onWarning: () => {}, signal: controller.signal, onProgress };
  let epochs = 0;
  try {
    for await (const _ of trainGan({ ...options, ...common, out: join(out, 'run') })) epochs++;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
  const { generator, settings } = loadGenerator(join(out, 'run'));
  const { channels, height, width } = settings;
  const drawn = drawImagesSync(generator, { count: NUM_DRAWN, height, width });
  if (grid) writeGrid(grid, generator.sampleSync({ count: 64 }), { channels, height, width, scale: 2 });
  generator.dispose();
  rmSync(out, { recursive: true });
  return { drawn, epochs };
}

function optionsOf(text: string): TrainGanOptions {
  const [name = '', ...others] = text.split(':');
  const [, net, size] = /^([a-z]+)(\d*)$/.exec(name) ?? [];
  const sizes = size ? { [net === 'mlp' ? 'hidden' : 'filters']: Number(size) } : {};
  const given = others.map((other) => {
    const [option, value] = other.split('=');
    return [option, value === undefined ? true : Number.isNaN(Number(value)) ? value : Number(value)];
  });
  return { net: net as TrainGanOptions['net'], ...sizes, ...Object.fromEntries(given) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: 'mnist' },
      resolution: { type: 'string' },
      nets: { type: 'string', default: 'mlp,dcgan16,dcgan32' },
      minutes: { type: 'string', default: '3' },
      seeds: { type: 'string', default: '0,1,2' },
      grids: { type: 'string' },
    },
  });
  const resolution = values.resolution === undefined ? undefined : Number(values.resolution);
  const nets = values.nets.split(',');
  const rows: string[][] = [];
  for (const data of values.data.split(',')) {
    const real = await readImages(data, { resolution });
    const distance = real.channels === 1 ? digitJudge(real) : await randomJudge(real);
    const cells: string[] = [];
    for (const net of nets) {
      const distances: string[] = [];
      let epochs = 0;
      for (const seed of values.seeds.split(',').map(Number)) {
        const grid = values.grids && join(values.grids, `${basename(data)}-${net}-${seed}.png`);
        const options = { data, resolution, seed, ...optionsOf(net) };
        const trained = await train(options, Number(values.minutes), grid);
        distances.push(formatNumber(await distance(trained.drawn)));
        epochs = trained.epochs;
      }
      cells.push(`${distances.join(' / ')} (${epochs} epochs)`);
      console.error(data, net, cells.at(-1));
    }
    rows.push([basename(data), ...cells]);
  }
  console.log(formatTable(['data', ...nets], rows));
}

main();
