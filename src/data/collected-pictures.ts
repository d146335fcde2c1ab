import { constants } from 'node:buffer';
import { join } from 'node:path';
import { memoryShortage } from '../check-memory';
import { formatError, worded } from '../errors';
import type { Picture } from './decode-picture';
import { type Channels, type ImageSet, type ImageSizes, valuesPerImage } from './image-set';
import { describeSource, type Losses, NO_LOSSES } from './image-source';

/**
 * What is kept of pictures: gray levels, colors, or colors and opacity; "auto" keeps colors if there are any. Where
 * opacity isn't kept, pictures are shown on white.
 */
export type ImageColor = 'auto' | 'gray' | 'rgb' | 'rgba';

/** Called before memory for images is taken; throws if they are too large. */
export type OnSizes = (sizes: ImageSizes) => void;

/** The channels of each; "auto" adds colors when they come. */
export const CHANNELS: Record<ImageColor, Channels> = { auto: 1, gray: 1, rgb: 3, rgba: 4 };
const OPAQUE = { 8: 255, 16: 65_535 };

/** What a picture's pixels have. */
interface Traits {
  isColored: boolean;
  isTransparent: boolean;
}

/** A picture of 16 bit, which is scaled when the largest of all values is known. */
interface DeepPicture {
  rgba: Uint16Array;
  index: number;
}

/** Collects pictures of one size. */
export class CollectedPictures {
  #sizes: ImageSizes;
  #images: Uint8Array;
  #count = 0;
  readonly #deep: DeepPicture[] = [];
  readonly #losses = { ...NO_LOSSES };

  /**
   * @param first the picture whose size the others must have
   * @param count the most pictures that can come
   */
  constructor(
    readonly options: { source: string; color: ImageColor; onSizes: OnSizes },
    readonly first: { name: string; height: number; width: number },
    count: number,
  ) {
    const { height, width } = first;
    this.#sizes = { count, channels: CHANNELS[options.color], height, width };
    this.#images = this.#allocate();
  }

