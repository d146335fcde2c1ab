import type { ImageSource } from './image-source';

/** Grayscale images of equal size, one byte per pixel, in row-major order. */
export interface ImageSet {
  /** (count, height, width), from 0 for black to 255 for white. */
  images: Uint8Array;
  /** Number of images. */
  count: number;
  /** Height of an image in pixels. */
  height: number;
  /** Width of an image in pixels. */
  width: number;
  /** What the images were read from; undefined if they weren't. */
  source?: ImageSource | undefined;
}

/** The number and the size of images. */
export type ImageSizes = Pick<ImageSet, 'count' | 'height' | 'width'>;
