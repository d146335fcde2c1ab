import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { readImages, readTestImages } from '../../src/data/images';
import { findMnist, readMnistLabels } from '../../src/data/mnist';
import { rejectionOf } from '../error-of';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'labels-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function png(level: number): Buffer {
  const image = new PNG({ width: 2, height: 2 });
  image.data.fill(level);
  for (let at = 3; at < 16; at += 4) image.data[at] = 255;
  return PNG.sync.write(image);
}

/** Writes pictures whose level is the length of their name. */
function writePictures(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), png(name.length));
  }
}

const classOf = ({ labels, classes }: { labels?: Int32Array | undefined; classes?: readonly string[] | undefined }) =>
  Array.from(labels!, (label) => classes![label]);

test('folders are classes, in the order of their names', async () => {
  writePictures('dog/1.png', 'cat/b/2.png', 'cat/a.png', 'eel/3.png');
  const set = await readImages(dir, { labels: true });
  expect(set.classes).toEqual(['cat', 'dog', 'eel']);
  expect(classOf(set)).toEqual(['cat', 'cat', 'dog', 'eel']);
  expect(Array.from(set.images.filter((_, at) => at % 4 === 0))).toEqual(['cat/a.png', 'cat/b/2.png', 'dog/1.png', 'eel/3.png'].map(({ length }) => length)); // biome-ignore format: one line
  expect(set.source).toEqual({ description: '4 images, 2 × 2, gray, 3 classes', isComplete: true });
  expect(await readImages(dir)).not.toHaveProperty('labels');
});

test('classes are below the folder that all are in, also in an archive', async () => {
  writePictures('data/train/dog/1.png', 'data/train/cat/2.png');
  expect(classOf(await readImages(dir, { labels: true }))).toEqual(['cat', 'dog']);
  const file = join(dir, 'pets.zip');
  writeFileSync(file, zipSync({ 'pets/dog/1.png': png(3), 'pets/cat/1.png': png(4), 'pets/readme.txt': png(1) }));
  expect(classOf(await readImages(file, { labels: true }))).toEqual(['cat', 'dog']);
});

test('a damaged picture has no label, and a class of nothing else is none', async () => {
  writePictures('a/1.png', 'b/1.png', 'c/1.png', 'c/2.png');
  writeFileSync(join(dir, 'b/1.png'), 'no picture');
  writeFileSync(join(dir, 'c/1.png'), 'no picture');
  const set = await readImages(dir, { labels: true });
  expect([set.classes, classOf(set)]).toEqual([['a', 'c'], ['a', 'c']]); // biome-ignore format: one line
});

test.each([
  [['1.png', '2.png'], /^Expected the images of each class in a folder of its own in .*, but all are in one folder$/],
  [['cat/1.png', 'cat/2.png'], /all are in one folder$/],
  [['cat/1.png', 'dog/1.png', 'x.png'], /but x\.png is beside those$/],
  [['cat/1.png', 'w.png', 'x.png', 'y.png', 'z.png'], /but w\.png, x\.png, y\.png, \.\.\. are beside those$/],
])('%j are no classes', async (names, message) => {
  writePictures(...names);
  expect(await rejectionOf(readImages(dir, { labels: true }))).toMatchObject({ code: 'ERR_DATA_FORMAT', message: expect.stringMatching(message) }); // biome-ignore format: one line
});

test("MNIST's labels, of training and of test images", async () => {
  const [train, testSet] = [
    await readImages('mnist', { labels: true }),
    await readTestImages('mnist', { labels: true }),
  ];
  expect(train.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect([...train.labels!]).toEqual([...readMnistLabels(findMnist()).data]);
  expect([...testSet!.labels!]).toEqual([...readMnistLabels(findMnist(), 'test').data]);
  expect(train.source!.description).toBe('60,000 images, 28 × 28, gray, 10 classes');
  const small = await readImages('mnist', { labels: true, resolution: 8, color: 'rgb' });
  expect([small.labels!.length, small.source!.description]).toEqual([60000, '60,000 images, 8 × 8, RGB, 10 classes']);
});

test('IDX files without labels, or with too few, are refused', async () => {
  const file = join(findMnist(), 't10k-images-idx3-ubyte');
  expect((await rejectionOf(readImages(file, { labels: true }))).message).toMatch(
    /^Cannot tell the classes of the images in .*: expected a folder with MNIST's images and labels$/,
  );
  writeFileSync(join(dir, 'train-images-idx3-ubyte'), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8)); // biome-ignore format: one line
  expect(await rejectionOf(readImages(dir, { labels: true }))).toMatchObject({
    code: 'ERR_FILE',
    message: expect.stringMatching(/No train-labels-idx1-ubyte/),
  });
  writeFileSync(join(dir, 'train-labels-idx1-ubyte'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 3));
  expect((await rejectionOf(readImages(dir, { labels: true }))).message).toMatch(/^Expected 2 labels in .*, one per image, but found 1$/); // biome-ignore format: one line
});
