import { PNG } from 'pngjs';
import { Generator } from '../../src/models/generator';
import { native } from '../../src/native/addon';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { withSeed } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';
import { drawGridSync, drawImages, drawImagesSync } from '../../src/training/draw-images';
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
