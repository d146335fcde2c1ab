import { partOf } from '../../src/data/image-set';
import { type ImageSet, readImages, readTestImages } from '../../src/data/images';
import { evaluateImages, type ImageScores } from '../../src/evaluation/evaluate-images';
import { setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, RandomGenerator, rand, randn } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import { rejectionOf } from '../error-of';

let real: ImageSet;
let heldOut: ImageSet;
const area = 28 * 28;
beforeAll(async () => {
  setNumThreads(1); // more slow each other down where tests run side by side
  real = await readImages('mnist');
  heldOut = (await readTestImages('mnist'))!;
});

test('on a scale from real images to pixels drawn one by one', async () => {
  const random = getGeneratorState();
  const before = memory().tensors;
  const { rows, numReal, digits, problems, classifierAccuracy, features, nearest } = await evaluateImages(
    partOf(heldOut, 0, 1000),
    real,
    {
      heldOut: partOf(heldOut, 1000, 2000),
    },
  );
  expect(memory().tensors).toBe(before);
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));

  expect(rows.map(({ name, count }) => [name, count])).toEqual([
    ['generated', 1000],
    ['real', 1000],
    ['pixelGaussian', 1000],
  ]);
  const [own, other, noise] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
  expect(numReal).toBe(60_000);
  expect(classifierAccuracy).toBeGreaterThanOrEqual(0.98);
  expect(noise.frechet).toBeGreaterThan(20 * other.frechet);
  expect(noise.recall).toBeLessThan(0.05);
  for (const row of [own, other]) {
    expect(row.frechet).toBeGreaterThan(0);
    expect(row.frechet).toBeLessThan(20);
    expect(row.precision).toBeGreaterThan(0.75);
    expect(row.recall).toBeGreaterThan(0.5);
    expect(row.diversity).toBeGreaterThan(0.8);
  }
  expect(digits!.generated.reduce((a, b) => a + b)).toBe(1000);
  expect(digits!.missing).toEqual([]);
  expect(problems).toEqual([]);
  expect(features).toMatchObject({ kind: 'digits', size: 64, description: expect.stringMatching(/98\.\d % accuracy/) });
  expect(noise.kid).toBeGreaterThan(20 * other.kid);
  expect(Math.abs(own.kid)).toBeLessThan(5 * own.kidDeviation);
  expect(nearest).toMatchObject({ count: 250, closest: { length: 8 } });
  expect(nearest.copies).toBeLessThan(0.02);
});

test('images that are one and the same have collapsed', async () => {
  const one = partOf(heldOut, 7, 8).images;
  const images = Uint8Array.from({ length: 300 * area }, (_, pixel) => one[pixel % area]!);
  const { rows, digits, problems } = await evaluateImages({ ...heldOut, images, count: 300 }, real, { heldOut });
  expect(rows[0]!.recall).toBe(0);
  expect(rows[0]!.diversity).toBeCloseTo(0, 2); // MKL may round the features of equal images differently
  expect(digits!.missing).toHaveLength(9);
  expect(problems).toEqual([
    expect.stringMatching(/^the generator has collapsed: its samples are nearly identical/),
    expect.stringMatching(/^the samples are (far from|no closer to) the real images .*% of pixel noise's Fréchet/),
    'the samples cover only 0.0 % of the real images (recall)',
  ]);
});

test('static is varied, but no generator without a problem', async () => {
  const random = scope(() => rand([300, area], { generator: new RandomGenerator(3) }).toArray());
  const images = Uint8Array.from(random as Float32Array, (value) => 255 * value);
  const { rows, problems } = await evaluateImages({ ...heldOut, images, count: 300 }, real, { heldOut });
  expect(rows[0]!.diversity).toBeGreaterThan(0.5);
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^the samples are no closer to the real images than noise \(\d{3,} % of pixel noise/),
      'the samples cover only 0.0 % of the real images (recall)',
    ]),
  );
});

/** Gray ramps of 9 x 5 pixels, each with another slope. */
function ramps(count: number): ImageSet {
  const images = Uint8Array.from(
    { length: count * 45 },
    (_, pixel) => ((pixel % 45) * (1 + (pixel / 45 / count) * 4)) % 256,
  );
  return { images, count, channels: 1, height: 9, width: 5 };
}

test('of other images no digits are claimed, and one half is the scale for the other', async () => {
  const before = memory().tensors;
  const { rows, digits, numReal, features, classifierAccuracy } = await evaluateImages(ramps(70), ramps(201), {
    seed: 2,
  });
  expect(memory().tensors).toBe(before);
  expect(digits).toBeUndefined();
  expect(classifierAccuracy).toBeUndefined();
  expect(features).toEqual({
    kind: 'random',
    size: 64,
    description: 'random convolutional features (compare only within this table)',
  });
  expect(numReal).toBe(100);
  expect(rows.map(({ count }) => count)).toEqual([70, 100, 70]);
  for (const { frechet, kid } of rows) expect([frechet, kid].every(Number.isFinite)).toBe(true);
  expect(rows[1]!.frechet).toBeLessThan(rows[2]!.frechet);
  expect(rows[1]!.kid).toBeLessThan(rows[2]!.kid);
});

