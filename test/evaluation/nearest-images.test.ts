import { type ImageSet, partOf } from '../../src/data/image-set';
import { compareNearest, findNearest, memorizingProblem } from '../../src/evaluation/nearest-images';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';

function noise(count: number, seed: number, channels: 1 | 3 | 4 = 3, size = 6): ImageSet {
  const length = count * channels * size * size;
  const values = scope(() => rand([length], { generator: new RandomGenerator(seed) }).toArray());
  return { images: Uint8Array.from(values, (value) => 256 * value), count, channels, height: size, width: size };
}

test.each([1, 3, 4] as const)('the nearest are those of brute force, with %d channels', (channels) => {
  const [images, training] = [noise(5, 1, channels), noise(1300, 2, channels)];
  const before = memory().tensors;
  const found = findNearest(images, training);
  expect(memory().tensors).toBe(before);
  /** Colors on white, from 0 to 1. */
  const shown = (set: ImageSet, index: number) => {
    const bytes = Array.from(partOf(set, index, index + 1).images, (byte) => byte / 255);
    return channels < 4 ? bytes : bytes.slice(0, 108).map((byte, at) => 1 + (byte - 1) * bytes[108 + (at % 36)]!);
  };
  const pictures = Array.from({ length: training.count }, (_, index) => shown(training, index));
  for (const { image, nearest, distance } of found) {
    const own = shown(images, image);
    const distances = pictures.map((other) => Math.hypot(...other.map((value, at) => value - own[at]!)));
    const order = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]!);
    expect(nearest).toEqual(order.slice(0, 3));
    const mean = order.slice(0, 50).reduce((sum, index) => sum + distances[index]!, 0) / 50;
    expect(distance).toBeCloseTo(distances[order[0]!]! / mean, 4);
  }
  expect(found.map(({ image }) => image).sort()).toEqual([0, 1, 2, 3, 4]);
  expect(found.map(({ distance }) => distance)).toEqual(found.map(({ distance }) => distance).sort((a, b) => a - b));
});

test('copies are found, also with a little noise, and come first', () => {
  const training = noise(400, 2);
  const images = noise(40, 1);
  images.images.set(
    partOf(training, 70, 80).images.map((byte) => Math.max(byte - 5, 0)),
    10 * 108,
  );
  const found = compareNearest({ generated: images, real: training }, { others: noise(90, 3), reference: training });
  expect(found).toMatchObject({ count: 40, copies: 0.25, copiesOfReal: 0 });
  expect(found.closest).toHaveLength(8);
  for (const { image, nearest } of found.closest) expect(nearest[0]).toBe(image + 60);
  expect(memorizingProblem(found)).toEqual([
    'the generator memorizes: 25.0 % of the samples are copies of training images (0.0 % of other real images)',
  ]);
  expect(memorizingProblem({ ...found, copiesOfReal: 0.24 })).toEqual([]); // the images themselves repeat
});

test('larger images are compared at 32 x 32 pixels, and few training images are enough', () => {
  const training = noise(2, 2, 3, 40);
  const [found] = findNearest(partOf(training, 1, 2), training);
  expect(found).toMatchObject({ image: 0, nearest: [1, 0] });
  expect(found!.distance).toBeLessThan(0.01);
});
