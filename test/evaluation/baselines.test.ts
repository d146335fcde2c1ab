import { baselinesOf } from '../../src/evaluation/baselines';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { errorOf } from '../error-of';

const { naive, seasonalNaive, drift } = baselinesOf(4);

test('the naive forecast stays at the last value', () => {
  const { means, deviations } = naive(Float64Array.of(1, 2, 4), 3);
  expect([...means]).toEqual([4, 4, 4]);
  const ofOneStep = Math.sqrt((1 + 4) / 2);
  expect([...deviations]).toEqual([1, 2, 3].map((steps) => ofOneStep * Math.sqrt(steps)));
});

test('the seasonal one repeats the last season', () => {
  const { means, deviations } = seasonalNaive(Float64Array.of(0, 0, 0, 0, 1, 2, 3, 4), 6);
  expect([...means]).toEqual([1, 2, 3, 4, 1, 2]);
  const ofOneSeason = Math.sqrt((1 + 4 + 9 + 16) / 4);
  expect([...deviations]).toEqual([1, 1, 1, 1, 2, 2].map((seasons) => ofOneSeason * Math.sqrt(seasons)));
});

test('the drift goes on along the line from the first value to the last', () => {
  const { means, deviations } = drift(Float64Array.of(1, 3, 5, 7), 2);
  expect([...means]).toEqual([9, 11]);
  expect([...deviations]).toEqual([0, 0]);
});

test("on a random walk with drift, 90 % of the values lie within the drift's 90 % intervals", () => {
  const [numWalks, length, horizon] = [400, 50, 10];
  const steps = randn([numWalks, length + horizon], { generator: new RandomGenerator(1), dtype: 'float64' });
  const walks = steps.add(0.5).cumsum(1).toArray() as Float64Array;
  let inside = 0;
  for (let walk = 0; walk < numWalks; walk++) {
    const values = walks.subarray(walk * (length + horizon), (walk + 1) * (length + horizon));
    const { means, deviations } = drift(values.subarray(0, length), horizon);
    for (let step = 0; step < horizon; step++) {
      if (Math.abs(values[length + step]! - means[step]!) <= 1.6449 * deviations[step]!) inside++;
    }
  }
  expect(Math.abs(inside / (numWalks * horizon) - 0.9)).toBeLessThan(0.03);
});

test('a history that is too short is refused', () => {
  expect(errorOf(() => seasonalNaive(Float64Array.of(1, 2, 3, 4), 2))).toMatchObject({ code: 'ERR_DATA_FORMAT' });
  expect(errorOf(() => drift(Float64Array.of(1, 2), 2))).toMatchObject({ code: 'ERR_DATA_FORMAT' });
});
