import type { ImageSet } from '../../src/data/images';
import { findMnist, readMnistImages, readMnistLabels } from '../../src/data/mnist';
import { describeCollapse, missingDigits } from '../../src/evaluation/collapse';
import { diversityBeside, measureSpread } from '../../src/evaluation/diversity';

const SIZE = 28;
const AREA = SIZE * SIZE;
const NUM_IMAGES = 250;
const images = readMnistImages(findMnist(), 'test').data;
const labels = readMnistLabels(findMnist(), 'test').data;

const asSet = (pixels: Uint8Array): ImageSet => ({
  images: pixels,
  count: pixels.length / AREA,
  channels: 1,
  height: SIZE,
  width: SIZE,
});
const imageAt = (index: number) => images.subarray(index * AREA, (index + 1) * AREA);
/** 250 images, each made of its index. */
const makeSet = (make: (index: number) => ArrayLike<number>) => {
  const pixels = new Uint8Array(NUM_IMAGES * AREA);
  for (let index = 0; index < NUM_IMAGES; index++) pixels.set(make(index), index * AREA);
  return asSet(pixels);
};

const spread = (set: ImageSet) => measureSpread(set, NUM_IMAGES);
const real = spread(asSet(images.subarray(0, NUM_IMAGES * AREA)));
const diversity = (set: ImageSet) => diversityBeside(spread(set), real);

const even = new Array<number>(10).fill(100);

describe('diversity', () => {
  test('of real images it is about 1', () => {
    const others = diversity(makeSet((index) => imageAt(5000 + index)));
    expect(others).toBeGreaterThan(0.8);
    expect(others).toBeLessThan(1.2);
    expect(describeCollapse({ diversity: others, digits: even })).toBeUndefined();
  });

  test.each<[string, (index: number) => ArrayLike<number>]>([
    ['one image', () => imageAt(3)],
    ['one image, hardly changed', (index) => imageAt(3).map((value, i) => Math.max(0, value - ((index * i) % 7)))],
    ['ten images, a digit each, again and again', (index) => imageAt(labels.indexOf(index % 10))],
  ])('a collapse: %s', (_, make) => {
    const low = diversity(makeSet(make));
    expect(low).toBeLessThan(0.1);
    for (const isYoung of [false, true]) {
      expect(describeCollapse({ diversity: low, digits: even }, isYoung)).toMatch(
        /nearly identical, or repeat a few images \(0\.0/,
      );
    }
  });

  test('one blur is forgiven at the beginning only', () => {
    expect(describeCollapse({ diversity: 0.2 }, true)).toBeUndefined();
    expect(describeCollapse({ diversity: 0.2 })).toMatch(/0\.20 of the real images' variety/);
  });

  test('data that are all alike ask for none', () => {
    expect(diversityBeside({ pairs: 0, nearest: 0 }, { pairs: 0, nearest: 0 })).toBe(1);
    expect(measureSpread(asSet(images.subarray(0, AREA)), 1)).toEqual({ pairs: 0, nearest: 0 });
  });
});

describe('digits', () => {
  test('a few of them only are a collapse, though they vary', () => {
    const digits = [0, 240, 0, 0, 0, 3, 0, 5, 2, 0];
    expect(describeCollapse({ diversity: 0.8, digits })).toBe('it draws almost only the digits 1, 5, 7');
    expect(describeCollapse({ diversity: 0.8, digits }, true)).toBeUndefined();
    expect(describeCollapse({ diversity: 0.8, digits: digits.with(8, 3) })).toBeUndefined();
  });

  test('missing: under a tenth of their share in the real images', () => {
    expect(missingDigits([900, 11, 9, 80, 0, 0, 0, 0, 0, 0], [...even.slice(0, 4), 600, 0, 0, 0, 0, 0])).toEqual([
      2, 4,
    ]);
    expect(missingDigits(even, even.toReversed())).toEqual([]);
  });
});
