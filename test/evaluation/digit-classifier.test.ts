import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageSet, readImages } from '../../src/data/images';
import { findMnist, readMnistImages, readMnistLabels } from '../../src/data/mnist';
import type { DigitClassifier } from '../../src/evaluation/digit-classifier';
import { areMnistImages, cachedDigitClassifier, digitClassifier } from '../../src/evaluation/digit-classifier-cache';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, manualSeed } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';

const folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
const originalCache = process.env.XDG_CACHE_HOME;
const cache = join(folder, 'libtorch-generative');
const cached = () => join(cache, readdirSync(cache)[0]!);

/** Of all that the classifier knows. */
const weights = (classifier: DigitClassifier) =>
  Object.values(classifier.stateDict()).map((tensor) => Buffer.from(tensor.toArray().buffer));

let classifier: DigitClassifier;
let numTrainings = 0;
const onTraining = () => numTrainings++;
beforeAll(() => {
  setNumThreads(2);
  manualSeed(3); // finds libtorch in the cache that there is
  process.env.XDG_CACHE_HOME = folder;
  const [random, tensors] = [getGeneratorState(), memory().tensors];
  classifier = digitClassifier({ onTraining });
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));
  expect(numThreads()).toBe(2);
  expect(memory().tensors - tensors).toBe(classifier.parameters().length);
});
afterAll(() => {
  process.env.XDG_CACHE_HOME = originalCache;
  if (originalCache === undefined) delete process.env.XDG_CACHE_HOME;
  rmSync(folder, { recursive: true, force: true });
});

let trainingImages: ImageSet;
beforeAll(async () => {
  trainingImages = await readImages('mnist');
});

function testImages(): ImageSet {
  const { data, shape } = readMnistImages(findMnist(), 'test');
  return { images: data, count: shape[0]!, channels: 1, height: 28, width: 28 };
}

test('it reads at least 98 % of the test digits, and says how many', () => {
  const images = testImages();
  const labels = readMnistLabels(findMnist(), 'test').data;
  let right = 0;
  for (let start = 0; start < 1000; start++) {
    const one = { ...images, images: images.images.subarray(start * 784, (start + 1) * 784), count: 1 };
    right += classifier.look(one).digits[labels[start]!]!;
  }
  expect(classifier.accuracy).toBeGreaterThanOrEqual(0.98);
  expect(Math.abs(right / 1000 - classifier.accuracy)).toBeLessThan(0.02);
});

test('it sees features and digits, the same in one batch as in several', () => {
  const images = testImages();
  const all = classifier.look(images);
  expect([all.features.shape, all.features.dtype]).toEqual([[10_000, 64], 'float64']);
  expect(all.digits.reduce((a, b) => a + b)).toBe(10_000);
  const last = classifier.look({ ...images, images: images.images.subarray(9500 * 784), count: 500 });
  expect(all.features.slice(0, 9500).sub(last.features).abs().max().item()).toBeLessThan(1e-4);
});

test('it is trained once, and then comes from the cache, without a random number of the thread', async () => {
  const random = getGeneratorState();
  const again = digitClassifier({ onTraining });
  expect((await cachedDigitClassifier(trainingImages))!.accuracy).toBe(classifier.accuracy);
  expect(await cachedDigitClassifier(testImages())).toBeUndefined(); // it learned from others
  expect(numTrainings).toBe(1);
  expect(weights(again)).toEqual(weights(classifier));
  expect(again.accuracy).toBe(classifier.accuracy);
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));
});

test('a damaged file is made again, with the same numbers on any number of threads', async () => {
  setNumThreads(1);
  const whole = readFileSync(cached());
  const damages: Record<string, Buffer> = {
    truncated: whole.subarray(0, whole.length / 2),
    empty: Buffer.alloc(0),
    'one byte of a weight': Buffer.from(whole.with(whole.length - 5, whole.at(-5)! ^ 0x10)),
  };
  for (const [damage, bytes] of Object.entries(damages)) {
    writeFileSync(cached(), bytes);
    expect({ damage, cached: await cachedDigitClassifier(trainingImages) }).toEqual({ damage, cached: undefined });
  }
  numTrainings = 0;
  expect(weights(digitClassifier({ onTraining }))).toEqual(weights(classifier));
  expect(numTrainings).toBe(1);
  expect(readFileSync(cached()).equals(whole)).toBe(true);
  expect(readdirSync(cache)).toHaveLength(1);
});

test("MNIST's images are known, others are not", () => {
  const images = testImages();
  expect(areMnistImages(images)).toBe(true);
  expect(areMnistImages({ ...images, images: images.images.with(4000, images.images[4000]! ^ 1) })).toBe(false);
  expect(areMnistImages({ ...images, images: images.images.subarray(784), count: 9999 })).toBe(false);
});
