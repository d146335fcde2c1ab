import { type ImageSet, readImages, readTestImages } from '../../src/data/images';
import { evaluateImages } from '../../src/evaluation/evaluate-images';
import { setNumThreads } from '../../src/tensor/device';
import { getGeneratorState, RandomGenerator, rand } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import { errorOf } from '../error-of';

let real: ImageSet;
let heldOut: ImageSet;
const area = 28 * 28;
beforeAll(async () => {
  setNumThreads(1); // more slow each other down where tests run side by side
  real = await readImages('mnist');
  heldOut = (await readTestImages('mnist'))!;
});

const part = (set: ImageSet, from: number, to: number): ImageSet => ({
  ...set,
  images: set.images.subarray(from * area, to * area),
  count: to - from,
});

test('on a scale from real images to pixels drawn one by one', () => {
  const random = getGeneratorState();
  const before = memory().tensors;
  const { rows, numReal, digits, problems, classifierAccuracy } = evaluateImages(part(heldOut, 0, 1000), real, {
    heldOut: part(heldOut, 1000, 2000),
  });
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
});

test('images that are one and the same have collapsed', () => {
  const one = part(heldOut, 7, 8).images;
  const images = Uint8Array.from({ length: 300 * area }, (_, pixel) => one[pixel % area]!);
  const { rows, digits, problems } = evaluateImages({ ...heldOut, images, count: 300 }, real, { heldOut });
  expect(rows[0]!.recall).toBe(0);
  expect(rows[0]!.diversity).toBeCloseTo(0, 2); // MKL may round the features of equal images differently
  expect(digits!.missing).toHaveLength(9);
  expect(problems).toEqual([
    expect.stringMatching(/^the generator has collapsed: its samples are nearly identical/),
    expect.stringMatching(/^the samples are (far from|no closer to) the real images .*% of pixel noise's Fréchet/),
    'the samples cover only 0.0 % of the real images (recall)',
  ]);
});

test('static is varied, but no generator without a problem', () => {
  const random = scope(() => rand([300, area], { generator: new RandomGenerator(3) }).toArray());
  const images = Uint8Array.from(random as Float32Array, (value) => 255 * value);
  const { rows, problems } = evaluateImages({ ...heldOut, images, count: 300 }, real, { heldOut });
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

test('of other images no digits are claimed, and one half is the scale for the other', () => {
  const { rows, digits, numReal } = evaluateImages(ramps(70), ramps(201), { seed: 2 });
  expect(digits).toBeUndefined();
  expect(numReal).toBe(100);
  expect(rows.map(({ count }) => count)).toEqual([70, 100, 70]);
  for (const { frechet } of rows) expect(Number.isFinite(frechet)).toBe(true);
  expect(rows[1]!.frechet).toBeLessThan(rows[2]!.frechet);
});

test('images that are not what they say are refused by name', () => {
  const good = ramps(65);
  const refusal = (...args: unknown[]) =>
    errorOf(() => (evaluateImages as (...args: unknown[]) => unknown)(...args)).message;
  expect(refusal({ ...good, count: 66 }, good)).toBe(
    'Expected 2970 bytes (count x channels x height x width) for generated.images but received "2925"',
  );
  expect(refusal(good, { ...good, images: [...good.images] })).toMatch(
    /a Uint8Array for real\.images but received an array/,
  );
  expect(refusal(good, { ...good, height: 0 })).toMatch(/for real\.height but received 0/);
  expect(refusal(good)).toMatch(/an object for real but received undefined/);
  expect(refusal(good, good, { heldout: good })).toBe('Unknown option "heldout". Did you mean "heldOut"?');
  expect(refusal(good, good, { heldOut: { ...good, count: 1 } })).toMatch(/for heldOut\.images/);
  expect(refusal(good, good, { seed: 0.5 })).toMatch(/for seed but received 0.5/);
});

test('what cannot be compared is refused by name', () => {
  const refusal = (generated: ImageSet, images: ImageSet) => errorOf(() => evaluateImages(generated, images)).message;
  expect(refusal(ramps(64), ramps(200))).toBe('Expected at least 65 images for generated but received 64');
  expect(refusal(ramps(65), ramps(129))).toBe('Expected at least 65 images for each half of real but received 64');
  expect(refusal({ ...ramps(195), count: 65, channels: 3 }, ramps(200))).toBe(
    'Expected 1 for generated.channels but received 3',
  );
  expect(refusal(ramps(65), real)).toMatch(/^Expected images of 28 x 28 pixels for generated but received "5 x 9"$/);
});
