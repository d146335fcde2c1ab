import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { formatError } from '../errors';
import { fileError, readFileBytesAsync } from '../files';
import { describeKinds } from './image-source';

/** The names of files that sharp reads, apart from drawings, which have no pixels. */
const PICTURE = /\.(png|jpe?g|jpe|jfif|webp|avif|tiff?|gif)$/i;

/** A file of a folder or an archive. */
export interface PictureFile {
  /** Where it is in the folder or archive. */
  name: string;
  read(): Promise<Uint8Array>;
}

/** The pictures of a folder or an archive. */
export interface PictureFiles {
  /** In the order of their names. */
  pictures: PictureFile[];
  /** Number of other files by kind, such as ".txt". */
  skipped: ReadonlyMap<string, number>;
  /** Returns what changes when a picture does. */
  stampOf: (name: string) => Promise<string>;
}

/**
 * Lists the pictures in a folder and in the folders below it, and follows links.
 *
 * @throws ERR_DATA_FORMAT if there are none; ERR_FILE
 */
export function listFolder(dir: string): PictureFiles {
  const names: string[] = [];
  collect(dir, '', names, new Set());
  return selectPictures(dir, names, {
    read: (name) => readFileBytesAsync(join(dir, name)),
    stampOf: (name) => stampOf(join(dir, name)),
  });
}

/** Selects the pictures among the files of a folder or an archive. @throws ERR_DATA_FORMAT if there are none */
export function selectPictures(
  source: string,
  names: string[],
  { read, stampOf }: { read: (name: string) => Promise<Uint8Array> } & Pick<PictureFiles, 'stampOf'>,
): PictureFiles {
  const skipped = new Map<string, number>();
  for (const name of names.filter((name) => !isPicture(name))) {
    const kind = extname(name).toLowerCase() || 'other files';
    skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
  }
  const pictures = names.filter(isPicture).sort();
  const files = pictures.map((name) => ({ name, read: () => read(name) }));
  if (files.length > 0) return { pictures: files, skipped, stampOf };
  const found = skipped.size > 0 ? ` but found ${describeKinds(skipped).join(', ')}` : '';
  const expected = "expected PNG, JPEG, WebP, AVIF, TIFF or GIF files, or MNIST's train-images-idx3-ubyte";
  throw formatError(`No images in ${source}: ${expected}${found}`);
}

/** Returns what changes when a file does. */
export async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs } = (await stat(path).catch(() => undefined)) ?? {};
  return `${size} ${mtimeMs}`;
}

/** Whether a file's name is that of a picture. */
export function isPicture(name: string): boolean {
  return PICTURE.test(name);
}

/** Whether a file or folder is there for the system's sake, such as "._a.png", which macOS adds to archives. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

function collect(dir: string, below: string, names: string[], seen: Set<string>): void {
  for (const entry of entriesOf(join(dir, below), seen)) {
    if (isHidden(entry.name)) continue;
    const name = join(below, entry.name);
    if (isFolder(entry, join(dir, name))) collect(dir, name, names, seen);
    else names.push(name);
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
