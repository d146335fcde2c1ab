/**
 * Compares warm-ups of the moving average of the generator's weights, for short trainings and small sets:
 * `npx tsx scripts/study/study-average.ts [--seeds 0,1,2] [--data mnist]`, `--data` also a folder of IDX files.
 * README.md beside this file has the results.
 */
import { parseArgs } from 'node:util';
import { DataLoader } from '../../src/data/data-loader';
import { type ImageSet, pixelsToData, readImages, samplesToImages } from '../../src/data/images';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { Adam } from '../../src/nn/adam';
import { noGrad } from '../../src/tensor/autograd';
import { tensor } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { ganLoss } from '../../src/training/gan-loss';
import { resolveGanSettings } from '../../src/training/gan-settings';
import { ganStep } from '../../src/training/gan-step';
import { formatNumber, formatTable } from '../bench/table';
import { digitJudge, type Judge } from './frechet-judge';

/** By name: the decay of the update after `n` others. The first one copies the weights. */
const DECAYS: Record<string, (n: number) => number> = {
  none: () => 0,
  constant: () => 0.999,
  'torch-ema': (n) => Math.min(0.999, (1 + n) / (10 + n)),
  StyleGAN2: (n) => Math.min(0.999, 0.5 ** (1 / (0.05 * n))), // half-life of 5 % of the steps so far
  'n² / (n² + 500²)': (n) => Math.min(0.999, n ** 2 / (n ** 2 + 500 ** 2)),
  'n³ / (n³ + 600³)': (n) => Math.min(0.999, n ** 3 / (n ** 3 + 600 ** 3)),
};

const CASES = [
  { images: 300, epochs: 1 },
  { images: 300, epochs: 200 },
  { images: 4000, epochs: 8 },
  { images: 60_000, epochs: 1 },
  { images: 60_000, epochs: 5 },
];

const NUM_DRAWN = 2000;
const settings = resolveGanSettings({ data: 'mnist' }); // the recommended ones

/** Trains once, which no average changes, and returns the generators' Fréchet distances by the average's name. */
function train(real: ImageSet, { images, epochs }: (typeof CASES)[0], seed: number, distance: Judge): number[] {
  manualSeed(seed);
  const { hidden: hiddenDim, lr, beta1, batchSize, noiseDim, clipNorm, r1Gamma, output } = settings;
  const area = real.height * real.width;
  const pixels = tensor(real.images.subarray(0, images * area), { shape: [images, area] });
  const loader = new DataLoader(pixels, { batchSize, shuffle: true, dropLast: true, transform: pixelsToData });
  const generator = new Generator({ hiddenDim, dataDim: area });
  const discriminator = new Discriminator({ hiddenDim, dataDim: area });
  const averages = Object.values(DECAYS).map((decay) => ({ decay, net: new Generator({ hiddenDim, dataDim: area }) }));
  const adam = (net: Generator | Discriminator) => new Adam(net.parameters(), { lr, betas: [beta1, 0.999] });
  const players = { generator, discriminator, optimizerG: adam(generator), optimizerD: adam(discriminator) };
  const options = { loss: ganLoss(settings, 'cpu'), output, clipNorm, r1Gamma };
  for (let epoch = 0, n = 0; epoch < epochs; epoch++) {
    for (const batch of loader) {
      scope(() => {
        ganStep(players, options, batch, randn([batchSize, noiseDim]));
        noGrad(() => averages.forEach(({ decay, net }) => void follow(net, generator, n === 0 ? 0 : decay(n))));
      });
      batch.dispose();
      n++;
    }
  }
  const { height, width } = real;
  return averages.map(({ net }) => distance(samplesToImages(net.sampleSync({ count: NUM_DRAWN }), { height, width })));
}

function follow(average: Generator, current: Generator, decay: number): void {
  average.parameters().forEach((weights, index) => void weights.lerp_(current.parameters()[index]!, 1 - decay));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '0,1,2' }, data: { type: 'string', default: 'mnist' } },
  });
  setNumThreads(1);
  const real = await readImages(values.data);
  const distance = digitJudge(real);
  const rows = CASES.map((trained) => {
    const bySeed = values.seeds.split(',').map((seed) => scope(() => train(real, trained, Number(seed), distance)));
    const cells = Object.keys(DECAYS).map((_, index) => bySeed.map((distances) => formatNumber(distances[index]!)));
    const steps = trained.epochs * Math.floor(trained.images / settings.batchSize);
    const row = [`${trained.images}`, `${trained.epochs}`, `${steps}`, ...cells.map((each) => each.join(' / '))];
    console.error(row.join(' | '));
    return row;
  });
  console.log(formatTable(['images', 'epochs', 'steps', ...Object.keys(DECAYS)], rows));
}

main();
