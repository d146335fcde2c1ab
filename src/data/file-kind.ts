import { closeSync, openSync, readSync } from 'node:fs';
import { formatError } from '../errors';
import { fileError } from '../files';

/** Enough for the signatures, which begin the file except tar's. */
const HEAD_BYTES = 512;

const IMAGES = 'images are read from a folder or zip archive of pictures, or from an IDX file';
const FOLDER = 'pass the folder that contains the images';
const AS_PNG = 'convert the images to PNG and pass the folder that contains them';
const UNPACK = 'unpack it and pass the folder that contains the images';

const ZIP = 'a zip archive';

/** A kind of file that is passed by mistake. */
interface Kind {
  /** How its files begin, as Latin-1. */
  start: string;
  /** Where that is; default 0. */
  at?: number;
  /** What else is near the beginning. */
  has?: string;
  is: string;
  remedy: string;
}

const KINDS: Kind[] = [
  { start: '\x89PNG\r\n', is: 'a single PNG image', remedy: FOLDER },
  { start: '\xff\xd8\xff', is: 'a single JPEG image', remedy: FOLDER },
  { start: 'GIF8', is: 'a single GIF image', remedy: FOLDER },
  { start: 'RIFF', has: 'WEBP', is: 'a single WebP image', remedy: FOLDER },
  { start: 'ftypavif', at: 4, is: 'a single AVIF image', remedy: FOLDER },
  { start: 'ftyphei', at: 4, is: 'a single HEIC image', remedy: AS_PNG },
  { start: 'II*\0', is: 'a single TIFF image', remedy: FOLDER },
  { start: 'MM\0*', is: 'a single TIFF image', remedy: FOLDER },
  { start: 'BM', is: 'a single BMP image', remedy: AS_PNG },
  { start: 'PK\x03\x04', has: 'data.pkl', is: 'a PyTorch file', remedy: IMAGES },
  { start: 'PK\x03\x04', has: '.npy', is: 'a NumPy archive', remedy: IMAGES },
  { start: 'PK\x03\x04', is: ZIP, remedy: UNPACK },
  { start: '7z\xbc\xaf', is: 'a 7z archive', remedy: UNPACK },
  { start: 'Rar!', is: 'a RAR archive', remedy: UNPACK },
  { start: 'BZh', is: 'a bzip2 archive', remedy: UNPACK },
  { start: '\xfd7zXZ', is: 'an xz archive', remedy: UNPACK },
  { start: '\x28\xb5\x2f\xfd', is: 'a zstd archive', remedy: UNPACK },
  { start: 'ustar', at: 257, is: 'a tar archive', remedy: UNPACK },
  ...['\x02', '\x03', '\x04', '\x05'].map((version) => {
    return { start: `\x80${version}`, is: 'a Python pickle, such as a PyTorch file', remedy: IMAGES };
  }),
  { start: '{"', at: 8, is: 'a safetensors file', remedy: IMAGES },
  { start: '\x93NUMPY', is: 'a NumPy array', remedy: IMAGES },
  { start: '\x89HDF', is: 'an HDF5 file', remedy: IMAGES },
  { start: 'PAR1', is: 'a Parquet file', remedy: IMAGES },
];

/**
 * Returns the path of a file that may be an IDX file.
 *
 * @throws ERR_DATA_FORMAT if it is a file of another kind that people pass instead; ERR_FILE
 */
export function checkNoOtherFile(path: string): string {
  const head = headOf(path).toString('latin1');
  const { is, remedy } = kindOf(path, head) ?? {};
  if (is) throw formatError(`${path} is ${is}: ${remedy}`);
  return path;
}

/** Whether a file is a zip archive, and not of a kind that is one inside. @throws ERR_FILE */
export function isArchive(path: string): boolean {
  return kindOf(path, headOf(path).toString('latin1'))?.is === ZIP;
}

function kindOf(path: string, head: string): Pick<Kind, 'is' | 'remedy'> | undefined {
  if (/\.(tgz|tar\.gz)$/i.test(path)) return { is: 'a tar archive', remedy: UNPACK };
  const isText = head !== '' && [...head].every((letter) => (letter >= ' ' && letter <= '~') || /\s/.test(letter));
  if (isText) return { is: 'a text file', remedy: `${IMAGES}, and series are for \`train mdn-rnn\`` };
  return KINDS.find(({ start, at, has = '' }) => head.startsWith(start, at) && head.includes(has));
}

function headOf(path: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(HEAD_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError('read', path, error);
  }
}
