import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { formatError } from '../errors';
import { fileError } from '../files';
import { describeKinds } from './image-source';

/** The names of files that sharp reads, apart from drawings, which have no pixels. */
const PICTURE = /\.(png|jpe?g|jpe|jfif|webp|avif|tiff?|gif)$/i;

/** The pictures below a folder. */
export interface PictureFiles {
  paths: string[];
  /** Number of other files by kind, such as ".txt". */
  skipped: Map<string, number>;
}

/**
 * Lists the pictures in a folder and in the folders below it, in the order of their paths, and follows links.
 *
 * @throws ERR_DATA_FORMAT if there are none; ERR_FILE
 */
export function listPictures(dir: string): PictureFiles {
  const files: PictureFiles = { paths: [], skipped: new Map() };
  collect(dir, files, new Set());
  if (files.paths.length > 0) return { ...files, paths: files.paths.sort() };
  const found = files.skipped.size > 0 ? ` but found ${describeKinds(files.skipped).join(', ')}` : '';
  const expected = "expected PNG, JPEG, WebP, AVIF, TIFF or GIF files, or MNIST's train-images-idx3-ubyte";
  throw formatError(`No images in ${dir}: ${expected}${found}`);
}

function collect(dir: string, files: PictureFiles, seen: Set<string>): void {
  for (const entry of entriesOf(dir, seen)) {
    if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue; // such as "._a.png", which macOS adds
    const path = join(dir, entry.name);
    if (isFolder(entry, path)) collect(path, files, seen);
    else if (PICTURE.test(entry.name)) files.paths.push(path);
    else {
      const kind = extname(entry.name).toLowerCase() || 'other files';
      files.skipped.set(kind, (files.skipped.get(kind) ?? 0) + 1);
    }
  }
}

function entriesOf(dir: string, seen: Set<string>): Dirent[] {
  try {
    const real = realpathSync(dir);
    if (seen.has(real)) return []; // a link to a folder that contains it
    seen.add(real);
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    throw fileError('read', dir, error);
  }
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
