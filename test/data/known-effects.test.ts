import { effectsOf } from '../../src/data/known-effects';

const count = 120;
const noise = (step: number) => Math.sin(step * step);
const first = Float64Array.from({ length: count }, (_, step) => Number(step % 5 === 2));
const second = Float64Array.from({ length: count }, (_, step) => Math.cos(step * 1.7));

test('effects on a trending series are found, whatever its level', () => {
  const values = first.map((value, step) => 1000 + 3 * step + 20 * value - 4 * second[step]! + noise(step) / 5);
  const [a, b] = effectsOf(values, [first, second]);
  expect(a! / 20).toBeGreaterThan(0.97);
  expect(a! / 20).toBeLessThan(1.02);
  expect(b! / -4).toBeGreaterThan(0.93);
  expect(b! / -4).toBeLessThan(1.05);
});

test('missing values do no harm', () => {
  const values = first.map((value, step) => (step % 9 === 4 ? Number.NaN : 20 * value + noise(step) / 5));
  expect(effectsOf(values, [first])[0]! / 20).toBeGreaterThan(0.95);
});

test('what can’t be told is no effect', () => {
  const values = first.map((value) => 5 * value);
  expect(effectsOf(values.subarray(0, 6), [first.subarray(0, 6)])).toEqual([0]);
  expect(effectsOf(values, [new Float64Array(count).fill(3)])).toEqual([0]);
  expect(effectsOf(values, [])).toEqual([]);
  // Of the same input twice, each has half.
  const [a, b] = effectsOf(values, [first, first]);
  expect(a! + b!).toBeGreaterThan(4.8);
  expect(a! + b!).toBeLessThan(5.01);
});
