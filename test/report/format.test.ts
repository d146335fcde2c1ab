import { count, duration, enumerate, percent, short, words } from '../../src/report/format';
import { thin } from '../../src/report/thin';

test.each([
  [0, '0'],
  [1234.56, '1,235'],
  [-0.000123456, '−0.0001235'],
  [1.5e-7, '1.500e−7'],
  [2.5e12, '2.500e+12'],
  [Number.NaN, '–'],
  [null, '–'],
  [undefined, '–'],
])('%p is written %s', (value, text) => {
  expect(short(value)).toBe(text);
});

test('parts, durations, counts, lists and names', () => {
  expect([percent(0.1234), percent(1), percent(null)]).toEqual(['12.3 %', '100 %', '–']);
  expect([0.25, 59.7, 125, 7322].map(duration)).toEqual(['0.3 s', '1 min 0 s', '2 min 5 s', '2 h 2 min']);
  expect([count(1, 'step'), count(1000, 'step'), count(2, 'series', 'series')]).toEqual([
    '1 step',
    '1,000 steps',
    '2 series',
  ]);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(enumerate)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  expect(['seasonalNaive', 'lr', 'lossD'].map(words)).toEqual(['seasonal naive', 'lr', 'loss d']);
});

test('thinning keeps the first and the last', () => {
  const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(thin(items, 4)).toEqual([0, 3, 6, 9]);
  expect(thin(items, 10)).toEqual(items);
  expect(thin([], 2)).toEqual([]);
});
