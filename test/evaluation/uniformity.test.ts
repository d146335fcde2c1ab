import { testUniformity } from '../../src/evaluation/uniformity';
import { RandomGenerator, rand } from '../../src/tensor/random';

const uniforms = (count: number, seed: number) =>
  Float64Array.from(rand([count], { generator: new RandomGenerator(seed), dtype: 'float64' }).toArray());

test("the distance is that of the two distribution functions' steps", () => {
  expect(testUniformity(Float64Array.of(0.5)).statistic).toBe(0.5);
  expect(testUniformity(Float64Array.of(0.9, 0.1, 0.2)).statistic).toBeCloseTo(2 / 3 - 0.2, 12);
});

// Quantiles of Kolmogorov's distribution, as tables have them.
test.each([
  [1.2238, 0.1],
  [1.3581, 0.05],
  [1.6276, 0.01],
])('a large sample %d away in units of 1 / √n has the p-value %d', (distance, pValue) => {
  const count = 1_000_000;
  const away = distance / Math.sqrt(count);
  const values = Float64Array.from({ length: count }, (_, i) => Math.max((i + 0.5) / count - away, 0));
  expect(Math.abs(testUniformity(values).pValue - pValue)).toBeLessThan(2e-3);
});

test('of uniform samples a tenth have a p-value below 0.1', () => {
  const pValues = Array.from({ length: 1000 }, (_, seed) => testUniformity(uniforms(50, seed)).pValue);
  const part = pValues.filter((pValue) => pValue < 0.1).length / pValues.length;
  expect(Math.abs(part - 0.1)).toBeLessThan(0.03);
});

test('what is not uniform is told', () => {
  expect(testUniformity(uniforms(200, 1).map((value) => value ** 2)).pValue).toBeLessThan(1e-6);
});

test('nothing is not tested', () => {
  expect(() => testUniformity(new Float64Array())).toThrow('Expected at least one number for values');
});

test('only numbers in [0, 1] are tested', () => {
  for (const values of [[0.5, 1.01], [-0.01], [0.5, Number.NaN], ['0.5'], '0.5', undefined]) {
    expect(() => testUniformity(values as number[])).toThrow(/ for values/);
  }
  expect(testUniformity([0, 1]).statistic).toBe(0.5);
});
