import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageSet, valuesPerImage } from '../data/image-set';
import { makeFolder, writeFileAtomic } from '../files';
import { checkInstalled } from '../optional-package';
import { animate, convertPng, isAnimated, type PictureFormat, pictureFormat } from '../report/picture-format';
import { encodeGrid } from '../report/png';

/** The width of an animated picture, about. */
const ANIMATION_PIXELS = 256;

/** Where images are written. */
export interface Place {
  /** A file, or a folder. */
  out: string;
  /** The file's format; undefined for a folder. */
  format?: PictureFormat;
}

/** Tells a folder, which is there or whose name ends like one, from a file. @throws ERR_INVALID_ARGUMENT; ERR_NOT_INSTALLED */
export function placeOf(out: string): Place {
  if (/[/\\]$/.test(out) || statSync(out, { throwIfNoEntry: false })?.isDirectory()) return { out };
  const format = pictureFormat('out', out);
  if (format !== 'png') checkInstalled('sharp');
  return { out, format };
}

/** Writes images to a folder, as an animated picture, or as a grid. */
export async function writeImages(
  images: ImageSet,
  { out, format }: Place,
  { between, seed, columns }: { between?: number[] | undefined; seed: number; columns?: number | undefined },
): Promise<void> {
  if (format === undefined) {
    makeFolder(out);
    const prefix = between?.join('-') ?? seed;
    for (const [index, png] of eachAlone(images, 1).entries()) {
      writeFileAtomic(join(out, `${prefix}-${String(index).padStart(4, '0')}.png`), png);
    }
  } else if (between && isAnimated(format)) {
    writeFileAtomic(out, await animate(eachAlone(images, magnification(images)), format));
  } else {
    writeFileAtomic(out, await convertPng(asGrid(images, columns ?? (between && images.count)), format));
  }
}

/** A single image is the whole picture, without padding or magnification. */
function asGrid({ images, count, ...size }: ImageSet, columns: number | undefined): Uint8Array {
  const { channels, height, width } = size;
  const single = count === 1 && { padding: 0, scale: 1 };
  return encodeGrid(images, { channels, height, width, columns, range: [0, 255], ...single });
}

/** Encodes each image as a picture of its own. */
function eachAlone({ images, count, channels, height, width }: ImageSet, scale: number): Uint8Array[] {
  const options = { channels, height, width, scale, padding: 0, range: [0, 255] } as const;
  const numValues = valuesPerImage(options);
  return Array.from({ length: count }, (_, index) => {
    return encodeGrid(images.subarray(index * numValues, (index + 1) * numValues), options);
  });
}

/** Enlarges small images, which players show in their own size. */
function magnification({ width }: ImageSet): number {
  return Math.max(1, Math.round(ANIMATION_PIXELS / width));
}
