import { guessSeason } from '../../src/evaluation/season';
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
