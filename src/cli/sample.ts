import type { Command } from 'commander';
import { checkMemory } from '../check-memory';
import { writeFileAtomic } from '../files';
import { type OptionTable, path, wholeNumber, withDefaults } from '../option';
import { checkPngPath } from '../report/png';
import { drawGridSync } from '../training/draw-images';
import { loadGenerator } from '../training/load-run';
import { addExamples, addFlags } from './flags';

interface SampleFlags {
  count?: number;
  seed?: number;
  out?: string;
}

const FLAGS = {
  count: { ...wholeNumber({ min: 1 }), default: 64, help: 'draw n images; one alone is not framed' },
  seed: { ...wholeNumber(), default: 0, help: 'seed the random numbers; the same seed draws the same first images' },
  out: { ...path('file'), check: checkPngPath, default: 'grid.png', help: 'write this PNG file' },
} satisfies OptionTable<SampleFlags>;

export function addSampleCommand(program: Command): void {
  const command = program.command('sample').description('draw images from a trained GAN');
  addExamples(command, 'sample runs/digits --count 100 --out grid.png');
  addFlags<SampleFlags>(command.argument('<run>', 'the run folder'), FLAGS).action(run);
}

function run(runFolder: string, flags: SampleFlags): void {
  const { count, seed, out } = withDefaults<SampleFlags, typeof FLAGS>(flags, FLAGS);
  const { generator, settings } = loadGenerator(runFolder);
  checkMemory('count', count, count * (settings.noiseDim + generator.dataDim) * Float32Array.BYTES_PER_ELEMENT);
  const { height, width } = settings;
  writeFileAtomic(out, drawGridSync(generator, { count, height, width, seed }));
  console.error(count === 1 ? `The image is in ${out}` : `${count} images are in ${out}`);
}
