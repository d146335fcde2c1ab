import { evenly } from './evenly';

/** Values per pixel: 1 for gray, 3 for RGB, 4 for RGB and opacity. */
export type Channels = 1 | 3 | 4;

/** Images of equal size, one byte per value, in the order of PyTorch's images: one channel after another. */
export interface ImageSet {
  /** (count, channels, height, width), from 0 for black or transparent to 255. */
  images: Uint8Array;
  /** Number of images. */
  count: number;
  /** Values per pixel: 1 for gray, 3 for RGB, 4 for RGB and opacity. */
  channels: Channels;
  /** Height of an image in pixels. */
  height: number;
  /** Width of an image in pixels. */
  width: number;
  /** What the images were read from; undefined if they weren't. */
  source?: ImageSource | undefined;
  /** The number of each image's class, (count); undefined if these aren't known. */
  labels?: Int32Array | undefined;
  /** The names of the classes, by number; undefined if these aren't known. */
  classes?: readonly string[] | undefined;
}

/** What images were read from. */
export interface ImageSource {
  /** Such as "3,991 images, 64 × 64, RGB, 12 skipped: 10 .txt, 2 damaged (a.png, b.png)". */
  description: string;
  /** Whether nothing was skipped or lost. */
  isComplete: boolean;
}

/** The number and the size of images. */
export type ImageSizes = Omit<ImageSet, 'images' | 'source' | 'labels' | 'classes'>;

/** The size of an image. */
export type ImageSize = Omit<ImageSizes, 'count'>;

/** Returns the number of values of an image. */
export function valuesPerImage({ channels, height, width }: ImageSize): number {
  return channels * height * width;
}

/** Returns the images from `start` up to `end`, sharing their memory. */
export function partOf(set: ImageSet, start: number, end: number): ImageSet {
  const images = set.images.subarray(start * valuesPerImage(set), end * valuesPerImage(set));
  const labels = set.labels?.subarray(start, end);
  return { ...set, images, labels, count: images.length / valuesPerImage(set), source: undefined };
}

/** Returns at most so many images, evenly spaced. */
export function evenlyOf(set: ImageSet, most: number): ImageSet {
  if (set.count <= most) return set;
  const indices = evenly(Array.from({ length: set.count }, (_, index) => index), most); // biome-ignore format: one line
  const size = valuesPerImage(set);
  const images = new Uint8Array(indices.length * size);
  for (const [at, index] of indices.entries()) {
    images.set(set.images.subarray(index * size, (index + 1) * size), at * size);
  }
  const labels = set.labels && Int32Array.from(indices, (index) => set.labels![index]!);
  return { ...set, images, labels, count: indices.length, source: undefined };
}

/** The options that keep these channels of images. */
export const COLORS = { 1: 'gray', 3: 'rgb', 4: 'rgba' } as const;

/** "3 x 64 x 64", without the channels of gray images. */
export function sizeText({ channels, height, width }: ImageSize): string {
  return [...(channels === 1 ? [] : [channels]), height, width].join(' x ');
}
