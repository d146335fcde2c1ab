import { PNG } from 'pngjs';
import { DcganGenerator } from '../../src/models/dcgan';
import { Generator } from '../../src/models/generator';
import { ResnetGenerator } from '../../src/models/resnet-gan';
import type { SampleGenerator } from '../../src/models/sample-generator';
import { native } from '../../src/native/addon';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { withSeed } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';
import { drawGridSync, drawImages, drawImagesSync } from '../../src/training/draw-images';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

const before = numThreads();
afterEach(() => setNumThreads(before));

const bytesOf = (numbers: Float32Array) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);

// Sizes of both presets, of larger pictures, and odd ones.
test.each([
  [100, 128, 784],
  [100, 512, 784],
  [100, 512, 4096],
  [7, 33, 70],
  [3, 2, 1],
])(
  'a sample of %d numbers by %d units to %d pixels is the same whatever is drawn beside it',
  (noiseDim, hiddenDim, dataDim) => {
    const generator = withSeed(3, () => new Generator({ noiseDim, hiddenDim, dataDim }));
    setNumThreads(1);
    const all = bytesOf(generator.sampleSync({ count: 2003, seed: 3 }));
    for (const threads of [1, 2]) {
      setNumThreads(threads);
      for (const count of [1, 2, 7, 8, 64, 250, 1000, 1001]) {
        const some = bytesOf(generator.sampleSync({ count, seed: 3 }));
        expect([threads, count, some.equals(all.subarray(0, some.length))]).toEqual([threads, count, true]);
      }
    }
    generator.dispose();
  },
);

test.each<[string, () => SampleGenerator]>([
  ['dcgan', () => new DcganGenerator({ resolution: 32, channels: 3, filters: 4, noiseDim: 5 })],
  ['resnet', () => new ResnetGenerator({ resolution: 64, channels: 3, filters: 2, noiseDim: 10 })],
])('an image of convolutions is the same whatever is drawn beside it: %s', async (_, create) => {
  const generator = withSeed(3, create);
  setNumThreads(1);
  const all = bytesOf(generator.sampleSync({ count: 67, seed: 3 }));
  for (const threads of [1, 2]) {
    setNumThreads(threads);
    for (const count of [1, 7, 9, 64]) {
      const some = bytesOf(generator.sampleSync({ count, seed: 3 }));
      expect([threads, count, some.equals(all.subarray(0, some.length))]).toEqual([threads, count, true]);
      expect(numThreads()).toBe(threads);
    }
  }
  const others = bytesOf(await generator.sample({ count: 10, seed: 3 }));
  expect(others.equals(all.subarray(0, others.length))).toBe(true);
  generator.dispose();
});

test('a way between seeds begins and ends with their samples, in any thread', async () => {
  const generator = withSeed(3, () => new Generator({ hiddenDim: 16, dataDim: 9, noiseDim: 5 }));
  const [from, to] = [2, 9].map((seed) => [...generator.sampleSync({ seed, truncation: 0.5 })]);
  const way = generator.interpolateSync({ seeds: [2, 9], steps: 3, truncation: 0.5 });
  expect(way).toHaveLength(4 * 9);
  expect([[...way.subarray(0, 9)], [...way.subarray(27)]]).toEqual([from, to]);
  expect(await generator.interpolate({ seeds: [2, 9], steps: 3, truncation: 0.5 })).toEqual(way);
  const refusal = (options: unknown) => errorOf(() => generator.interpolateSync(options as never)).message;
  expect(refusal({ seeds: [2] })).toBe('Expected two seeds or more for seeds but received "1"');
  expect(refusal({ seeds: [2, 0.5] })).toMatch(/for seeds\[1\] but received 0.5/);
  expect(refusal({ seeds: [2, 3], steps: 1e12 })).toMatch(/for steps but received/);
  expect(refusal({})).toMatch(/for seeds but received undefined/);
  expect(refusal({ seeds: [2, 3], truncation: -1 })).toMatch(/for truncation but received -1/);
  generator.dispose();
});

test('other numbers and other seeds are other samples', () => {
  const generator = withSeed(3, () => new Generator({ hiddenDim: 16, dataDim: 9 }));
  const drawn = [-1, 0, 1, 2 ** 40].flatMap((seed) => {
    const samples = generator.sampleSync({ count: 1500, seed });
    return Array.from({ length: 1500 }, (_, index) => samples.slice(9 * index, 9 * (index + 1)).join());
  });
  expect(new Set(drawn).size).toBe(6000);
});

test('images, pictures and worker threads draw the same first images', async () => {
  const generator = withSeed(3, () => new Generator({ hiddenDim: 16, dataDim: 12 }));
  const wanted = { height: 3, width: 4, seed: 9 };
  const all = drawImagesSync(generator, { ...wanted, count: 64 }).images;
  for (const count of [1, 5]) {
    expect(drawImagesSync(generator, { ...wanted, count }).images).toEqual(all.slice(0, 12 * count));
    expect((await drawImages(generator, { ...wanted, count })).images).toEqual(all.slice(0, 12 * count));
  }
  // A picture alone has no frame.
  const { width, height, data } = PNG.sync.read(Buffer.from(drawGridSync(generator, { ...wanted, count: 1 })));
  expect([width, height, ...data.filter((_, index) => index % 4 === 0)]).toEqual([4, 3, ...all.slice(0, 12)]);
});

test('the noise is that of a path: counted, standard normal, with a row for each sample', () => {
  scope(() => {
    const noise = new Tensor(native().sampleNoise(5, 7, 3, 21));
    expect(noise.shape).toEqual([3, 21]);
    for (const row of [0, 1, 2]) {
      const normals = new Tensor(native().pathNoise(5, 7 + row, 21)).select(0, 1);
      expect(numbersOf(noise.select(0, row))).toEqual(numbersOf(normals));
    }
    const many = new Tensor(native().sampleNoise(5, 0, 1000, 100));
    expect(Math.abs(many.mean().item())).toBeLessThan(4 / Math.sqrt(100_000));
    expect(Math.abs(many.square().mean().item() - 1)).toBeLessThan(4 * Math.sqrt(2 / 100_000));
    const next = many
      .slice(0, 1)
      .mul(many.slice(0, 0, 999))
      .mean()
      .item(); // of neighbours, uncorrelated
    expect(Math.abs(next)).toBeLessThan(4 / Math.sqrt(99_900));
  });
});
