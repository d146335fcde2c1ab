import { COLORS } from '../data/image-set';
import { type ImageSet, readImages, readTestImages } from '../data/images';
import { formatError } from '../errors';
import type { ClassAccuracy } from '../evaluation/class-accuracy';
import { evaluateImages, type ImageEvaluation, type ImageScores } from '../evaluation/evaluate-images';
import { writeFileAtomic } from '../files';
import { nearestGrid } from '../report/nearest-grid';
import { areSameClasses, classNames } from '../training/classes';
import { drawImagesSync } from '../training/draw-images';
import { loadGenerator } from '../training/load-run';
import { problemOfLosses } from '../training/loss-problem';
import { keepEvaluation } from './keep-evaluation';
import { warn } from './warn';

interface ImageFlags {
  data?: string | undefined;
  out?: string | undefined;
  features?: string | undefined;
  count: number;
  seed: number;
  json: boolean;
}

/** Compares a GAN's samples with its training images, on stdout and in evaluation.json, or with other images. */
export async function evaluateGanRun(
  run: string,
  { data, out, features, count, seed, json }: ImageFlags,
): Promise<void> {
  const { generator, settings } = loadGenerator(run);
  if (settings.data === 'noise') {
    throw formatError(
      `Expected a GAN trained on images, but ${run} was trained on noise: there is nothing to compare its samples with`,
    );
  }
  const source = data ?? settings.data;
  const { resolution, channels } = settings;
  const conditional = settings.conditional && data === undefined; // other images may have no classes
  const reading = { resolution: resolution ?? undefined, color: COLORS[channels], labels: conditional };
  const real = await readImages(source, reading);
  if (real.source?.isComplete === false) warn(`${source}: ${real.source.description}`);
  checkSize(source, real, settings);
  if (conditional) checkClasses(source, real, settings);
  const { height, width } = settings;
  const generated = drawImagesSync(generator, { count, height, width, seed });
  const scores = await evaluateImages(generated, real, {
    seed,
    features,
    heldOut: await readTestImages(source, reading),
    onTraining: () => console.error('Training the classifier that compares the images'),
  });
  const ofLosses = problemOfLosses(run, settings);
  const evaluation = { ...scores, problems: [...scores.problems, ...(ofLosses ? [ofLosses] : [])] };
  generator.dispose();
  const asJson = `${JSON.stringify(evaluation)}\n`;
  process.stdout.write(json ? asJson : describeEvaluation(source, evaluation));
  if (out) writeFileAtomic(out, asJson);
  const picture = () => nearestGrid(generated, real, evaluation.nearest.closest);
  if (data === undefined) keepEvaluation(run, 'gan', evaluation, picture);
}

function checkSize(source: string, { height, width }: ImageSet, run: { height: number; width: number }): void {
  if (height === run.height && width === run.width) return;
  throw formatError(
    `Expected images of ${run.width} x ${run.height} pixels in ${source}, the generator's, but found ${width} x ${height}`,
  );
}

/** Classes are compared by their numbers. */
function checkClasses(source: string, { classes = [] }: ImageSet, run: { classes: readonly string[] }): void {
  if (areSameClasses(classes, run.classes)) return;
  throw formatError(
    `Expected the classes ${classNames(run.classes)} in ${source}, the generator's, but found ${classNames(classes)}`,
  );
}

const NAMES: Record<ImageScores['name'], string> = {
  generated: 'generated',
  real: 'other real',
  pixelGaussian: 'pixel noise',
};

function describeEvaluation(source: string, evaluation: ImageEvaluation): string {
  const { rows, numReal, features, digits, classes, nearest, problems } = evaluation;
  const [generated, , noise] = rows as [ImageScores, ImageScores, ImageScores];
  const lines = [
    `Compared with ${numReal} images of ${source}, by ${features.description}:`,
    tableLine('', ['images', 'Fréchet', 'KID', '±', 'precision', 'recall', 'variety']),
    ...rows.map(({ name, count, frechet, kid, kidDeviation, precision, recall, diversity }) =>
      tableLine(NAMES[name], [
        String(count),
        short(frechet),
        short(kid),
        short(kidDeviation, 2),
        percent(precision),
        percent(recall),
        diversity.toFixed(2),
      ]),
    ),
    `The Fréchet distance is ${percent(generated.frechet / noise.frechet)} of that of independent pixels.`,
    ...tooFew(evaluation),
    ...(digits ? describeDigits(digits) : []),
    ...(classes ? describeClasses(classes) : []),
    `Copies of training images: ${percent(nearest.copies)} of ${nearest.count} samples, ${percent(nearest.copiesOfReal)} of other real images.`,
    ...(problems.length > 0 ? problems.map((problem) => `Problem: ${problem}.`) : [soundness(generated)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function tooFew({ rows, numReal, features: { size } }: ImageEvaluation): string[] {
  const fewest = Math.min(numReal, ...rows.map(({ count }) => count));
  if (fewest > size) return [];
  return [
    `With ${size} features, ${fewest} images are too few for the Fréchet distance, which is too high: compare KID.`,
  ];
}

/** Said only if there is no problem. */
function soundness({ recall, diversity }: ImageScores): string {
  return `No problem found: the samples cover ${percent(recall)} of the real images, with ${diversity.toFixed(2)} of their variety.`;
}

function describeDigits({ generated, missing }: NonNullable<ImageEvaluation['digits']>): string[] {
  const total = generated.reduce((a, b) => a + b);
  const shares = generated.map((count, digit) => `${digit}: ${percent(count / total)}`);
  const verdict = missing.length > 0 ? `It rarely draws the digits ${missing.join(', ')}.` : 'It draws all ten digits.';
  return [`Digits: ${shares.join(', ')}`, verdict];
}

const WORST_CLASSES = 3;

function describeClasses({ classes, generated, real, byClass }: ClassAccuracy): string[] {
  const known = byClass.flatMap((part, number) => (part === null ? [] : [{ name: classes[number], part }]));
  const worst = known.sort((a, b) => a.part - b.part).slice(0, WORST_CLASSES);
  const names = worst.map(({ name, part }) => `${name} (${percent(part)})`).join(', ');
  return [
    `Of the class asked for: ${percent(generated)} of the samples, ${percent(real)} of other real images, as a classifier sees them.`,
    `Least often: ${names}.`,
  ];
}

function tableLine(name: string, cells: string[]): string {
  return `  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function short(value: number, digits = 4): string {
  return String(Number(value.toPrecision(digits)));
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
