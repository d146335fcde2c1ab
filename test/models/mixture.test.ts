import { Mixture } from '../../src/models/mixture';
import { grad, noGrad } from '../../src/tensor/autograd';
import { arange, full, tensor, where } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { expectSame as expectSameTensors, loadFixture, numbersOf } from '../fixtures/fixture';

interface Case {
  name: string;
  dim: number;
  batch: number;
  mixtures: number;
  temperature?: number;
  floor?: number;
}

const { cases, get, bitTest, expectSame } = loadFixture<Case[]>('models/mixture');

/** torch.distributions computes the same by other formulas. */
const FLOAT64_TOLERANCE = 1e-12;

const float32 = (x: Tensor) => x.to({ dtype: 'float32' });

function drawRaw(shape: number[], seed: number, dtype: 'float32' | 'float64' = 'float64'): Tensor {
  return randn(shape, { generator: new RandomGenerator(seed), dtype });
}

describe.each(cases.map((each) => [each.name, each] as const))(
  "PyTorch's mixture: %s",
  (name, { dim, temperature, floor }) => {
    const options = { temperature, varianceFloor: floor };
    const [raw, value] = [get(`${name}.raw`), get(`${name}.value`)];
    const mixture = new Mixture(raw, options);
    const expectClose = (actual: Tensor, key: string) =>
      expectSameTensors(actual, get(`${name}.${key}`), key, FLOAT64_TOLERANCE);

    test('logProb', () => expectClose(mixture.logProb(value), 'logProb'));
    test('mean', () => expectClose(mixture.mean(), 'mean'));
    test('variance', () => expectClose(mixture.variance(), 'variance'));

    test('sample, the same draws', () => {
      const sample = new Mixture(float32(raw), options).sample({ generator: new RandomGenerator(62) });
      expectSameTensors(sample, get(`${name}.sample32`), 'sample', 1e-6);
    });

    if (temperature === undefined) {
      bitTest("logProb and its gradient in float32 are the reference's to the last bit", () => {
        const raw32 = float32(raw);
        raw32.requiresGrad = true;
        const logProb = new Mixture(raw32).logProb(float32(value));
        logProb.mean().neg().backward();
        expectSame(logProb, `${name}.logProb32`);
        expectSame(raw32.grad!, `${name}.rawGrad32`);
      });
    }

    if (dim === 1) {
      test('cdf', () => expectClose(mixture.cdf(get('points').unsqueeze(0)), 'cdf'));
    }
  },
);

describe('by numerical integration', () => {
  const mixture = new Mixture(drawRaw([3, 5, 3], 1).mul(1.5));
  const step = 1e-3;
  const points = arange(-40, 40, step, { dtype: 'float64' }); // (N)
  const densities = [0, 1, 2].map((row) => {
    const one = new Mixture(
      drawRaw([3, 5, 3], 1)
        .mul(1.5)
        .slice(0, row, row + 1),
    );
    return one.logProb(points.unsqueeze(-1)).exp(); // (N)
  });
  const integrate = (f: Tensor) => densities.map((density) => density.mul(f).sum().item() * step);
  const expectClose = (actual: Tensor, expected: number[], digits: number) =>
    numbersOf(actual).forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i]!, digits);
    });

  test('the density integrates to 1, to the mean and to the variance', () => {
    expectClose(full([3], 1), integrate(full([1], 1, { dtype: 'float64' })), 8);
    expectClose(mixture.mean(), integrate(points), 7);
    const seconds = integrate(points.square());
    const means = numbersOf(mixture.mean());
    expectClose(
      mixture.variance(),
      seconds.map((second, i) => second - means[i]! ** 2),
      6,
    );
  });

  test('cdf is the integral up to a point', () => {
    for (const point of [-3, -0.5, 0, 1, 4]) {
      const below = integrate(points.lt(point).to({ dtype: 'float64' }));
      expectClose(mixture.cdf(full([3, 1], point - step / 2, { dtype: 'float64' })), below, 5);
    }
  });
});

