import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { readChecked } from '../../src/data/images';
import { listArchive } from '../../src/data/picture-archive';
import { PictureCache } from '../../src/data/picture-cache';
import { listFolder } from '../../src/data/picture-files';
import { zeros } from '../../src/tensor/creation';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();
const at = (name: string) => join(folder(), name);
const before = process.env.XDG_CACHE_HOME;
beforeAll(() => zeros([1]).dispose()); // libtorch is in the usual cache
beforeEach(() => {
  process.env.XDG_CACHE_HOME = at('cache');
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

const OPTIONS = { color: 'auto', resolution: undefined } as const;
const LONG_MS = 1e5;

function png(level: number): Buffer {
  const image = new PNG({ width: 2, height: 2 });
  image.data.fill(level);
  for (let pixel = 0; pixel < 4; pixel++) image.data[4 * pixel + 3] = 255;
  return PNG.sync.write(image);
}

function writePictures(): string {
  for (const [index, name] of ['cat/a.png', 'cat/b.png', 'dog/c.png'].entries()) {
    mkdirSync(at(`pets/${name}/..`), { recursive: true });
    writeFileSync(at(`pets/${name}`), png(10 * index));
  }
  writeFileSync(at('pets/dog/broken.png'), 'no picture');
  return at('pets');
}

/** Reads pictures, and returns them with the number of those that were decoded. */
async function read(source: string, options: object = {}) {
  let decoded = 0;
  const hooks = { onSizes: () => {}, onProgress: () => decoded++ };
  return { images: await readChecked(source, { ...OPTIONS, ...options, ...hooks }), decoded };
}

/** Keeps pictures as if they had taken long. */
async function keepPictures(source: string, options: object = {}): Promise<void> {
  const files = source.endsWith('.zip') ? await listArchive(source) : listFolder(source);
  const all = { ...OPTIONS, ...options, skipped: [...files.skipped] };
  const { labels, classes, ...images } = (await read(source, options)).images;
  await (await PictureCache.of(source, files, all)).write({ images, damaged: ['dog/broken.png'] }, LONG_MS);
}

test('what took long is not decoded again: the same pictures, description and classes', async () => {
  const source = writePictures();
  const first = await read(source, { labels: true });
  expect([first.decoded, existsSync(at('cache'))]).toEqual([4, false]); // it was quick
  await keepPictures(source);
  const second = await read(source, { labels: true });
  expect(second.decoded).toBe(0);
  expect({ ...second.images, images: [...second.images.images] }).toEqual({ ...first.images, images: [...first.images.images] }); // biome-ignore format: one line
  expect(second.images.source!.description).toBe(
    '3 images, 2 × 2, gray, 1 skipped: 1 damaged (dog/broken.png), 2 classes',
  );
});

test('also of an archive', async () => {
  const source = at('pets.zip');
  writeFileSync(source, zipSync({ 'a.png': png(1), 'b.png': png(2) }));
  await keepPictures(source);
  expect((await read(source)).decoded).toBe(0);
  writeFileSync(source, zipSync({ 'a.png': png(1), 'b.png': png(3), 'c.txt': png(0) }));
  expect((await read(source)).decoded).toBe(2);
});

test.each<[string, () => void, object]>([
  ['another resolution', () => {}, { resolution: 4 }],
  ['other colors', () => {}, { color: 'rgb' }],
  ['a changed file', () => writeFileSync(at('pets/cat/a.png'), png(99)), {}],
  ['a file of another time', () => utimesSync(at('pets/cat/a.png'), 1, 1), {}],
  ['another file', () => writeFileSync(at('pets/cat/z.png'), png(7)), {}],
  ['another file that is skipped', () => writeFileSync(at('pets/cat/z.txt'), 'none'), {}],
  ['a cut cache', () => cutCache('bin'), {}],
  ['a changed cache', () => changeCache(), {}],
  ['a damaged description', () => cutCache('json'), {}],
])('%s: they are decoded', async (_, change, options) => {
  const source = writePictures();
  await keepPictures(source);
  change();
  expect((await read(source, options)).decoded).toBeGreaterThan(3);
});

const cached = (kind: string) => {
  const pictures = at('cache/libtorch-generative/pictures');
  return join(pictures, readdirSync(pictures).find((name) => name.endsWith(kind))!);
};

function cutCache(kind: 'bin' | 'json'): void {
  writeFileSync(cached(kind), readFileSync(cached(kind)).subarray(1));
}

function changeCache(): void {
  const bytes = readFileSync(cached('bin'));
  bytes[0]! ^= 1;
  writeFileSync(cached('bin'), bytes);
}

test('a cache that cannot be written is none', async () => {
  const source = writePictures();
  writeFileSync(at('cache'), 'a file');
  await keepPictures(source);
  expect((await read(source)).decoded).toBe(4);
});

test('images that are too large are refused before they are read', async () => {
  const source = writePictures();
  await keepPictures(source);
  const onSizes = ({ count }: { count: number }) => {
    throw new Error(`${count} are too many`);
  };
  await expect(readChecked(source, { ...OPTIONS, onSizes })).rejects.toThrow('3 are too many');
});
