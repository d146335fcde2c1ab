import { kernelDistance, polynomialMmd } from '../../src/evaluation/kernel-distance';
import { tensor } from '../../src/tensor/creation';
import { getGeneratorState, RandomGenerator, randn } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

const fixture = loadFixture<Record<string, { mmd: number }>>('evaluation/images');

test.each(Object.keys(fixture.cases))("the discrepancy is NumPy's: %s", (name) => {
  const [real, other] = [fixture.get('real'), fixture.get(name)];
  const expected = fixture.cases[name]!.mmd;
  expect(Math.abs(polynomialMmd(real, other) - expected)).toBeLessThan(1e-10 * Math.max(1, Math.abs(expected)));
  expect(polynomialMmd(other, real)).toBeCloseTo(expected, 8);
});

test('of one feature it is known', () => {
  const column = (...values: number[]) => tensor(values, { dtype: 'float64' }).unsqueeze(1);
  // Within: (0 · 1 + 1)³ and (1 · 2 + 1)³; across, the mean of 1, 1, 8 and 27.
  expect(polynomialMmd(column(0, 1), column(1, 2))).toBeCloseTo(1 + 27 - 2 * ((1 + 1 + 8 + 27) / 4), 12);
});

const normal = (seed: number, count: number, shift = 0) =>
  randn([count, 5], { generator: new RandomGenerator(seed), dtype: 'float64' }).add(shift);

test('the mean over subsets is about that of all rows, whatever their number, and 0 for the same distribution', () => {
  const whole = polynomialMmd(normal(1, 3000, 0.5), normal(2, 3000));
  for (const [counts, tolerance] of [
    [[60, 300], 0.5],
    [[1500, 1000], 0.1],
  ] as const) {
    const { mean, deviation } = kernelDistance(normal(1, counts[0], 0.5), normal(2, counts[1]), { seed: 3 });
    expect(Math.abs(mean - whole)).toBeLessThan(tolerance * whole);
    expect(deviation).toBeGreaterThan(0);
  }
  const { mean, deviation } = kernelDistance(normal(1, 1200), normal(2, 1200), { seed: 3 });
  expect(Math.abs(mean)).toBeLessThan(deviation);
});

test('subsets have a thousand rows, or half of the fewer: the fewer, the more their distances spread', () => {
  const spread = (count: number) => kernelDistance(normal(1, count), normal(2, 5000), { seed: 0 }).deviation;
  expect(spread(1001)).toBeLessThan(spread(999)); // 1000 and 499 of about as many
  expect(spread(999)).toBeLessThan(spread(100));
});

test('the same seed gives the same numbers, and leaves nothing behind', () => {
  const [a, b] = [normal(1, 200), normal(2, 90)];
  const [random, tensors] = [getGeneratorState(), memory().tensors];
  const once = kernelDistance(a, b, { seed: 5 });
  expect(kernelDistance(a, b, { seed: 5 })).toEqual(once);
  expect(kernelDistance(a, b, { seed: 6 })).not.toEqual(once);
  expect(Buffer.from(getGeneratorState())).toEqual(Buffer.from(random));
  expect(memory().tensors).toBe(tensors);
});

test('too few rows are refused', () => {
  expect(errorOf(() => kernelDistance(normal(1, 3), normal(2, 90), { seed: 0 }))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: 'Expected at least 4 rows for features but received "3 rows"',
  });
});