describe('gradients', () => {
  test('of logProb are those of finite differences', () => {
    const value = randn([2, 3], { generator: new RandomGenerator(9), dtype: 'float64' });
    const total = (raw: Tensor) => new Mixture(raw, { temperature: 1.3 }).logProb(value).sum();
    const raw = drawRaw([2, 5, 5], 2);
    raw.requiresGrad = true;
    const [analytic] = grad(total(raw), [raw]);
    const numbers = raw.toArray() as Float64Array;
    const step = 1e-5;
    const shifted = (i: number, by: number) => {
      const copy = Float64Array.from(numbers);
      copy[i]! += by;
      return noGrad(() => scope(() => total(tensor(copy, { shape: [2, 5, 5] })).item()));
    };
    numbersOf(analytic!).forEach((derivative, i) => {
      const difference = (shifted(i, step) - shifted(i, -step)) / (2 * step);
      expect(Math.abs(derivative - difference)).toBeLessThan(1e-7 * Math.max(1, Math.abs(difference)));
    });
  });

  test.each(['float32', 'float64'] as const)('and logProb stay finite for extreme raw values, %s', (dtype) => {
    const extremes = [-1e4, -100, 0, 100, 1e4];
    const components = extremes.flatMap((mean) =>
      extremes.flatMap((variance) => extremes.map((weight) => [mean, variance, weight])),
    );
    const rows = components.flatMap((a, i) => [
      [a, a],
      [a, components[(i * 37 + 11) % components.length]!],
    ]);
    for (const value of [-1e4, 0, 1, 1e4]) {
      const raw = tensor(rows, { dtype, requiresGrad: true });
      const logProb = new Mixture(raw).logProb(full([rows.length, 1], value, { dtype }));
      logProb.mean().backward();
      expect(numbersOf(logProb).every(Number.isFinite)).toBe(true);
      expect(numbersOf(raw.grad!).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('quantile', () => {
  const mixture = new Mixture(drawRaw([4, 5, 3], 3).mul(1.2));

  test('of cdf is the value', () => {
    const [means, deviations] = [mixture.mean(), mixture.variance().sqrt()];
    for (const distance of [-1.5, -0.3, 0, 0.7, 1.5]) {
      const values = means.add(deviations.mul(distance)); // (4, 1)
      const levels = numbersOf(mixture.cdf(values));
      const quantiles = mixture.quantile(levels); // (4, 4)
      for (const [row, value] of numbersOf(values).entries()) {
        expect(Math.abs(quantiles.select(0, row).select(0, row).item() - value)).toBeLessThan(1e-6);
      }
    }
  });

  const LEVELS = [1e-9, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9];

  test('is where cdf reaches the level, far into the tails', () => {
    const quantiles = mixture.quantile(LEVELS);
    expect([quantiles.shape, quantiles.dtype]).toEqual([[4, 7], 'float64']);
    for (let row = 0; row < 4; row++) {
      numbersOf(mixture.cdf(quantiles).select(0, row)).forEach((level, i) => {
        expect(Math.abs(level - LEVELS[i]!)).toBeLessThan(1e-12);
      });
    }
  });

  // Weights in float32 may sum to less than the highest level.
  test('of a mixture in float32 is as in float64', () => {
    const raw = drawRaw([64, 5, 3], 3, 'float32');
    const exact = new Mixture(raw.to({ dtype: 'float64' })).quantile(LEVELS);
    expectSameTensors(new Mixture(raw).quantile(LEVELS), exact, 'quantile', 1e-4);
  });

  /** By 64 halvings of cdf's values, with tensors. */
  function bisect(of: Mixture, levels: number[]): Tensor {
    const target = of
      .weights()
      .to({ dtype: 'float64' })
      .sum(1)
      .mul(tensor(levels, { dtype: 'float64' })); // (B, N)
    const reach = of.variances.sqrt().mul(40).unsqueeze(-1); // (B, K, 1)
    const ends = [of.means.sub(reach).min(1).values, of.means.add(reach).max(1).values] as const;
    let [low, high] = ends.map((end) => end.to({ dtype: 'float64' }).expand(-1, levels.length)) as [Tensor, Tensor];
    for (let i = 0; i < 64; i++) {
      const middle = low.add(high).mul(0.5);
      const isBelow = of.cdf(middle).lt(target);
      [low, high] = [where(isBelow, middle, low), where(isBelow, high, middle)];
    }
    return high;
  }

  test.each([
    [1, 'float64', 1e-12],
    [5, 'float64', 1e-12],
    [100, 'float64', 1e-12],
    [5, 'float32', 1e-5],
    [100, 'float32', 1e-5],
  ] as const)(
    'of many rows of %d Gaussians in %s is that of a bisection with tensors',
    (components, dtype, tolerance) => {
      const many = new Mixture(drawRaw([100, components, 3], components, dtype).mul(2));
      const inner = [0.01, 0.2, 0.5, 0.8, 0.99];
      expectSameTensors(many.quantile(inner), bisect(many, inner), 'quantile', tolerance);
      // There cdf itself has but some digits of the distance to 0 or 1.
      const outer = [1e-12, 1 - 1e-12];
      expectSameTensors(many.quantile(outer), bisect(many, outer), 'quantile', 1e-3);
    },
  );

  test('has the same bits on all threads, and a row is the same alone', () => {
    const raw = drawRaw([257, 7, 3], 4);
    setNumThreads(1);
    const expected = numbersOf(new Mixture(raw).quantile(LEVELS));
    setNumThreads(3);
    expect(numbersOf(new Mixture(raw).quantile(LEVELS))).toEqual(expected);
    setNumThreads(1);
    const last = new Mixture(raw.slice(0, 256, 257)).quantile(LEVELS);
    expect(numbersOf(last)).toEqual(expected.slice(-LEVELS.length));
  });

  /** As a Gaussian's raw parameters; the variance has no floor. */
  const gaussian = (mean: number, deviation: number, logit = 0) => {
    const variance = deviation ** 2;
    return [mean, variance > 20 ? variance : Math.log(Math.expm1(variance)), logit]; // softplus, which is linear above 20
  };
  const quantilesOf = (components: number[][], levels: number[]) =>
    numbersOf(new Mixture(tensor([components], { dtype: 'float64' }), { varianceFloor: 0 }).quantile(levels));

  test('at the ends is as exact as in the middle', () => {
    const known = { 1e-300: -37.0470962993612, 1e-12: -7.034483825301131, 1e-6: -4.753424308822899 };
    const [levels, values] = [Object.keys(known).map(Number), Object.values(known)];
    quantilesOf([gaussian(0, 1)], levels).forEach((value, i) => {
      expect(Math.abs(value / values[i]! - 1)).toBeLessThan(1e-14);
    });
    // The nearest number to 1 - 1e-12 is 1 - 9.999778782798785e-13.
    expect(Math.abs(quantilesOf([gaussian(0, 1)], [1 - 1e-12])[0]! / 7.0344869100478356 - 1)).toBeLessThan(1e-14);
    const mirrored = (sign: number) => [gaussian(sign * 2, 0.5, 1), gaussian(sign * -3, 2)];
    const [low, high] = [quantilesOf(mirrored(1), [0.25, 2 ** -40]), quantilesOf(mirrored(-1), [0.75, 1 - 2 ** -40])];
    low.forEach((value, i) => {
      expect(Math.abs(value + high[i]!)).toBeLessThan(1e-14);
    });
  });

  test('leaves out Gaussians whose weight is zero, however far away', () => {
    const alone = [gaussian(1, 1), gaussian(2, 0.1, 1)];
    const expected = quantilesOf(alone, LEVELS);
    expect(quantilesOf([...alone, gaussian(1e300, 1e100, -800)], LEVELS)).toEqual(expected);
    expect(quantilesOf([gaussian(-1e30, 1, Number.NEGATIVE_INFINITY), ...alone], LEVELS)).toEqual(expected);
  });

  test('lies in the far one of two, where its weight is', () => {
    const [left, right] = quantilesOf([gaussian(-1e12, 1), gaussian(3e15, 1)], [0.25, 0.75]) as [number, number];
    expect([left, right].map((value) => value.toPrecision(12))).toEqual(['-1.00000000000e+12', '3.00000000000e+15']);
    const ends = quantilesOf([gaussian(-1.7e308, 1e3), gaussian(1.7e308, 1e3)], [0.1, 0.9]);
    expect(ends.map((value) => (value / 1.7e308).toFixed(12))).toEqual(['-1.000000000000', '1.000000000000']);
  });

  test('without a variance is the mean', () => {
    const means = [3, 5].map((mean) => [mean, -1e4, 0]);
    expect(quantilesOf(means, [0.1, 0.49, 0.51, 0.9]).map((value) => value.toFixed(12))).toEqual([
      '3.000000000000',
      '3.000000000000',
      '5.000000000000',
      '5.000000000000',
    ]);
  });

  test('of parameters that are not finite is NaN, in their row only', () => {
    const raw = tensor([[[0, 0, 0]], [[Number.NaN, 0, 0]], [[0, Number.POSITIVE_INFINITY, 0]], [[0, 0, 0]]]);
    const [first, nan, infinite, last] = numbersOf(new Mixture(raw).quantile([0.7]));
    expect([nan, infinite, last]).toEqual([Number.NaN, Number.NaN, first]);
    expect(first).toBeGreaterThan(0);
  });

  test('needs no gradient, and takes parameters that do', () => {
    const raw = drawRaw([2, 5, 3], 7);
    raw.requiresGrad = true;
    expect(new Mixture(raw).quantile([0.5]).requiresGrad).toBe(false);
  });

  test('of no level is nothing', () => expect(mixture.quantile([]).shape).toEqual([4, 0]));

  test('of one Gaussian is the known one', () => {
    const raw = tensor([[[3, Math.log(Math.expm1(4 - 1e-3)), 0]]], { dtype: 'float64' }); // mean 3, variance 4
    const [low, median, high] = numbersOf(new Mixture(raw).quantile([0.025, 0.5, 0.975])) as [number, number, number];
    expect(median).toBeCloseTo(3, 12);
    expect(high).toBeCloseTo(3 + 2 * 1.959963984540054, 10);
    expect(low).toBeCloseTo(3 - 2 * 1.959963984540054, 10);
  });

  test('refuses levels beyond 0 and 1', () => {
    for (const level of [0, 1, -0.1, Number.NaN]) {
      expect(() => mixture.quantile([0.5, level])).toThrow(
        `Expected a number above 0 and below 1 for levels[1] but received ${level}`,
      );
    }
  });

  test('leaves one tensor', () => {
    const before = memory().tensors;
    mixture.quantile([0.5]);
    expect(memory().tensors).toBe(before + 1);
  });
});

describe('sample', () => {
  const N = 40_000;

  test.each([
    ['D = 1, K = 5', 1, 5, 1],
    ['D = 3, K = 5', 3, 5, 1],
    ['D = 3, K = 1', 3, 1, 1],
    ['D = 1, K = 5, τ = 0.5', 1, 5, 0.5],
  ])('has the mean and variance of the mixture: %s', (_, dim, mixtures, temperature) => {
    const one = drawRaw([1, mixtures, dim + 2], 5, 'float32');
    const mixture = new Mixture(one, { temperature });
    const samples = new Mixture(one.expand(N, -1, -1), { temperature }).sample({ generator: new RandomGenerator(6) });
    expect(samples.shape).toEqual([N, dim]);
    const [means, variances] = [numbersOf(mixture.mean()), numbersOf(mixture.variance())];
    // Five standard errors; that of the variance is at most a Gaussian's for these mixtures, times 2 to be sure.
    numbersOf(samples.mean(0)).forEach((mean, i) => {
      expect(Math.abs(mean - means[i]!)).toBeLessThan(5 * Math.sqrt(variances[i]! / N));
    });
    numbersOf(samples.var(0)).forEach((variance, i) => {
      expect(Math.abs(variance - variances[i]!)).toBeLessThan(10 * variances[i]! * Math.sqrt(2 / N));
    });
  });

  test('records no gradients', () => {
    const raw = drawRaw([2, 5, 3], 7);
    raw.requiresGrad = true;
    expect(new Mixture(raw).sample().requiresGrad).toBe(false);
  });
});

describe('temperature', () => {
  test('divides the logits and multiplies the variances', () => {
    const raw = drawRaw([2, 4, 3], 8);
    const [plain, hot] = [new Mixture(raw), new Mixture(raw, { temperature: 2 })];
    expectSameTensors(hot.variances, plain.variances.mul(2));
    expectSameTensors(hot.logWeights, raw.select(-1, 2).div(2).logSoftmax(-1));
    expect(hot.means.equal(plain.means)).toBe(true);
  });

  test('near zero picks the heaviest component', () => {
    const raw = tensor(
      [
        [
          [-5, 0, 1],
          [5, 0, 2],
        ],
      ],
      { dtype: 'float64' },
    );
    expect(new Mixture(raw, { temperature: 1e-3 }).sample({ generator: new RandomGenerator(1) }).item()).toBeCloseTo(
      5,
      0,
    );
  });
});

describe('what does not fit is ERR_SHAPE', () => {
  test.each([[[2, 3]], [[2, 5, 2]], [[1, 2, 5, 3]]])('raw of shape %j', (shape) => {
    expect(errorOf(() => new Mixture(full(shape, 0)))).toMatchObject({
      code: 'ERR_SHAPE',
      message: `Expected a Tensor of shape [B, K, D + 2] for raw but received [${shape.join(', ')}]`,
    });
  });

  test('cdf and quantile of several dimensions', () => {
    const mixture = new Mixture(full([2, 5, 4], 0));
    for (const [method, use] of Object.entries({
      cdf: () => mixture.cdf(full([2, 1], 0)),
      quantile: () => mixture.quantile([0.5]),
    })) {
      expect(errorOf(use)).toMatchObject({
        code: 'ERR_SHAPE',
        message: `Expected D = 1 for ${method}() but the mixture has 2 dimensions`,
      });
    }
  });

  test.each([[[2]], [[2, 1]], [[2, 3]], [[2, 1, 2]]])('a value of shape %j', (shape) => {
    expect(errorOf(() => new Mixture(full([2, 5, 4], 0)).logProb(full(shape, 0)))).toMatchObject({
      code: 'ERR_SHAPE',
      message: `Expected a Tensor of shape [B, 2] for value but received [${shape.join(', ')}]`,
    });
  });
});
