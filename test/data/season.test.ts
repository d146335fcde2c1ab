import { guessSeason } from '../../src/data/season';
import { RandomGenerator, randn } from '../../src/tensor/random';

const noise = Float64Array.from(randn([200], { generator: new RandomGenerator(1), dtype: 'float64' }).toArray());

test.each([4, 7, 12])('a season of %d under a trend and noise', (season) => {
  const values = noise.map((value, i) => 0.3 * value + 0.1 * i + 2 * Math.sin((2 * Math.PI * i) / season));
  expect(guessSeason(values, 24)).toBe(season);
});

test('where nothing repeats itself there is none', () => {
  expect(guessSeason(noise, 24)).toBe(1);
  expect(
    guessSeason(
      noise.map((_, i) => i),
      24,
    ),
  ).toBe(1);
  expect(guessSeason(Float64Array.of(1, 2), 24)).toBe(1);
});

test('a season, not one of its multiples, whichever has the higher correlation', () => {
  // Every second season is a little higher.
  const values = noise.map((value, i) => 0.1 * value + [0, 6, -3, 2][i % 4]! + (i % 8 < 4 ? 0.3 : 0));
  expect(guessSeason(values, 24)).toBe(4);
});

test('smooth changes alone are no season', () => {
  let level = 0;
  let change = 0;
  const values = noise.map((value) => {
    change = 0.9 * change + value;
    level += change;
    return level;
  });
  expect(guessSeason(values, 12)).toBe(1);
});
