import { nearest } from '../src/nearest';

test.each([
  ['epoch', ['seed', 'epochs', 'lr'], 'epochs'],
  ['co2', ['Date', 'CO2', 'adjusted CO2'], 'CO2'],
  ['tmep_max', ['temp_min', 'temp_max'], 'temp_max'],
  ['temp', ['wind', 'temp_max'], 'temp_max'],
  ['kitten', ['sitting'], 'sitting'],
  ['kitten', ['sixteen', 'kitting'], 'kitting'],
])('%s is nearest, of %j, to %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test('a word that no candidate resembles has none', () => {
  expect(nearest('price', ['Date', 'CO2'])).toBeUndefined();
  expect(nearest('x', ['y'])).toBeUndefined();
  expect(nearest('', ['a'])).toBeUndefined();
  expect(nearest('a', [])).toBeUndefined();
});
