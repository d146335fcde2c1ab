import { median, quantile, ratioOf } from '../../../scripts/bench/statistics';

test('quantiles are interpolated as numpy.quantile does, in whatever order the values are', () => {
  expect(quantile([40, 10, 30, 20], 0.25)).toBe(17.5);
  expect(quantile([40, 10, 30, 20], 1)).toBe(40);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([7])).toBe(7);
});

test('sorting leaves the values as they were, and is not by their digits', () => {
  const values = [100, 20, 3];
  expect(median(values)).toBe(20);
  expect(values).toEqual([100, 20, 3]);
});

test('a ratio is that of one round, so that a slow round cancels', () => {
  const ratio = ratioOf([2, 20, 2, 6, 2], [1, 10, 1, 1, 1]);
  expect(ratio).toEqual({ median: 2, lowerQuartile: 2, upperQuartile: 2 });
});
