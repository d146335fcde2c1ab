import { PNG } from 'pngjs';
import { type Checks, checkInteger, checkSize, readOptions } from '../check';
import { wholeCount } from '../data/images';
import { asNumbers, type Numbers, toElements } from '../data/numbers';
import { invalidArgument } from '../errors';
import { writeFileAtomic } from '../files';

/** How images become one grid. */
export interface GridOptions {
  /** Pixels in a column of an image. */
  height: number;
  /** Pixels in a row of an image. */
  width: number;
  /** Images in a row; by default as many as make the grid about square. */
  columns?: number | undefined;
  /** Black pixels between and around the images, before scaling; 2 by default. */
  padding?: number | undefined;
  /** The values of black and of white; [-1, 1] by default. */
  range?: readonly [number, number] | undefined;
  /** The whole grid's magnification, a whole number; 2 by default. */
  scale?: number | undefined;
}

const OPTIONS: Checks<GridOptions> = {
  height: checkSize,
  width: checkSize,
  columns: checkSize,
  padding: (name, value) => checkInteger(name, value, { min: 0 }),
  range: checkRange,
  scale: checkSize,
};

/** 256 MiB of them. */
const MAX_PIXELS = 2 ** 28;

/**
 * A grayscale PNG file's bytes: N images side by side, row after row.
 *
 * @param images N * height * width values; those outside the range are clamped, NaN is mid-gray
 * @throws ERR_INVALID_ARGUMENT, also unless the values are a whole number of images, and for a grid too large for memory
 * @example
 * ```ts
 * import { encodeGrid } from 'libtorch-generative';
 *
 * const png = encodeGrid([-1, 0, 1, 0], { height: 1, width: 2 }); // two images of two pixels
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // PNG
 * ```
 */
export function encodeGrid(images: Numbers, options: GridOptions): Uint8Array {
  const { values, height, width, padding, range, scale, columns, pixelWidth, pixelHeight } = readGrid(images, options);
  const png = new PNG({ width: pixelWidth, height: pixelHeight });
  png.data = Buffer.alloc(png.width * png.height);

  for (const [index, value] of values.entries()) {
    const image = Math.floor(index / (height * width));
    const x = padding + (image % columns) * (width + padding) + (index % width);
    const y = padding + Math.floor(image / columns) * (height + padding) + (Math.floor(index / width) % height);
    const gray = toGray(value, range);
    for (let row = y * scale; row < (y + 1) * scale; row++) {
      png.data.fill(gray, row * png.width + x * scale, row * png.width + (x + 1) * scale);
    }
  }
  return PNG.sync.write(png, { colorType: 0, inputColorType: 0, inputHasAlpha: false });
}

/**
 * Writes images side by side, row after row, as one grayscale PNG file: complete or not at all.
 *
 * @param images (N, height, width) values; those outside the range are clamped, NaN is mid-gray
 * @throws ERR_INVALID_ARGUMENT as {@link encodeGrid}, ERR_FILE
 * @example
 * ```ts
 * import { Generator, RandomGenerator, randn, readImages, scope, writeGrid } from 'libtorch-generative';
 *
 * const generator = new Generator();
 * const noise = randn([64, 100], { generator: new RandomGenerator(1) });
 * const samples = scope(() => generator.forward(noise).toArray());
 * writeGrid('grid.png', samples, { height: 28, width: 28, scale: 1 });
 * const { width } = readImages('.');
 * console.log(width === 8 * (28 + 2) + 2); // true
 * ```
 */
export function writeGrid(path: string, images: Numbers, options: GridOptions): void {
  writeFileAtomic(path, encodeGrid(images, options));
}

function toGray(value: number, [black, white]: readonly [number, number]): number {
  const level = (value - black) / (white - black);
  return Math.round(255 * (Number.isNaN(level) ? 0.5 : Math.min(Math.max(level, 0), 1)));
}

/** The images' values, the options with their defaults, and the picture's size. @throws ERR_INVALID_ARGUMENT */
function readGrid(images: Numbers, options: GridOptions) {
  const { height, width, padding = 2, range = [-1, 1], scale = 2, columns } = readOptions(options, OPTIONS);
  checkSize('height', height);
  checkSize('width', width);
  const values = asNumbers('images', images);
  const count = wholeCount('images', values.length, height, width);
  const perRow = Math.min(columns ?? Math.ceil(Math.sqrt(count)), count);
  const pixelWidth = (padding + perRow * (width + padding)) * scale;
  const pixelHeight = (padding + Math.ceil(count / perRow) * (height + padding)) * scale;
  if (pixelWidth * pixelHeight > MAX_PIXELS) {
    const expected = `sizes, padding and scale of a grid of at most ${MAX_PIXELS} pixels`;
    throw invalidArgument('options', expected, `${pixelWidth} x ${pixelHeight} pixels`);
  }
  return { values, height, width, padding, range, scale, columns: perRow, pixelWidth, pixelHeight };
}

function checkRange(name: string, value: unknown): void {
  const [black, white, ...rest] = toElements(name, value);
  // Also of a distance within the range of numbers.
  const isRange = Number.isFinite(black) && Number.isFinite((white as number) - (black as number));
  if (isRange && (black as number) < (white as number) && rest.length === 0) return;
  throw invalidArgument(name, 'two finite numbers, the lower first,', value);
}
