import { testUniformity } from '../../src/evaluation/uniformity';
import { native } from '../../src/native/addon';
import { Tensor } from '../../src/tensor/tensor';
import { numbersOf } from '../fixtures/fixture';

type Words = [number, number, number, number];

/** Philox 4x32-10 by whole numbers of any length. */
function philox(counter: Words, [low, high]: [number, number]): Words {
  const product = (a: number, b: bigint) => BigInt(a) * b;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const [first, second] = [product(c0, 0xd2511f53n), product(c2, 0xcd9e8d57n)];
    const wordOf = (wide: bigint) => Number(wide & 0xffffffffn);
    [c0, c1, c2, c3] = [
      (wordOf(second >> 32n) ^ c1 ^ (low + Math.imul(round, 0x9e3779b9))) >>> 0,
      wordOf(second),
      (wordOf(first >> 32n) ^ c3 ^ (high + Math.imul(round, 0xbb67ae85))) >>> 0,
      wordOf(first),
    ];
  }
  return [c0, c1, c2, c3];
}

/** What a path draws at a step: one word becomes the uniform number, two the normal one. */
function expectedNoise(seed: number, step: number, path: number): { uniform: number; normal: number } {
  const words = BigInt.asUintN(64, BigInt(seed));
  const [w0, w1, w2] = philox([path, 0, step, 0], [Number(words & 0xffffffffn), Number(words >> 32n)]);
  const radius = Math.sqrt(-2 * Math.log((w1 + 0.5) / 2 ** 32));
  return { uniform: (w0 >>> 8) / 2 ** 24, normal: radius * Math.cos((2 * Math.PI * (w2 | 0)) / 2 ** 32) };
}

function noiseOf(seed: number, step: number, paths: number): { uniforms: number[]; normals: number[] } {
  const numbers = numbersOf(new Tensor(native().pathNoise(seed, step, paths)));
  return { uniforms: numbers.slice(0, paths), normals: numbers.slice(paths) };
}

// Known answers of Random123, whose kat_vectors has them: counter, key, result.
test.each<[Words, [number, number], Words]>([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])('the Philox below is the published one for %j', (counter, key, result) => {
  expect(philox(counter, key)).toEqual(result);
});

test.each([0, 1, -1, 12_345, 2 ** 32, -(2 ** 40) + 3, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
  'the seed %d counts its numbers by Philox',
  (seed) => {
    for (const step of [0, 1, 1000]) {
      const { uniforms, normals } = noiseOf(seed, step, 37);
      for (let path = 0; path < 37; path++) {
        const { uniform, normal } = expectedNoise(seed, step, path);
        expect(uniforms[path]).toBe(uniform);
        expect(Math.abs(normals[path]! - normal)).toBeLessThan(2e-6);
      }
    }
  },
);

test('a seed that is no safe integer is refused', () => {
  for (const seed of [0.5, 2 ** 53, Number.NaN]) expect(() => noiseOf(seed, 0, 1)).toThrow(/an integer for seed/);
});

describe('of a million numbers', () => {
  const count = 1_000_000;
  const { uniforms, normals } = noiseOf(3, 5, count);

  test('the uniform ones are uniform', () => {
    expect(testUniformity(Float64Array.from(uniforms)).pValue).toBeGreaterThan(0.01);
  });

  test('the normal ones have the distribution and the moments of normal ones', () => {
    const sorted = new Tensor(native().fromTypedArray(Float64Array.from(normals), [count]));
    const levels = sorted.div(Math.SQRT2).erf().add(1).mul(0.5); // their distribution function
    expect(testUniformity(Float64Array.from(numbersOf(levels))).pValue).toBeGreaterThan(0.01);
    // The moment's own deviation is √((2 n - 1)!! - (n - 1)!!²) / √count.
    for (const [power, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
      [6, 15, 10_170],
    ] as const) {
      const moment = normals.reduce((sum, x) => sum + x ** power, 0) / count;
      expect(Math.abs(moment - expected)).toBeLessThan(4 * Math.sqrt(variance / count));
    }
    expect(Math.max(...normals.slice(0, 100_000))).toBeGreaterThan(4);
  });

  test('neither kind says anything of the other, of the next path or of the next step', () => {
    const next = noiseOf(3, 6, count);
    const correlation = (a: number[], b: number[]) => {
      const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
      const [meanA, meanB] = [mean(a), mean(b)];
      const covariance = mean(a.map((x, i) => (x - meanA) * (b[i]! - meanB)));
      return covariance / Math.sqrt(mean(a.map((x) => (x - meanA) ** 2)) * mean(b.map((x) => (x - meanB) ** 2)));
    };
    const pairs = [
      [uniforms, normals],
      [normals.slice(1), normals.slice(0, -1)],
      [uniforms.slice(1), uniforms.slice(0, -1)],
      [normals, next.normals],
      [uniforms, next.uniforms],
      [uniforms, next.normals],
    ] as const;
    for (const [a, b] of pairs) expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(count));
  });
});
