import { guessSeason, possibleSeasons, usualSeason } from '../../src/data/season';
import { TimeAxis } from '../../src/data/time-axis';
import { RandomGenerator, randn } from '../../src/tensor/random';

const noise = Float64Array.from(randn([200], { generator: new RandomGenerator(1), dtype: 'float64' }).toArray());

test.each([4, 7, 12])('a season of %d under a trend and noise', (season) => {
  const values = noise.map((value, i) => 0.3 * value + 0.1 * i + 2 * Math.sin((2 * Math.PI * i) / season));
  expect(guessSeason(values, 24)).toBe(season);
});

test.each([24, 48])('a smooth season of %d in noise, not one of the peaks beside it', (season) => {
  const long = Float64Array.from(randn([3000], { generator: new RandomGenerator(2), dtype: 'float64' }).toArray());
  const values = long.map((value, i) => (40 / season) * value + 10 * Math.sin((2 * Math.PI * i) / season) + i / 100);
  expect(guessSeason(values, 400)).toBe(season);
});

const dates = (count: number, milliseconds: number) =>
  TimeAxis.parse(Array.from({ length: count }, (_, step) => new Date(milliseconds * step)));
const [minute, day] = [60_000, 86_400_000];

test.each([
  ['half hours', 30 * minute, 48],
  ['quarter hours', 15 * minute, 96],
  ['hours', 60 * minute, 24],
  ['weeks', 7 * day, 52],
])('the season of %s is known', (_, milliseconds, season) => {
  const values = Float64Array.from({ length: 200 }, (_, step) => noise[step]!);
  expect(usualSeason({ name: '', values, time: dates(200, milliseconds) })).toBe(season);
  expect(possibleSeasons({ name: '', values, time: dates(200, milliseconds) })).toContain(season);
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
