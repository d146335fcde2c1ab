import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { LibtorchGenerativeError } from '../errors';

/** Height and width of an image in pixels. */
interface Size {
  height: number;
  width: number;
}

/** Far more than the networks can draw, but few enough to decode safely if a file's header lies. */
const MAX_PIXELS = 2 ** 26;
const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Bytes of a chunk before its data, its length and type, and after that, its checksum. */
const [BEFORE, AFTER] = [8, 4];
/** Where the header has the bits per number. */
const BIT_DEPTH = 24;

/** A file that can't be read as a PNG. */
export class DamagedPng extends LibtorchGenerativeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_DATA_FORMAT', message, options);
  }
}

/** Reads the size from a PNG's header, so that images of a wrong or huge size are never decoded. @throws ERR_DATA_FORMAT */
export function readPngSize(path: string, bytes: Buffer): Size {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 8) !== SIGNATURE) {
    throw new DamagedPng(`Expected a PNG file but ${path} is not one`);
  }
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  if (width > 0 && height > 0 && width * height <= MAX_PIXELS) return { height, width };
  throw new DamagedPng(`Expected an image of 1 to ${MAX_PIXELS} pixels but ${path} has ${width} x ${height}`);
}

/** A decoded image, and what its levels of gray don't show. */
export interface GrayImage {
  /** One level per pixel, up to 255, or up to 65,535 from a file of 16 bit. */
  gray: Uint8Array | Uint16Array;
  /** Whether a pixel isn't gray. */
  isColored: boolean;
  /** Whether a pixel isn't opaque. */
  isTransparent: boolean;
}

/**
 * Decodes a PNG to gray as Pillow's `convert('L')` does, ignoring transparency.
 *
 * @param size the size in its header
 * @throws ERR_DATA_FORMAT if it is corrupt
 */
export function decodeGrayPng(path: string, bytes: Buffer, size: Size): GrayImage {
  let rgba: Uint8Array | Uint16Array;
  try {
    checkChunks(bytes, size);
    // Of 16 bit, all are needed: the highest may be 0 in all images.
    rgba = PNG.sync.read(bytes, { skipRescale: bytes[BIT_DEPTH] === 16 }).data;
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new DamagedPng(`The PNG file ${path} is corrupt (${reason})`, { cause });
  }
  const gray = new (rgba instanceof Uint16Array ? Uint16Array : Uint8Array)(rgba.length / 4);
  const opaque = rgba instanceof Uint16Array ? 65_535 : 255;
  let [isColored, isTransparent] = [false, false];
  for (let pixel = 0; pixel < gray.length; pixel++) {
    const [red, green, blue, alpha] = [
      rgba[4 * pixel]!,
      rgba[4 * pixel + 1]!,
      rgba[4 * pixel + 2]!,
      rgba[4 * pixel + 3]!,
    ];
    gray[pixel] = Math.floor((19595 * red + 38470 * green + 7471 * blue + 0x8000) / 0x10000); // Pillow's Rec. 601 luma
    isColored ||= red !== green || green !== blue;
    isTransparent ||= alpha !== opaque;
  }
  return { gray, isColored, isTransparent };
}

/**
 * Throws for what pngjs takes on trust. Of two headers it follows the second. Where rows are missing it shows whatever was
 * in memory before, and interlaced rows may unpack to any length.
 */
function checkChunks(bytes: Buffer, size: Size): void {
  const [header, ...others] = chunksOf(bytes);
  if (header?.type !== 'IHDR' || header.data.length !== 13) throw new Error('Expected a header of 13 bytes');
  if (others.some(({ type }) => type === 'IHDR')) throw new Error('Expected one header but found another');
  const expected = lengthOfRows(header.data, size);
  const packed = others.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const { length } = inflateSync(Buffer.concat(packed), { maxOutputLength: expected });
  if (length < expected) throw new Error(`Expected ${expected} bytes of rows but found ${length}`);
}

function chunksOf(bytes: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  let start = SIGNATURE.length;
  while (start + BEFORE <= bytes.length) {
    const end = start + BEFORE + bytes.readUInt32BE(start);
    chunks.push({
      type: bytes.toString('latin1', start + 4, start + BEFORE),
      data: bytes.subarray(start + BEFORE, end),
    });
    start = end + AFTER;
  }
  return chunks;
}

/** Numbers per pixel by color type: gray, RGB, palette, and the first two with transparency. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column, first row and steps between them of the passes of an interlaced image. */
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const; // biome-ignore format: a table
const ALL_AT_ONCE = [[0, 0, 1, 1]] as const;

/** Returns the bytes that an image's rows unpack to: of each its filter, then its pixels. */
function lengthOfRows(header: Buffer, { height, width }: Size): number {
  const [depth, colorType, isInterlaced] = [header[8]!, header[9]!, header[12] === 1];
  const bits = depth * (CHANNELS[colorType] ?? 0);
  const lengths = (isInterlaced ? PASSES : ALL_AT_ONCE).map(([left, top, across, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    return columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
  });
  return lengths.reduce((sum, length) => sum + length, 0);
}
