import { type UnzipFileInfo, unzipSync } from 'fflate';
import { memoryShortage } from '../check-memory';
import { formatError } from '../errors';
import { readFileBytesAsync } from '../files';
import { isHidden, isPicture, type PictureFiles, selectPictures, stampOf } from './picture-files';

/** Files that are unpacked together: each time, the whole table of contents is read. */
const AT_ONCE = 256;

/**
 * Lists the pictures of a zip archive. The archive is held in memory, and unpacked a part at a time.
 *
 * @throws ERR_DATA_FORMAT if it is damaged, or without pictures; ERR_FILE
 */
export async function listArchive(path: string): Promise<PictureFiles> {
  const archive = new Archive(path, await readFileBytesAsync(path));
  const stamp = await stampOf(path);
  return selectPictures(path, archive.names, {
    read: async (name) => archive.read(name),
    stampOf: async () => stamp,
  });
}

class Archive {
  /** Of its files. */
  readonly names: string[] = [];
  readonly #pictures: string[];
  #unpacked: Record<string, Uint8Array> = {};

  constructor(
    readonly path: string,
    readonly bytes: Buffer,
  ) {
    this.#unzip(({ name }) => {
      if (!name.endsWith('/') && !name.split('/').some(isHidden)) this.names.push(name);
      return false;
    });
    this.#pictures = this.names.filter(isPicture).sort();
  }

  /** Unpacks a picture, and those that come after it. */
  read(name: string): Uint8Array {
    if (!Object.hasOwn(this.#unpacked, name)) {
      const first = this.#pictures.indexOf(name);
      const wanted = new Set(this.#pictures.slice(first, first + AT_ONCE));
      let needed = 0;
      this.#unpacked = this.#unzip((file) => {
        if (!wanted.has(file.name)) return false;
        needed += file.originalSize;
        const shortage = memoryShortage(needed);
        if (shortage) throw formatError(`Cannot unpack ${this.path}: it ${shortage}`);
        return true;
      });
    }
    return this.#unpacked[name]!;
  }

  #unzip(filter: (file: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
    try {
      return unzipSync(this.bytes, { filter });
    } catch (cause) {
      throw formatError(`Cannot unpack ${this.path}: ${(cause as Error).message}`, { cause });
    }
  }
}
