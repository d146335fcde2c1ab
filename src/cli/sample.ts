import type { Command } from 'commander';
import { arrayOf, checkString } from '../check';
import { checkMemory } from '../check-memory';
import { type ImageSet, type ImageSize, valuesPerImage } from '../data/image-set';
import { samplesToImages } from '../data/images';
import { invalidArgument, worded } from '../errors';
import type { SampleGenerator } from '../models/sample-generator';
import { type OptionTable, path, positive, size, wholeNumber, withDefaults } from '../option';
import { classNumber } from '../training/classes';
import type { GanSettings } from '../training/gan-settings';
import { loadGenerator } from '../training/load-run';
import { addExamples, addFlags } from './flags';
import { placeOf, writeImages } from './sample-output';

interface SampleFlags {
  count?: number;
  seed?: number;
  truncation?: number;
  class?: string;
  between?: number[];
  steps?: number;
  columns?: number;
  out?: string;
}

const FLAGS = {
  count: { ...wholeNumber({ min: 1 }), default: 64, help: 'draw n images; one alone is not framed' },
  seed: { ...wholeNumber(), default: 0, help: 'seed the random numbers; the same seed draws the same first images' },
  truncation: { ...positive, default: 1, help: 'multiply the noise by x: below 1, images are more typical' },
  class: {
    check: checkString,
    placeholder: 'name',
    help: 'draw this class only, by its name or number',
    defaultHelp: 'all',
  },
  between: {
    ...wholeNumber(),
    check: arrayOf(wholeNumber().check),
    placeholder: 'seeds...',
    help: 'draw the images that lead from one seed to the next, as a strip or animated (.gif, .webp)',
    defaultHelp: 'no',
  },
  steps: { ...size, default: 10, help: 'draw n images from one seed of --between to the next' },
  columns: { ...size, help: 'put n images in a row', defaultHelp: 'a roughly square grid' },
  out: {
    ...path('file'),
    default: 'grid.png',
    help: 'write this PNG, JPEG, WebP, AVIF, TIFF or GIF file, or one PNG file an image to a folder, such as faces/',
  },
} satisfies OptionTable<SampleFlags>;

export function addSampleCommand(program: Command): void {
  const command = program.command('sample').description('draw images from a trained GAN');
  addExamples(
    command,
    'sample runs/digits --count 100 --out grid.png',
    'sample runs/faces --seed 3 --count 1 --truncation 0.8 --out face.jpg',
    'sample runs/digits --class 7 --count 10 --columns 10',
    'sample runs/faces --between 3 7 12 --steps 20 --out morph.webp',
  );
  addFlags<SampleFlags>(command.argument('<run>', 'the run folder'), FLAGS).action(run);
}

async function run(runFolder: string, given: SampleFlags): Promise<void> {
  const { between, ...flags } = withDefaults<SampleFlags, typeof FLAGS>(given, FLAGS);
  checkTogether(given);
  const { out } = flags;
  const place = placeOf(out);
  const { generator, settings } = loadGenerator(runFolder);
  const wanted = { ...flags, class: classNumber(flags.class, settings.classes) };
  const images = between ? drawBetween(generator, settings, { ...wanted, between }) : draw(generator, settings, wanted);
  await writeImages(images, place, { ...flags, between });
  const { count } = images;
  console.error(count === 1 ? `The image is in ${out}` : `${count} images are in ${out}`);
}

/** Throws for flags that have no effect beside others. */
function checkTogether({ between, count, seed, steps }: SampleFlags): void {
  const useless = between ? { count, seed } : { steps };
  const name = Object.keys(useless).find((each) => useless[each as keyof typeof useless] !== undefined);
  if (name === undefined) return;
  throw worded('ERR_INVALID_ARGUMENT', ({ option }) => {
    return `${option(name)} ${between ? 'does not apply with' : 'requires'} ${option('between')}.`;
  });
}

function draw(
  generator: SampleGenerator,
  settings: GanSettings,
  { count, seed, truncation, class: only }: { count: number; seed: number } & Drawing,
): ImageSet {
  checkMemory('count', count, count * bytesPerSample(settings));
  return samplesToImages(generator.sampleSync({ count, seed, truncation, class: only }), sizeOf(settings));
}

function drawBetween(
  generator: SampleGenerator,
  settings: GanSettings,
  { between, steps, truncation, class: only }: { between: number[]; steps: number } & Drawing,
): ImageSet {
  if (between.length < 2) throw invalidArgument('between', 'two seeds or more', between.length);
  checkMemory('steps', steps, steps * (between.length - 1) * bytesPerSample(settings));
  return samplesToImages(
    generator.interpolateSync({ seeds: between, steps, truncation, class: only }),
    sizeOf(settings),
  );
}

interface Drawing {
  truncation: number;
  class: number | undefined;
}

function bytesPerSample(settings: GanSettings): number {
  return (settings.noiseDim + valuesPerImage(settings)) * Float32Array.BYTES_PER_ELEMENT;
}

function sizeOf({ channels, height, width }: GanSettings): ImageSize {
  return { channels, height, width };
}
