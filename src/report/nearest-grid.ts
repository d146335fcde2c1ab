import { type ImageSet, partOf } from '../data/image-set';
import { encodeGrid } from './png';

/** Smaller images are magnified. */
const LARGE = 64;

/** Draws images in a row as a PNG file, and below each the training images that are most similar to it. */
export function nearestGrid(
  images: ImageSet,
  training: ImageSet,
  found: readonly { image: number; nearest: readonly number[] }[],
): Uint8Array {
  const { channels, height, width } = images;
  const one = (set: ImageSet, index: number) => partOf(set, index, index + 1).images;
  const rows = [
    found.map(({ image }) => one(images, image)),
    ...found[0]!.nearest.map((_, rank) => found.map(({ nearest }) => one(training, nearest[rank]!))),
  ];
  const scale = Math.max(height, width) >= LARGE ? 1 : 2;
  return encodeGrid(Buffer.concat(rows.flat()), {
    channels,
    height,
    width,
    range: [0, 255],
    columns: found.length,
    scale,
  });
}
