import { constants } from 'node:buffer';
import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { memoryShortage } from '../check-memory';
import { formatError } from '../errors';
import { fileError, readFileBytes } from '../files';
import { DamagedPng, decodeGrayPng, type GrayImage, readPngSize } from './gray-png';
import type { ImageSet, ImageSizes } from './image-set';
import { describeKinds, describeSource, type Losses, NO_LOSSES } from './image-source';

/** Called before memory for images is taken; throws if they are too large. */
export type OnSizes = (sizes: ImageSizes) => void;

/**
 * Reads the PNG files of a folder as gray images, in the order of their names. Damaged and other files are skipped, which
 * the result's `source` describes. Yields after each image.
 *
 * @throws ERR_DATA_FORMAT if none can be read, or they differ in size; ERR_FILE
 */
export function* readPngFolder(dir: string, onSizes: OnSizes = () => {}): Generator<void, ImageSet> {
  const { paths, skipped } = listFolder(dir);
  const damaged = new Map<string, DamagedPng>();
  let collected: GrayImages | undefined;
  for (const path of paths) {
    const bytes = readFileBytes(path);
    try {
      const size = readPngSize(path, bytes);
      collected?.checkSize(path, size);
      const image = decodeGrayPng(path, bytes, size);
      collected ??= new GrayImages(dir, path, { count: paths.length, ...size }, onSizes); // only now: a header may lie
      collected.add(image);
    } catch (error) {
      if (!(error instanceof DamagedPng)) throw error;
      damaged.set(basename(path), error);
    }
    yield;
  }
  if (!collected) throw [...damaged.values()][0]!;
  return collected.finish({ skipped, damaged: [...damaged.keys()] });
}

/** Collects images of one size. */
class GrayImages {
  readonly #firstPath: string;
  readonly #sizes: ImageSizes;
  readonly #images: Uint8Array;
  /** Those of 16 bit, which are scaled when the largest of their values is known. */
  readonly #deep: { gray: Uint16Array; index: number }[] = [];
  #count = 0;
  #colored = 0;
  #transparent = 0;

  constructor(dir: string, firstPath: string, sizes: ImageSizes, onSizes: OnSizes) {
    onSizes(sizes);
    this.#firstPath = firstPath;
    this.#sizes = sizes;
    this.#images = new Uint8Array(checkedLength(dir, sizes));
  }

  checkSize(path: string, { height, width }: Omit<ImageSizes, 'count'>): void {
    if (height === this.#sizes.height && width === this.#sizes.width) return;
    const expected = `${this.#sizes.width} x ${this.#sizes.height} pixels, the size of ${this.#firstPath},`;
    throw formatError(`Expected ${expected} but ${path} has ${width} x ${height}`);
  }

  add({ gray, isColored, isTransparent }: GrayImage): void {
    const index = this.#count++ * gray.length;
    if (gray instanceof Uint8Array) this.#images.set(gray, index);
    else this.#deep.push({ gray, index });
    this.#colored += Number(isColored);
    this.#transparent += Number(isTransparent);
  }

  finish(skipped: Pick<Losses, 'skipped' | 'damaged'>): ImageSet {
    const { height, width } = this.#sizes;
    const sizes = { count: this.#count, height, width };
    const bits = this.#scaleDeep();
    const losses = {
      colored: this.#colored,
      transparent: this.#transparent,
      deep: this.#deep.length,
      bits,
      ...skipped,
    };
    return {
      images: this.#images.subarray(0, this.#count * height * width),
      ...sizes,
      source: describeSource(sizes, { ...NO_LOSSES, ...losses }),
    };
  }

  /** Reduces images of 16 bit to 8, and returns the bits that their values need: cameras often fill 10, 12 or 14. */
  #scaleDeep(): number {
    const largest = this.#deep.reduce((most, { gray }) => gray.reduce((a, b) => Math.max(a, b), most), 0);
    const bits = [8, 10, 12, 14].find((each) => largest < 2 ** each) ?? 16;
    const scale = 255 / (2 ** bits - 1);
    for (const { gray, index } of this.#deep) {
      for (let pixel = 0; pixel < gray.length; pixel++) {
        this.#images[index + pixel] = Math.floor(gray[pixel]! * scale + 0.5);
      }
    }
    return bits;
  }
}

/** Returns the number of pixels. @throws ERR_DATA_FORMAT if they don't fit in memory */
function checkedLength(dir: string, { count, height, width }: ImageSizes): number {
  const length = count * height * width;
  const tooLong =
    length > constants.MAX_LENGTH ? `need ${length} bytes, but Node allows ${constants.MAX_LENGTH}` : undefined;
  const shortage = memoryShortage(length) ?? tooLong;
  if (shortage) throw formatError(`Cannot read the ${count} images of ${width} x ${height} in ${dir}: ${shortage}`);
  return length;
}

/** Lists a folder's PNG files, and how many other files of each kind it has. */
function listFolder(dir: string): { paths: string[]; skipped: Map<string, number> } {
  const names: string[] = [];
  const skipped = new Map<string, number>();
  for (const entry of entriesOf(dir)) {
    if (entry.name.startsWith('.')) continue; // such as the "._digit.png" that macOS adds to archives
    const extension = extname(entry.name).toLowerCase();
    if (extension === '.png' && !entry.isDirectory()) names.push(entry.name);
    else {
      const kind = entry.isDirectory() ? 'folders' : extension || 'other files';
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
    }
  }
  if (names.length > 0) return { paths: names.sort().map((name) => join(dir, name)), skipped };
  const found = skipped.size > 0 ? ` but found ${describeKinds(skipped).join(', ')}` : '';
  throw formatError(`No images in ${dir}: expected PNG files or MNIST's train-images-idx3-ubyte${found}`);
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    throw fileError('read', dir, error);
  }
}