/** Discs in color on white, each at another place. */
function discs(count: number, seed: number): ImageSet {
  const images = new Uint8Array(count * 3 * 256);
  const drawn = scope(() => rand([count, 6], { generator: new RandomGenerator(seed) }).toArray());
  for (let index = 0; index < images.length; index++) {
    const [image, channel] = [Math.floor(index / 768), Math.floor(index / 256) % 3];
    const [x, y, radius, ...color] = drawn.subarray(image * 6, image * 6 + 6);
    const far = Math.hypot((index % 16) - 4 - 8 * x!, (Math.floor(index / 16) % 16) - 4 - 8 * y!);
    images[index] = far < 2 + 4 * radius! ? 255 * color[channel]! : 255;
  }
  return { images, count, channels: 3, height: 16, width: 16 };
}

/** Adds Gaussian noise of this deviation. */
function noised(set: ImageSet, deviation: number): ImageSet {
  const noise = scope(() => randn([set.images.length], { generator: new RandomGenerator(1) }).toArray());
  const images = set.images.map((byte, index) =>
    Math.min(Math.max(Math.round(byte + deviation * noise[index]!), 0), 255),
  );
  return { ...set, images };
}

test('images in color are the farther the more they are spoiled, by both distances', async () => {
  const [images, others] = [discs(600, 1), discs(300, 2)];
  const all = [];
  for (const deviation of [0, 20, 60]) {
    const { rows } = await evaluateImages(noised(others, deviation), images);
    if (deviation === 0) all.push(rows[2]!);
    all.push(rows[0]!);
  }
  const [pixelNoise, same, little, more] = all as [ImageScores, ImageScores, ImageScores, ImageScores];
  for (const distance of ['frechet', 'kid'] as const) {
    const ordered = [same, little, more, pixelNoise].map((row) => row[distance]);
    expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
    expect(ordered[3]).toBeGreaterThan(20 * Math.abs(ordered[0]!));
  }
});

test('a generator that draws training images memorizes', async () => {
  const images = discs(400, 1);
  const { nearest, problems } = await evaluateImages(partOf(images, 0, 200), images);
  expect(nearest).toMatchObject({ count: 200, copies: 1 });
  expect(nearest.copiesOfReal).toBeLessThan(0.1);
  expect(problems.join()).toMatch(/the generator memorizes: 100\.0 % of the samples are copies of training images \(/);
});

test('images that are not what they say are refused by name', async () => {
  const good = ramps(65);
  const refusal = async (...args: unknown[]) =>
    (await rejectionOf((evaluateImages as (...args: unknown[]) => Promise<unknown>)(...args))).message;
  expect(await refusal({ ...good, count: 66 }, good)).toBe(
    'Expected 2970 bytes (count x channels x height x width) for generated.images but received "2925"',
  );
  expect(await refusal(good, { ...good, images: [...good.images] })).toMatch(
    /a Uint8Array for real\.images but received an array/,
  );
  expect(await refusal(good, { ...good, height: 0 })).toMatch(/for real\.height but received 0/);
  expect(await refusal(good)).toMatch(/an object for real but received undefined/);
  expect(await refusal(good, good, { heldout: good })).toBe('Unknown option "heldout". Did you mean "heldOut"?');
  expect(await refusal(good, good, { heldOut: { ...good, count: 1 } })).toMatch(/for heldOut\.images/);
  expect(await refusal(good, good, { seed: 0.5 })).toMatch(/for seed but received 0.5/);
  expect(await refusal(good, ramps(200), { features: 'none.onnx' })).toBe(
    'Cannot read none.onnx: no such file or folder',
  );
});

test('what cannot be compared is refused by name', async () => {
  const refusal = async (generated: ImageSet, images: ImageSet) =>
    (await rejectionOf(evaluateImages(generated, images))).message;
  expect(await refusal(ramps(64), ramps(200))).toBe('Expected at least 65 images for generated but received 64');
  expect(await refusal(ramps(65), ramps(129))).toBe(
    'Expected at least 65 images for each half of real but received 64',
  );
  expect(await refusal({ ...ramps(195), count: 65, channels: 3 }, ramps(200))).toBe(
    'Expected 1 for generated.channels but received 3',
  );
  expect(await refusal(ramps(65), real)).toMatch(
    /^Expected images of 28 x 28 pixels for generated but received "5 x 9"$/,
  );
});
