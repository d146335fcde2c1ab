import type { Command } from 'commander';
import { writeGrid } from '../report/png';
import { RandomGenerator, randn } from '../tensor/random';
import { drawSamples } from '../training/draw-images';
import { loadGenerator } from '../training/load-run';
import { wholeNumber } from './flags';

export function addSampleCommand(program: Command): void {
  program
    .command('sample')
    .description('draw images from a trained GAN')
    .argument('<run>', 'its run folder')
    .option('--count <n>', 'images in the grid', wholeNumber(1), 64)
    .option('--seed <n>', 'the same seed draws the same images', wholeNumber(), 0)
    .option('--out <file>', 'the PNG file to write', 'grid.png')
    .action((run: string, { count, seed, out }: { count: number; seed: number; out: string }) => {
      const { generator, settings } = loadGenerator(run);
      const noise = randn([count, settings.noiseDim], { generator: new RandomGenerator(seed) });
      writeGrid(out, drawSamples(generator, noise), { height: settings.height, width: settings.width });
      console.error(`${count} images are in ${out}`);
    });
}
