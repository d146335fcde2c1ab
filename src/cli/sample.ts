import type { Command } from 'commander';
import { checkMemory } from '../check-memory';
import { type OptionTable, path, wholeNumber, withDefaults } from '../option';
import { writeGrid } from '../report/png';
import { RandomGenerator, randn } from '../tensor/random';
import { drawSamples } from '../training/draw-images';
import { loadGenerator } from '../training/load-run';
import { addFlags } from './flags';

interface SampleFlags {
  count?: number;
  seed?: number;
  out?: string;
}

const FLAGS = {
  count: { ...wholeNumber({ min: 1 }), default: 64, help: 'images in the grid' },
  seed: { ...wholeNumber(), default: 0, help: 'the same seed draws the same images' },
  out: { ...path('file'), default: 'grid.png', help: 'the PNG file to write' },
} satisfies OptionTable<SampleFlags>;

export function addSampleCommand(program: Command): void {
  const command = program.command('sample').description('draw images from a trained GAN');
  addFlags<SampleFlags>(command.argument('<run>', 'its run folder'), FLAGS).action(run);
}

function run(runFolder: string, flags: SampleFlags): void {
  const { count, seed, out } = withDefaults<SampleFlags, typeof FLAGS>(flags, FLAGS);
  const { generator, settings } = loadGenerator(runFolder);
  checkMemory('count', count, count * (settings.noiseDim + generator.dataDim) * Float32Array.BYTES_PER_ELEMENT);
  const noise = randn([count, settings.noiseDim], { generator: new RandomGenerator(seed) });
  writeGrid(out, drawSamples(generator, noise), { height: settings.height, width: settings.width });
  console.error(`${count} images are in ${out}`);
}
