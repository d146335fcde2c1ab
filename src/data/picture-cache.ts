import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { finishBreathing, hashInPieces } from '../breathe';
import { LibtorchGenerativeError } from '../errors';
import { makeFolder, readFileBytesAsync, writeFileAtomic } from '../files';
import { cacheRoot } from '../native/cache';
import { type ImageSet, type ImageSizes, valuesPerImage } from './image-set';
import type { PictureFiles } from './picture-files';

/** Increase with every change of how pictures are decoded. */
const RECIPE = 1;
/** Pictures that are decoded sooner are not kept. */
const WORTH_MS = 3000;
/** Beyond this size of the folder, the pictures that have not been used for longest are removed. */
const MOST_BYTES = 8 * 2 ** 30;

/** Decoded pictures, and the names of those that are damaged. */
export interface Decoded {
  images: ImageSet;
  damaged: string[];
}

interface Header extends ImageSizes, Pick<ImageSet, 'source'> {
  damaged: string[];
  sha256: string;
}

/**
 * Pictures of a folder or an archive as they were decoded before, in the package's cache, as long as no file has changed.
 * A cache that cannot be read or written is none.
 */
export class PictureCache {
  private constructor(readonly path: string) {}

  /** @param options all that the result depends on, apart from the files */
  static async of(source: string, { pictures, stampOf }: PictureFiles, options: object): Promise<PictureCache> {
    const stamps = await Promise.all(pictures.map(({ name }) => stampOf(name)));
    const hash = createHash('sha256').update(JSON.stringify([RECIPE, resolve(source), options]));
    for (const [index, { name }] of pictures.entries()) hash.update(JSON.stringify([name, stamps[index]]));
    return new PictureCache(join(folder(), hash.digest('hex').slice(0, 32)));
  }

  /** @param onSizes called before the memory is taken; throws if they are too large */
  async read(onSizes: (sizes: ImageSizes) => void): Promise<Decoded | undefined> {
    const header = await this.#header();
    if (!header) return undefined;
    const { damaged, sha256, source, ...sizes } = header;
    onSizes(sizes);
    const bytes = await readFileBytesAsync(this.#file('bin')).catch(() => undefined);
    if (bytes?.length !== sizes.count * valuesPerImage(sizes) || (await digestOf(bytes)) !== sha256) return undefined;
    const now = new Date();
    await utimes(this.#file('bin'), now, now).catch(() => {});
    return { images: { images: bytes, ...sizes, source }, damaged };
  }

  /** Keeps pictures that took long to decode. */
  async write({ images: { images, labels, classes, ...header }, damaged }: Decoded, tookMs: number): Promise<void> {
    if (tookMs < WORTH_MS || images.length > MOST_BYTES) return;
    try {
      makeFolder(folder());
      await makeRoom(images.length);
      const sha256 = await digestOf(images);
      writeFileAtomic(this.#file('bin'), images);
      writeFileAtomic(this.#file('json'), JSON.stringify({ ...header, damaged, sha256 } satisfies Header));
    } catch (error) {
      if (!(error instanceof LibtorchGenerativeError)) throw error; // a cache that is read-only, or a full disk
    }
  }

  async #header(): Promise<Header | undefined> {
    try {
      return JSON.parse(await readFile(this.#file('json'), 'utf8'));
    } catch {
      return undefined;
    }
  }

  #file(kind: 'bin' | 'json'): string {
    return `${this.path}.${kind}`;
  }
}

function folder(): string {
  return join(cacheRoot(), 'pictures');
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  await finishBreathing(hashInPieces(hash, bytes));
  return hash.digest('hex');
}

/** Removes the pictures that have not been used for longest, until there is room for so many bytes. */
async function makeRoom(needed: number): Promise<void> {
  const names = (await readdir(folder())).filter((name) => name.endsWith('.bin'));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder(), name);
      const { size, mtimeMs } = (await stat(path).catch(() => undefined)) ?? { size: 0, mtimeMs: 0 };
      return { path, size, mtimeMs };
    }),
  );
  files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  let total = needed + files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files) {
    if (total <= MOST_BYTES) return;
    await rm(path, { force: true });
    await rm(path.replace(/bin$/, 'json'), { force: true });
    total -= size;
  }
}