  /** @throws ERR_DATA_FORMAT if its size differs from the first one's, or memory does not suffice for its colors */
  add(name: string, { rgba, height, width, frames, isEnlarged }: Picture): void {
    if (height !== this.first.height || width !== this.first.width) throw this.#otherSize(name, { height, width });
    const { color } = this.options;
    const traits = traitsOf(rgba);
    if (color === 'auto' && traits.isColored && this.#sizes.channels === 1) this.#addColors();
    this.#losses.grayed += Number(traits.isColored && color === 'gray');
    this.#losses.flattened += Number(traits.isTransparent && color !== 'rgba');
    this.#losses.enlarged += Number(isEnlarged);
    this.#losses.animated += Number(frames > 1);
    if (rgba instanceof Uint16Array) this.#deep.push({ rgba, index: this.#count });
    else this.#write(this.#count, rgba, OPAQUE[8]);
    this.#count++;
  }

  finish(skipped: Pick<Losses, 'skipped' | 'damaged'>): ImageSet {
    const bits = this.#writeDeep();
    const sizes = { ...this.#sizes, count: this.#count };
    const images = this.#images.subarray(0, this.#count * valuesPerImage(sizes));
    const losses = { ...this.#losses, deep: this.#deep.length, bits, ...skipped };
    return { images, ...sizes, source: describeSource(sizes, losses) };
  }

  #allocate(): Uint8Array {
    this.options.onSizes(this.#sizes);
    return new Uint8Array(checkedLength(this.options.source, this.#sizes));
  }

  /** Makes room for colors; the pictures before this one have none. */
  #addColors(): void {
    const before = this.#images;
    const { height, width } = this.#sizes;
    const area = height * width;
    this.#sizes = { ...this.#sizes, channels: 3 };
    this.#images = this.#allocate();
    for (let plane = 0; plane < 3 * this.#count; plane++) {
      const image = Math.floor(plane / 3);
      this.#images.set(before.subarray(image * area, (image + 1) * area), plane * area);
    }
  }

  /** Writes a picture as bytes. */
  #write(index: number, rgba: Picture['rgba'], white: number): void {
    const { channels, height, width } = this.#sizes;
    const area = height * width;
    const planes = this.#images.subarray(index * channels * area, (index + 1) * channels * area);
    const opaque = rgba instanceof Uint16Array ? OPAQUE[16] : OPAQUE[8];
    const scale = 255 / white;
    for (let pixel = 0; pixel < area; pixel++) {
      let [red, green, blue] = [rgba[4 * pixel]!, rgba[4 * pixel + 1]!, rgba[4 * pixel + 2]!];
      const opacity = rgba[4 * pixel + 3]! / opaque;
      if (channels === 4) planes[pixel + 3 * area] = Math.round(255 * opacity);
      else if (opacity < 1) {
        [red, green, blue] = [
          onWhite(red, opacity, white),
          onWhite(green, opacity, white),
          onWhite(blue, opacity, white),
        ];
      }
      if (channels === 1) planes[pixel] = toByte(lumaOf(red, green, blue), scale);
      else {
        planes[pixel] = toByte(red, scale);
        planes[pixel + area] = toByte(green, scale);
        planes[pixel + 2 * area] = toByte(blue, scale);
      }
    }
  }

  /** Writes those of 16 bit, and returns the bits that their values need: cameras often fill 10, 12 or 14. */
  #writeDeep(): number {
    const largest = this.#deep.reduce((most, { rgba }) => Math.max(most, largestColor(rgba)), 0);
    const bits = [8, 10, 12, 14].find((each) => largest < 2 ** each) ?? 16;
    for (const { rgba, index } of this.#deep) this.#write(index, rgba, 2 ** bits - 1);
    return bits;
  }

  #otherSize(name: string, { height, width }: { height: number; width: number }) {
    const { first } = this;
    const { source } = this.options;
    const expected = `${first.width} x ${first.height} pixels, the size of ${join(source, first.name)},`;
    return worded('ERR_DATA_FORMAT', ({ option }) => {
      return `Expected ${expected} but ${join(source, name)} has ${width} x ${height}: bring all to one size with ${option('resolution')}`;
    });
  }
}

function traitsOf(rgba: Picture['rgba']): Traits {
  const opaque = rgba instanceof Uint16Array ? OPAQUE[16] : OPAQUE[8];
  let [isColored, isTransparent] = [false, false];
  for (let at = 0; at < rgba.length; at += 4) {
    isTransparent ||= rgba[at + 3] !== opaque;
    isColored ||= rgba[at + 3] !== 0 && (rgba[at] !== rgba[at + 1] || rgba[at + 1] !== rgba[at + 2]);
  }
  return { isColored, isTransparent };
}

function largestColor(rgba: Uint16Array): number {
  let largest = 0;
  for (let at = 0; at < rgba.length; at++) if (at % 4 !== 3 && rgba[at]! > largest) largest = rgba[at]!;
  return largest;
}

function onWhite(level: number, opacity: number, white: number): number {
  return Math.round(white + (level - white) * opacity);
}

/** Rec. 601 luma as Pillow's `convert('L')` rounds it. */
function lumaOf(red: number, green: number, blue: number): number {
  return Math.floor((19595 * red + 38470 * green + 7471 * blue + 0x8000) / 0x10000);
}

function toByte(level: number, scale: number): number {
  return Math.floor(level * scale + 0.5);
}

/** Returns the number of values. @throws ERR_DATA_FORMAT if they don't fit in memory */
function checkedLength(source: string, sizes: ImageSizes): number {
  const length = sizes.count * valuesPerImage(sizes);
  const tooLong =
    length > constants.MAX_LENGTH ? `need ${length} bytes, but Node allows ${constants.MAX_LENGTH}` : undefined;
  const shortage = memoryShortage(length) ?? tooLong;
  if (!shortage) return length;
  const { count, height, width } = sizes;
  throw formatError(`Cannot read the ${count} images of ${width} x ${height} in ${source}: ${shortage}`);
}
