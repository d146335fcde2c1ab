import { Scaler, slidingWindows } from '../../src/data/time-series';
import { arange, tensor, zeros } from '../../src/tensor/creation';
import { errorOf } from '../error-of';

test('a scaler gives zero mean and unit variance, and takes it back', () => {
  const values = Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9); // mean 5, population deviation 2
  const scaler = Scaler.fit(values);
  expect({ ...scaler }).toEqual({ mean: 5, deviation: 2 });
  const scaled = scaler.scale(values);
  expect(scaled.dtype).toBe('float32');
  expect(Array.from(scaled.toArray(), Number)).toEqual([-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]);
  expect(scaler.unscale(-1.5)).toBe(2);
});

test('a series that cannot be scaled is refused, also where its mean rounds', () => {
  expect(() => Scaler.fit(new Float64Array(7).fill(0.1))).toThrow('The series is constant: all 7 values are 0.1');
  expect(() => Scaler.fit(Float64Array.of(1e300, -1e300))).toThrow(/standard deviation of Infinity/);
});

test('windows are every run of inputs with the value that follows', () => {
  const windows = slidingWindows(arange(0, 5, 1, { dtype: 'float32' }), 2);
  expect(windows.shape).toEqual([3, 3, 1]);
  expect(Array.from(windows.toArray(), Number)).toEqual([0, 1, 2, 1, 2, 3, 2, 3, 4]);
  expect(() => slidingWindows(tensor([1, 2]), 2)).toThrow(
    /at least 3 values for a window of 2 and the next value but received 2/,
  );
});

test('a scaler takes plain numbers, keeps missing ones missing, and never gives an infinite one', () => {
  const scaler = Scaler.fit([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(Array.from(scaler.scale([5, Number.NaN, 9]).toArray(), Number)).toEqual([0, Number.NaN, 2]);
  expect(errorOf(() => Scaler.fit([1, Number.NaN, 3])).message).toMatch(
    /finite number for values\[1\] but received NaN/,
  );
  expect(errorOf(() => Scaler.fit([])).message).toBe('The series has no values');
  expect(errorOf(() => scaler.scale([5, 1e200])).message).toMatch(/values\[1\] is 1e\+200/);
  expect(errorOf(() => scaler.scale([-Infinity])).code).toBe('ERR_DATA_FORMAT');
  expect(errorOf(() => scaler.unscale(1e308)).code).toBe('ERR_NOT_FINITE');
  expect(errorOf(() => Scaler.fit([Number.MAX_VALUE, Number.MAX_VALUE / 2])).code).toBe('ERR_DATA_FORMAT');
  const tiny = Scaler.fit([0, 1e-160]); // its variance is subnormal
  expect(tiny.unscale(1)).toBeGreaterThan(0.9e-160);
  for (const [mean, deviation] of [
    [0, 0],
    [0, -1],
    [Number.NaN, 1],
    [0, Infinity],
    ['1', 1],
  ]) {
    expect(errorOf(() => new Scaler(mean as number, deviation as number)).code).toBe('ERR_INVALID_ARGUMENT');
  }
});

test('windows of what is no series are refused by name', () => {
  expect(errorOf(() => slidingWindows(zeros([4, 2]), 1)).message).toBe(
    'Expected a Tensor of shape (T) for series but received (4, 2)',
  );
  expect(errorOf(() => slidingWindows([1, 2, 3] as never, 1)).message).toMatch(/a Tensor for series/);
  expect(errorOf(() => slidingWindows(zeros([4]), 0)).message).toMatch(/for window but received 0/);
});
