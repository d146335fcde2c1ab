import type { ImageSet } from '../../src/data/images';
import { resizedPixels } from '../../src/data/resize';
import { numbersOf } from '../fixtures/fixture';

const image = (rows: number[][]): ImageSet => ({
  images: Uint8Array.from(rows.flat()),
  count: 1,
  channels: 1,
  height: rows.length,
  width: rows[0]!.length,
});
const resized = (rows: number[][], size: number) =>
  numbersOf(resizedPixels(image(rows), size, 0, 1)).map((pixel) => Math.round(255 * pixel));

test('the same size leaves the pixels as they are', () => {
  expect(
    resized(
      [
        [0, 51],
        [102, 255],
      ],
      2,
    ),
  ).toEqual([0, 51, 102, 255]);
});

// torch.nn.functional.interpolate(rows, size=(size, size), mode='bilinear', antialias=True)
test("larger and smaller are PyTorch's", () => {
  expect(
    resized(
      [
        [0, 100],
        [200, 40],
      ],
      4,
    ),
  ).toEqual([0, 25, 75, 100, 50, 59, 76, 85, 150, 126, 79, 55, 200, 160, 80, 40]);
  const ramp = Array.from({ length: 6 }, (_, row) =>
    [0, 10, 40, 90, 160, 250].map((value) => Math.min(255, value + row)),
  );
  expect(resized(ramp, 2)).toEqual([26, 151, 29, 154]);
});

test('a mean stays the mean, and heights and widths may differ', () => {
  expect(
    resized(
      Array.from({ length: 9 }, () => new Array<number>(50).fill(77)),
      28,
    ),
  ).toEqual(new Array(784).fill(77));
});

test('some of several', () => {
  const images: ImageSet = {
    images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    count: 4,
    channels: 1,
    height: 1,
    width: 2,
  };
  const pixels = resizedPixels(images, 1, 1, 3);
  expect(pixels.shape).toEqual([2, 1]);
  expect(numbersOf(pixels.mul(255)).map((pixel) => pixel.toFixed(2))).toEqual(['3.50', '5.50']);
});

test('colors become gray, and what is transparent white', () => {
  const images = (channels: 3 | 4, ...pixels: number[]) =>
    numbersOf(resizedPixels({ images: Uint8Array.from(pixels), count: 1, channels, height: 1, width: 1 }, 1, 0, 1))[0]!;
  expect(images(3, 255, 0, 0)).toBeCloseTo(0.299, 6);
  expect(images(3, 0, 51, 0)).toBeCloseTo(0.587 / 5, 6);
  expect(images(3, 0, 0, 255)).toBeCloseTo(0.114, 6);
  expect(images(4, 255, 0, 0, 255)).toBeCloseTo(0.299, 6);
  expect(images(4, 0, 0, 0, 0)).toBeCloseTo(1, 6);
  expect(images(4, 0, 0, 0, 51)).toBeCloseTo(0.8, 6);
});
