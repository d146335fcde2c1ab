import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { encodeGrid, type GridOptions, writeGrid } from '../../src/report/png';
import { errorOf } from '../error-of';

/** The rows of gray levels in a PNG. */
function decode(bytes: Uint8Array): number[][] {
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const pixel = 4 * (y * width + x);
      expect([data[pixel + 1], data[pixel + 2], data[pixel + 3]]).toEqual([data[pixel], data[pixel], 255]);
      return data[pixel]!;
    }),
  );
}

const plain = { padding: 0, scale: 1 };

test('values of the range become black to white; others are clamped and NaN is mid-gray', () => {
  const row = Float32Array.of(-1, 1, 0, 0.5, -2, 9, Infinity, -Infinity, NaN);
  const expected = [[0, 255, 128, 191, 0, 255, 255, 0, 128]];
  expect(decode(encodeGrid(row, { height: 1, width: 9, ...plain }))).toEqual(expected);
  const unit = Float32Array.of(0, 0.25, 1);
  expect(decode(encodeGrid(unit, { height: 1, width: 3, range: [0, 1], ...plain }))).toEqual([[0, 64, 255]]);
});

test('images lie row after row, black around and between them and in the places left over', () => {
  // Three images of 1 x 2 in a grid of 2 x 2.
  const images = Float32Array.of(1, 2, 3, 4, 5, 6);
  const options: GridOptions = { height: 1, width: 2, padding: 1, scale: 1, range: [0, 255] };
  expect(decode(encodeGrid(images, options))).toEqual([
    [0, 0, 0, 0, 0, 0, 0],
    [0, 1, 2, 0, 3, 4, 0],
    [0, 0, 0, 0, 0, 0, 0],
    [0, 5, 6, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ]);
});

test('columns and scale are chosen', () => {
  const images = Float32Array.of(10, 20, 30, 40);
  const options: GridOptions = { height: 2, width: 1, padding: 0, range: [0, 255] };
  expect(decode(encodeGrid(images, { ...options, columns: 1, scale: 1 }))).toEqual([[10], [20], [30], [40]]);
  expect(decode(encodeGrid(images, { ...options, columns: 9, scale: 2 }))).toEqual([
    [10, 10, 30, 30],
    [10, 10, 30, 30],
    [20, 20, 40, 40],
    [20, 20, 40, 40],
  ]);
});

test('64 digits make, by default, a grid of 8 by 8, two pixels apart, twice as large, one byte a pixel', () => {
  const bytes = encodeGrid(new Float32Array(64 * 784), { height: 28, width: 28 });
  const { width, height } = PNG.sync.read(Buffer.from(bytes));
  expect([width, height]).toEqual([484, 484]);
  expect(bytes[25]).toBe(0); // the color type
});

test.each([
  ['images', [5], {}],
  ['images', [0], {}],
  ['height', [4], { height: 0 }],
  ['width', [4], { width: 1.5 }],
  ['columns', [4], { columns: 0 }],
  ['padding', [4], { padding: -1 }],
  ['scale', [4], { scale: 0 }],
  ['range', [4], { range: [1, -1] as [number, number] }],
  ['range', [4], { range: [0, NaN] as [number, number] }],
])('refuses a wrong %s', (name, [length], options) => {
  expect(() => encodeGrid(new Float32Array(length!), { height: 2, width: 2, ...options })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining(`for ${name} but`) }),
  );
});

test('writes the file whole, or names the path that it could not write', () => {
  const dir = mkdtempSync(join(tmpdir(), 'png-'));
  const image = Float32Array.of(1);
  const options = { height: 1, width: 1 };
  writeGrid(join(dir, 'grid.png'), image, options);
  expect(readFileSync(join(dir, 'grid.png'))).toEqual(encodeGrid(image, options));

  const path = join(dir, 'missing', 'grid.png');
  const message = `Cannot write ${path}: no such file or folder`;
  expect(() => writeGrid(path, image, options)).toThrow(expect.objectContaining({ code: 'ERR_FILE', message }));
  expect(readdirSync(dir)).toEqual(['grid.png']);
  rmSync(dir, { recursive: true });
});

test('any array of numbers is taken', () => {
  const options: GridOptions = { height: 1, width: 2, range: [0, 255] };
  const expected = encodeGrid([7, 200], options);
  for (const images of [Uint8Array.of(7, 200), Float64Array.of(7, 200), Buffer.from([7, 200]), Int32Array.of(7, 200)]) {
    expect(encodeGrid(images, options)).toEqual(expected);
  }
});

const detached = new Float32Array(4);
structuredClone(detached, { transfer: [detached.buffer] });

test.each<[string, unknown, object | undefined, RegExp]>([
  ['nothing', undefined, undefined, /for height but received undefined|for images/],
  [
    'an option of another name',
    [1],
    { height: 1, width: 1, collumns: 2 },
    /Unknown option "collumns"\. Did you mean "columns"\?/,
  ],
  ['texts', ['1'], { height: 1, width: 1 }, /a number for images\[0\] but received "1"/],
  [
    'bigints',
    BigInt64Array.of(1n),
    { height: 1, width: 1 },
    /an array of numbers for images but received a BigInt64Array/,
  ],
  ['bytes of a view', new DataView(new ArrayBuffer(4)), { height: 1, width: 1 }, /for images but received a DataView/],
  [
    'memory that was transferred',
    detached,
    { height: 2, width: 2 },
    /one or more images of 2 x 2 values for images but received "0 values"/,
  ],
  ['a range of one', [1], { height: 1, width: 1, range: [0] }, /for range but received an array of 1/],
  ['a range without an end', [1], { height: 1, width: 1, range: [-1.7e308, 1.7e308] }, /for range/],
  ['no range', [1], { height: 1, width: 1, range: 5 }, /for range but received 5/],
  [
    'a huge scale',
    [1],
    { height: 1, width: 1, scale: 1e9 },
    /at most 268435456 pixels for options but received "5000000000 x 5000000000 pixels"/,
  ],
  ['a huge padding', [1], { height: 1, width: 1, padding: 1e9 }, /at most 268435456 pixels/],
  [
    'many tall images in a row',
    new Uint8Array(1 << 24),
    { height: 1 << 12, width: 1, padding: 1 << 12 },
    /at most 268435456 pixels/,
  ],
])('refuses %s', (_, images, options, message) => {
  expect(errorOf(() => encodeGrid(images as number[], options as GridOptions))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});
