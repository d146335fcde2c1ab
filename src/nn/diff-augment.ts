import { arrayOf, type Checks, oneOf, readOptions } from '../check';
import { LibtorchGenerativeError, shapeText } from '../errors';
import { arange, cat, where, zeros } from '../tensor/creation';
import { rand } from '../tensor/random';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';

/** A way to change images: their brightness, saturation and contrast, their place, or a hole of half their size. */
export type Augmentation = 'color' | 'translation' | 'cutout';

export const AUGMENTATIONS = ['color', 'translation', 'cutout'] as const satisfies Augmentation[];

/** Options of {@link diffAugment}. */
export interface DiffAugmentOptions {
  /** In which ways images are changed; default all. */
  policy?: readonly Augmentation[] | undefined;
}

const OPTIONS: Checks<DiffAugmentOptions> = { policy: arrayOf(oneOf(...AUGMENTATIONS)) };

/** Images move by at most this share of their size, and holes have this one. */
const [MOST_SHIFT, HOLE] = [1 / 8, 1 / 2];

/**
 * Changes each image at random, by the thread's random numbers. A discriminator that sees real and drawn images only so
 * cannot learn a small set by heart, and gradients pass through to the generator, which still learns the images as they
 * are.
 *
 * @param images (B, C, H, W) of 1, 3 or 4 channels, in [-1, 1]; a fourth channel, opacity, keeps its values
 * @returns (B, C, H, W)
 * @throws ERR_SHAPE; ERR_INVALID_ARGUMENT
 * @see https://arxiv.org/abs/2006.10738
 * @example
 * ```ts
 * import { diffAugment, manualSeed, ones } from 'libtorch-generative';
 *
 * manualSeed(1);
 * const images = diffAugment(ones([2, 1, 4, 4]), { policy: ['cutout'] });
 * console.log(images.shape, images.min().item()); // [ 2, 1, 4, 4 ] 0
 * ```
 */
export function diffAugment(images: Tensor<'float32'>, options?: DiffAugmentOptions): Tensor<'float32'> {
  const { policy = AUGMENTATIONS } = readOptions(options, OPTIONS);
  checkTensor('images', images);
  if (images.shape.length !== 4) {
    const message = `Expected a Tensor of shape (B, C, H, W) for images but received ${shapeText(images.shape)}`;
    throw new LibtorchGenerativeError('ERR_SHAPE', message);
  }
  return policy.reduce((changed, name) => CHANGES[name](changed), images);
}

type Change = (images: Tensor<'float32'>) => Tensor<'float32'>;

const CHANGES: Record<Augmentation, Change> = { color: changeColors, translation: shift, cutout: cutHoles };

function changeColors(images: Tensor<'float32'>): Tensor<'float32'> {
  const colors = images.slice(1, 0, 3);
  const changed = changeContrast(changeSaturation(changeBrightness(colors)));
  return images.shape[1]! > 3 ? cat([changed, images.slice(1, 3)], 1) : changed;
}

const changeBrightness: Change = (images) => images.add(random(images).sub(0.5));

function changeSaturation(images: Tensor<'float32'>): Tensor<'float32'> {
  const gray = images.mean(1, { keepdim: true }); // (B, 1, H, W)
  return images.sub(gray).mul(random(images).mul(2)).add(gray);
}

function changeContrast(images: Tensor<'float32'>): Tensor<'float32'> {
  const mean = images.mean([1, 2, 3], { keepdim: true }); // (B, 1, 1, 1)
  return images.sub(mean).mul(random(images).add(0.5)).add(mean);
}

/** Moves each image down and to the right by some pixels, or up and to the left. What comes in is gray. */
function shift(images: Tensor<'float32'>): Tensor<'float32'> {
  return [2, 3].reduce((moved, dim) => shiftAlong(moved, dim), images);
}

function shiftAlong(images: Tensor<'float32'>, dim: number): Tensor<'float32'> {
  const size = images.shape[dim]!;
  const most = Math.floor(size * MOST_SHIFT + 0.5);
  const from = placesAlong(images, dim).sub(randomWhole(images, 2 * most + 1).sub(most)); // (B, 1, H, 1) or (B, 1, 1, W)
  const isInside = from.ge(0).logicalAnd(from.lt(size));
  const index = from
    .clamp(0, size - 1)
    .to('int64')
    .expand(...images.shape);
  return where(isInside, images.gather(dim, index), zeros([1], { device: images.device }));
}

/** Makes a part of each image, half as high and as wide, gray. */
function cutHoles(images: Tensor<'float32'>): Tensor<'float32'> {
  const [rows, columns] = [2, 3].map((dim) => isInHole(images, dim)) as [Tensor, Tensor];
  return images.mul(rows.logicalAnd(columns).logicalNot().to('float32')); // (B, 1, H, W)
}

/** Returns whether rows or columns are in a hole, whose middle may be anywhere. */
function isInHole(images: Tensor<'float32'>, dim: number): Tensor<'bool'> {
  const size = images.shape[dim]!;
  const hole = Math.floor(size * HOLE + 0.5);
  const first = randomWhole(images, size + 1 - (hole % 2)).sub(Math.floor(hole / 2));
  const places = placesAlong(images, dim);
  return places.ge(first).logicalAnd(places.lt(first.add(hole)));
}

/** The numbers of rows (1, 1, H, 1) or of columns (1, 1, 1, W). */
function placesAlong(images: Tensor, dim: number): Tensor<'float32'> {
  const { shape, device } = images;
  return arange(0, shape[dim]!, { dtype: 'float32', device }).view(dim === 2 ? [1, 1, -1, 1] : [1, 1, 1, -1]);
}

/** A number in [0, 1) for each image: (B, 1, 1, 1). */
function random({ shape, device }: Tensor): Tensor<'float32'> {
  return rand([shape[0]!, 1, 1, 1], { device });
}

/** A whole number from 0 and below `end` for each image: (B, 1, 1, 1). */
function randomWhole(images: Tensor, end: number): Tensor<'float32'> {
  return random(images)
    .mul(end)
    .floor()
    .clamp(0, end - 1); // rounding may reach the end
}
