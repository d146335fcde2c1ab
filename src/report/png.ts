import { PNG } from 'pngjs';
import { invalidArgument } from '../errors';
import { writeFileAtomic } from '../files';

/** How images become one grid. */
export interface GridOptions {
  /** Pixels in a column of an image. */
  height: number;
  /** Pixels in a row of an image. */
  width: number;
  /** Images in a row; by default as many as make the grid about square. */
  columns?: number;
  /** Black pixels between and around the images, before scaling; 2 by default. */
  padding?: number;
  /** The values of black and of white; [-1, 1] by default. */
  range?: [number, number];
  /** The whole grid's magnification, a whole number; 2 by default. */
  scale?: number;
}

/**
 * A grayscale PNG file's bytes: N images side by side, row after row.
 *
 * @param images N * height * width values; those outside the range are clamped, NaN is mid-gray
 * @throws ERR_INVALID_ARGUMENT
 * @example
 * ```ts
 * import { encodeGrid } from 'libtorch-generative';
 *
 * const png = encodeGrid(Float32Array.of(-1, 0, 1, 0), { height: 1, width: 2 }); // two images of two pixels
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // PNG
 * ```
 */
export function encodeGrid(images: Float32Array, options: GridOptions): Uint8Array {
  const { height, width, padding, range, scale, count, columns } = checkGrid(images, options);
  const gridWidth = padding + Math.min(columns, count) * (width + padding);
  const gridHeight = padding + Math.ceil(count / columns) * (height + padding);
  const png = new PNG({ width: gridWidth * scale, height: gridHeight * scale });
  png.data = Buffer.alloc(png.width * png.height);

  for (const [index, value] of images.entries()) {
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
 * @throws ERR_INVALID_ARGUMENT for no whole number of images or an option out of its range, ERR_FILE
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
export function writeGrid(path: string, images: Float32Array, options: GridOptions): void {
  writeFileAtomic(path, encodeGrid(images, options));
}

function toGray(value: number, [black, white]: [number, number]): number {
  const level = (value - black) / (white - black);
  return Math.round(255 * (Number.isNaN(level) ? 0.5 : Math.min(Math.max(level, 0), 1)));
}

function checkGrid(images: Float32Array, options: GridOptions) {
  const { height, width, padding = 2, range = [-1, 1], scale = 2 } = options;
  checkInteger('height', height, 1);
  checkInteger('width', width, 1);
  checkInteger('padding', padding, 0);
  checkInteger('scale', scale, 1);
  const [black, white] = range;
  if (!(Number.isFinite(black) && Number.isFinite(white) && black < white)) {
    throw invalidArgument('range', 'two finite numbers, the lower first', `[${black}, ${white}]`);
  }

  const count = images.length / (height * width);
  if (!Number.isInteger(count) || count === 0) {
    throw invalidArgument('images', `one or more images of ${height} x ${width} values`, `${images.length} values`);
  }
  const { columns = Math.ceil(Math.sqrt(count)) } = options;
  checkInteger('columns', columns, 1);
  return { height, width, padding, range, scale, count, columns };
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw invalidArgument(name, `an integer of at least ${least}`, value);
}
