import type { ImageSet } from '../../src/data/image-set';
import { partOf } from '../../src/data/image-set';
import { RandomFeatures } from '../../src/evaluation/random-features';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, RandomGenerator, rand } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import { numbersOf } from '../fixtures/fixture';

function noise(count: number, channels: 1 | 3 | 4, height = 9, width = 12): ImageSet {
  const values = scope(() =>
    rand([count * channels * height * width], { generator: new RandomGenerator(1) }).toArray(),
  );
  return { images: Uint8Array.from(values, (value) => 256 * value), count, channels, height, width };
}

test('for the images that they are made for, each has mean 0 and about deviation 1', async () => {
  const set = noise(300, 3);
  const { features } = await (await RandomFeatures.for(set)).look(set);
  expect([features.shape, features.dtype]).toEqual([[300, 64], 'float64']);
  expect(features.mean(0).abs().max().item()).toBeLessThan(1e-10);
  const deviations = features.std(0);
  expect(deviations.max().item()).toBeLessThanOrEqual(1);
  expect(deviations.mean().item()).toBeGreaterThan(0.9);
});

test('the numbers are the same on any number of threads, in any batch, and use none of the random numbers', async () => {
  const random = getGeneratorState();
  const set = noise(300, 3);
  const before = memory().tensors;
  const seen: number[][] = [];
  for (const threads of [1, 2, 3]) {
    setNumThreads(threads);
    const made = await RandomFeatures.for(set);
    const { features } = await made.look(set);
    const { features: last } = await made.look(partOf(set, 290, 300));
    expect(scope(() => last.sub(features.slice(0, 290)).abs().max().item())).toBeLessThan(1e-4);
    expect(numThreads()).toBe(threads);
    seen.push(scope(() => numbersOf(features)));
    for (const each of [made, features, last]) each.dispose();
  }
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));
  expect(memory().tensors).toBeLessThanOrEqual(before);
});

test('gray images are those with three equal channels, opaque ones those without opacity', async () => {
  const gray = noise(70, 1);
  const planes = (...parts: (Uint8Array | undefined)[]) => {
    const ofImage = (index: number) =>
      parts.map((part) => part?.subarray(index * 108, (index + 1) * 108) ?? new Uint8Array(108).fill(255));
    return Uint8Array.from(Buffer.concat(Array.from({ length: 70 }, (_, index) => ofImage(index)).flat()));
  };
  const [one, ...others] = await Promise.all(
    [
      gray,
      { ...gray, channels: 3 as const, images: planes(gray.images, gray.images, gray.images) },
      { ...gray, channels: 4 as const, images: planes(gray.images, gray.images, gray.images, undefined) },
    ].map(async (set) => (await (await RandomFeatures.for(set)).look(set)).features),
  );
  for (const other of others) expect(other.sub(one!).abs().max().item()).toBeLessThan(1e-5);
});

test('images that are all the same have finite features', async () => {
  const set = { ...noise(70, 3), images: new Uint8Array(70 * 3 * 108).fill(7) };
  const { features } = await (await RandomFeatures.for(set)).look(set);
  expect(features.isfinite().all().item()).toBeTruthy();
});
