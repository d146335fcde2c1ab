import { extname } from 'node:path';
import { invalidArgument } from '../errors';
import { optionalPackage } from '../optional-package';

/** The formats of pictures by the ends of their files' names. */
const FORMATS = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp', '.avif': 'avif', '.tif': 'tiff', '.tiff': 'tiff', '.gif': 'gif' } as const; // biome-ignore format: a table
/** A format of pictures. */
export type PictureFormat = (typeof FORMATS)[keyof typeof FORMATS];

const FRAME_MS = 80;

/** Returns the format of a picture by its file's name. @throws ERR_INVALID_ARGUMENT */
export function pictureFormat(name: string, path: string): PictureFormat {
  const format = FORMATS[extname(path).toLowerCase() as keyof typeof FORMATS];
  if (format) return format;
  throw invalidArgument(name, `a file whose name ends with ${Object.keys(FORMATS).join(', ')},`, path);
}

/** Whether the format can have several pictures that follow each other. */
export function isAnimated(format: PictureFormat): boolean {
  return format === 'gif' || format === 'webp';
}

/** Converts a PNG file. @throws ERR_NOT_INSTALLED without sharp, but for PNG */
export async function convertPng(png: Uint8Array, format: PictureFormat): Promise<Uint8Array> {
  return format === 'png' ? png : optionalPackage('sharp')(png).toFormat(format).toBuffer();
}

/** Joins PNG files of one size to an animated picture, which begins again when it ends. @throws ERR_NOT_INSTALLED */
export async function animate(pngs: Uint8Array[], format: PictureFormat): Promise<Uint8Array> {
  const frames = optionalPackage('sharp')(pngs, { join: { animated: true } });
  return frames.toFormat(format, { delay: pngs.map(() => FRAME_MS), loop: 0 }).toBuffer();
}
