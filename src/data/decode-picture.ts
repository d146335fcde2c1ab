import type { Sharp } from 'sharp';
import { LibtorchGenerativeError } from '../errors';
import { optionalPackage } from '../optional-package';

/** Far more than the networks can draw, but few enough to decode safely if a file's header lies. */
const MAX_PIXELS = 2 ** 28;

/** A decoded picture. */
export interface Picture {
  height: number;
  width: number;
  /** (height, width, 4): red, green, blue and opacity; of 16 bit if the file's are. */
  rgba: Uint8Array | Uint16Array;
  /** Number of pictures in the file, of which this is the first. */
  frames: number;
  /** Whether it was smaller than asked for. */
  isEnlarged: boolean;
}

/** A file that can't be read as a picture. */
export class DamagedPicture extends LibtorchGenerativeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_DATA_FORMAT', message, options);
  }
}

/**
 * Decodes the first picture of a file, upright and in sRGB.
 *
 * @param name for messages
 * @param resolution the height and width to which it is resized, its longer side cropped at both ends; default its own
 * @throws ERR_DATA_FORMAT if it is damaged; ERR_NOT_INSTALLED without sharp
 */
export async function decodePicture(name: string, bytes: Uint8Array, resolution?: number): Promise<Picture> {
  const sharp = optionalPackage('sharp');
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'error', autoOrient: true } as const;
  try {
    return await decode(sharp(bytes, options), resolution);
  } catch (cause) {
    const reason = (cause as Error).message.trim().replaceAll('\n', ', ');
    throw new DamagedPicture(`Cannot read ${name} as a picture: ${reason}`, { cause });
  }
}

async function decode(picture: Sharp, resolution: number | undefined): Promise<Picture> {
  const { depth, pages = 1, autoOrient: size } = await picture.metadata();
  const isDeep = depth !== 'uchar' && depth !== 'char';
  const resized = resolution === undefined ? picture : picture.resize(resolution, resolution, { fit: 'cover' });
  const { data, info } = await resized
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .ensureAlpha()
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { height, width } = info;
  return {
    height,
    width,
    rgba: isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data,
    frames: pages,
    isEnlarged: resolution !== undefined && Math.min(size.height, size.width) < resolution,
  };
}
