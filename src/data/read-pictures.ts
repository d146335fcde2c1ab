import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { readFileBytesAsync } from '../files';
import { CollectedPictures, type ImageColor, type OnSizes } from './collected-pictures';
import { DamagedPicture, decodePicture, type Picture } from './decode-picture';
import type { ImageSet } from './image-set';
import { listPictures } from './picture-files';

/** How pictures are read. */
export interface PictureOptions {
  color: ImageColor;
  resolution: number | undefined;
  onSizes: OnSizes;
}

/** More than are decoded at once, so that the order in which they finish delays none. */
const AHEAD = 2 * availableParallelism();

/**
 * Reads the pictures below a folder, in the order of their paths. Damaged and other files are skipped, which the result's
 * `source` describes.
 *
 * @throws ERR_DATA_FORMAT if none can be read, or they differ in size; ERR_FILE; ERR_NOT_INSTALLED without sharp
 */
export async function readPictureFolder(dir: string, options: PictureOptions): Promise<ImageSet> {
  const { paths, skipped } = listPictures(dir);
  const { collected, damaged } = await collect(dir, paths, options);
  return collected.finish({ skipped, damaged: damaged.map((path) => relative(dir, path)) });
}

async function collect(dir: string, paths: string[], { color, resolution, onSizes }: PictureOptions) {
  const damaged = new Map<string, DamagedPicture>();
  let collected: CollectedPictures | undefined;
  for await (const { path, picture } of decodeAhead(paths, resolution)) {
    if (picture instanceof DamagedPicture) {
      damaged.set(path, picture);
      continue;
    }
    collected ??= new CollectedPictures({ dir, color, onSizes }, { path, ...picture }, paths.length);
    collected.add(path, picture);
  }
  if (!collected) throw [...damaged.values()][0]!;
  return { collected, damaged: [...damaged.keys()] };
}

/** Decodes pictures on sharp's threads, a few at once, and yields them in order. */
async function* decodeAhead(
  paths: string[],
  resolution: number | undefined,
): AsyncGenerator<{ path: string; picture: Picture | DamagedPicture }, void> {
  const decode = async (path: string) => {
    return decodePicture(path, await readFileBytesAsync(path), resolution).catch(onlyDamaged);
  };
  const waiting: { path: string; decoded: Promise<Picture | DamagedPicture> }[] = [];
  for (const path of paths) {
    const decoded = decode(path);
    decoded.catch(() => {}); // reported when its turn comes
    waiting.push({ path, decoded });
    if (waiting.length < AHEAD) continue;
    const first = waiting.shift()!;
    yield { path: first.path, picture: await first.decoded };
  }
  for (const { path, decoded } of waiting) yield { path, picture: await decoded };
}

function onlyDamaged(error: unknown): DamagedPicture {
  if (error instanceof DamagedPicture) return error;
  throw error;
}
