import { Scaler, slidingWindows } from '../../src/data/time-series';
import { arange, tensor } from '../../src/tensor/creation';

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
