import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { WorkProgress } from '../work';
import { CollectedPictures, type ImageColor, type OnSizes } from './collected-pictures';
import { DamagedPicture, decodePicture, type Picture } from './decode-picture';
import { labelsOfFolders, withLabels } from './image-labels';
import type { ImageSet } from './image-set';
import { type Decoded, PictureCache } from './picture-cache';
import type { PictureFile, PictureFiles } from './picture-files';

/** How pictures are read. */
export interface PictureOptions {
  color: ImageColor;
  resolution: number | undefined;
  /** Whether the folders are classes. */
  labels: boolean;
  onSizes: OnSizes;
  /** Stops the reading; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each picture. */
  onProgress?: ((progress: WorkProgress) => void) | undefined;
}

/** More than are decoded at once, so that the order in which they finish delays none. */
const AHEAD = 2 * availableParallelism();

/**
 * Reads pictures, in the order of their names. Damaged and other files are skipped, which the result's `source` describes.
 * What took long to decode is kept in the package's cache.
 *
 * @param source the folder or archive that they are in
 * @throws ERR_DATA_FORMAT if none can be read, or they differ in size; ERR_FILE; ERR_NOT_INSTALLED without sharp
 */
export async function readPictures(source: string, files: PictureFiles, options: PictureOptions): Promise<ImageSet> {
  const { color, resolution, labels, onSizes } = options;
  const names = files.pictures.map(({ name }) => name);
  if (labels) labelsOfFolders(source, names); // before all are decoded
  const cache = await PictureCache.of(source, files, { color, resolution, skipped: [...files.skipped] });
  const startMs = performance.now();
  const kept = await cache.read(onSizes);
  const decoded = kept ?? (await decodeAll(source, files, options));
  if (!kept) await cache.write(decoded, performance.now() - startMs);
  if (!labels) return decoded.images;
  const damaged = new Set(decoded.damaged);
  return withLabels(decoded.images, labelsOfFolders(source, names.filter((name) => !damaged.has(name)))); // biome-ignore format: one line
}

async function decodeAll(
  source: string,
  { pictures, skipped }: PictureFiles,
  { color, resolution, onSizes, signal, onProgress }: PictureOptions,
): Promise<Decoded> {
  const damaged = new Map<string, DamagedPicture>();
  let collected: CollectedPictures | undefined;
  let done = 0;
  for await (const { name, picture } of decodeAhead(source, pictures, resolution)) {
    signal?.throwIfAborted();
    onProgress?.({ task: 'read', done: ++done, total: pictures.length });
    if (picture instanceof DamagedPicture) {
      damaged.set(name, picture);
      continue;
    }
    collected ??= new CollectedPictures({ source, color, onSizes }, { name, ...picture }, pictures.length);
    collected.add(name, picture);
  }
  if (!collected) throw [...damaged.values()][0]!;
  return { images: collected.finish({ skipped, damaged: [...damaged.keys()] }), damaged: [...damaged.keys()] };
}

/** Decodes pictures on sharp's threads, a few at once, and yields them in order. */
async function* decodeAhead(
  source: string,
  pictures: PictureFile[],
  resolution: number | undefined,
): AsyncGenerator<{ name: string; picture: Picture | DamagedPicture }, void> {
  const decode = async ({ name, read }: PictureFile) => {
    return decodePicture(join(source, name), await read(), resolution).catch(onlyDamaged);
  };
  const waiting: { name: string; decoded: Promise<Picture | DamagedPicture> }[] = [];
  for (const picture of pictures) {
    const decoded = decode(picture);
    decoded.catch(() => {}); // reported when its turn comes
    waiting.push({ name: picture.name, decoded });
    if (waiting.length < AHEAD) continue;
    const first = waiting.shift()!;
    yield { name: first.name, picture: await first.decoded };
  }
  for (const { name, decoded } of waiting) yield { name, picture: await decoded };
}

function onlyDamaged(error: unknown): DamagedPicture {
  if (error instanceof DamagedPicture) return error;
  throw error;
}
