import { PNG } from 'pngjs';
import { type Checks, checkInteger, checkSize, readOptions } from '../check';
import { type Channels, type ImageSize, valuesPerImage } from '../data/image-set';
import { checkChannels, wholeCount } from '../data/images';
import { asNumbers, type Numbers, toElements } from '../data/numbers';
import { invalidArgument } from '../errors';
import { writeFileAtomic } from '../files';
import { checkPath } from '../option';

/** Options of {@link encodeGrid} and {@link writeGrid}. */
export interface GridOptions {
  /** Height of an image in pixels. */
  height: number;
  /** Width of an image in pixels. */
  width: number;
  /** Values per pixel: 1 (default) for gray, 3 for RGB, 4 for RGB and opacity. */
  channels?: Channels | undefined;
  /** Images per row; default a roughly square grid. */
  columns?: number | undefined;
  /** Pixels between and around the images, before scaling, black or with opacity transparent; default 2. */
  padding?: number | undefined;
  /** The values of black and white; default [-1, 1]. */
  range?: readonly [number, number] | undefined;
  /** Magnification of the whole grid, a whole number; default 2. */
  scale?: number | undefined;
}

const OPTIONS: Checks<GridOptions> = {
  height: checkSize,
  width: checkSize,
  channels: checkChannels,
  columns: checkSize,
  padding: (name, value) => checkInteger(name, value, { min: 0 }),
  range: checkRange,
  scale: checkSize,
};

/** 256 MiB of gray. */
const MAX_PIXELS = 2 ** 28;
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * Encodes N images as one PNG file, arranged in a grid row by row.
 *
 * @param images N * channels * height * width values; values outside the range are clamped, NaN is mid-gray
 * @returns the bytes of the file
 * @throws ERR_INVALID_ARGUMENT, also if the values are not a whole number of images, or the grid would not fit in
 *   memory
 * @example
 * ```ts
 * import { encodeGrid } from 'libtorch-generative';
 *
 * const png = encodeGrid([-1, 0, 1, 0], { height: 1, width: 2 }); // two images of two pixels
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // PNG
 * ```
 */
export function encodeGrid(images: Numbers, options: GridOptions): Uint8Array {
  const { values, size, padding, range, scale, columns, pixelWidth, pixelHeight } = readGrid(images, options);
  const { channels, height, width } = size;
  const area = height * width;
  const png = new PNG({ width: pixelWidth, height: pixelHeight });
  png.data = Buffer.alloc(png.width * png.height * channels);

  for (const [index, value] of values.entries()) {
    const [image, channel] = [Math.floor(index / valuesPerImage(size)), Math.floor(index / area) % channels];
    const x = padding + (image % columns) * (width + padding) + (index % width);
    const y = padding + Math.floor(image / columns) * (height + padding) + (Math.floor(index / width) % height);
    const level = toLevel(value, range);
    for (let row = y * scale; row < (y + 1) * scale; row++) {
      const start = (row * pixelWidth + x * scale) * channels + channel;
      for (let at = start; at < start + scale * channels; at += channels) png.data[at] = level;
    }
  }
  const colorType = COLOR_TYPES[channels];
  return PNG.sync.write(png, { colorType, inputColorType: colorType, inputHasAlpha: channels === 4 });
}

/**
 * Writes images as one PNG file, arranged in a grid row by row. The file is written completely or not at all.
 *
 * @param images (N, channels, height, width) values; values outside the range are clamped, NaN is mid-gray
 * @throws ERR_INVALID_ARGUMENT as {@link encodeGrid}, also for the name of another format's file; ERR_FILE
 * @example
 * ```ts
 * import { Generator, RandomGenerator, randn, readImages, scope, writeGrid } from 'libtorch-generative';
 *
 * const generator = new Generator();
 * const noise = randn([64, 100], { generator: new RandomGenerator(1) });
 * const samples = scope(() => generator.forward(noise).toArray());
 * writeGrid('grid.png', samples, { height: 28, width: 28, scale: 1 });
 * const { width } = await readImages('.');
 * console.log(width === 8 * (28 + 2) + 2); // true
 * ```
 */
export function writeGrid(path: string, images: Numbers, options: GridOptions): void {
  checkPngPath('path', path);
  writeFileAtomic(path, encodeGrid(images, options));
}

const OTHER_FORMATS = /\.(jpe?g|webp|avif|gif|tiff?|bmp|heic|svg|pdf)$/i;

/** Throws for names of files that are expected to have another format. */
function checkPngPath(name: string, value: unknown): void {
  checkPath(name, value);
  if (OTHER_FORMATS.test(value as string))
    throw invalidArgument(name, 'a name such as grid.png, as only PNG is written,', value);
}

function toLevel(value: number, [black, white]: readonly [number, number]): number {
  const level = (value - black) / (white - black);
  return Math.round(255 * (Number.isNaN(level) ? 0.5 : Math.min(Math.max(level, 0), 1)));
}

/** Returns the images' values, the options with defaults, and the size of the grid. @throws ERR_INVALID_ARGUMENT */
function readGrid(images: Numbers, options: GridOptions) {
  const {
    height,
    width,
    channels = 1,
    padding = 2,
    range = [-1, 1],
    scale = 2,
    columns,
  } = readOptions(options, OPTIONS);
  checkSize('height', height);
  checkSize('width', width);
  const values = asNumbers('images', images);
  const size: ImageSize = { channels, height, width };
  const count = wholeCount('images', values.length, size);
  const perRow = Math.min(columns ?? Math.ceil(Math.sqrt(count)), count);
  const pixelWidth = (padding + perRow * (width + padding)) * scale;
  const pixelHeight = (padding + Math.ceil(count / perRow) * (height + padding)) * scale;
  if (pixelWidth * pixelHeight > MAX_PIXELS) {
    const expected = `sizes, padding and scale of a grid of at most ${MAX_PIXELS} pixels`;
    throw invalidArgument('options', expected, `${pixelWidth} x ${pixelHeight} pixels`);
  }
  return { values, size, padding, range, scale, columns: perRow, pixelWidth, pixelHeight };
}

function checkRange(name: string, value: unknown): void {
  const [black, white, ...rest] = toElements(name, value);
  // Their difference must not overflow either.
  const isRange = Number.isFinite(black) && Number.isFinite((white as number) - (black as number));
  if (isRange && (black as number) < (white as number) && rest.length === 0) return;
  throw invalidArgument(name, 'two finite numbers, the lower first,', value);
}
