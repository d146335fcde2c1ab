import { preferred } from '../../src/service/media-type';

test.each([
  [undefined, 'image/png'],
  ['*/*', 'image/png'],
  ['application/json', 'application/json'],
  ['image/*;q=0.5, application/json', 'application/json'],
  ['Application/JSON ; q=0.1', 'application/json'],
  ['*/*, image/png;q=0', 'application/json'],
  ['text/html', undefined],
  [';;,', undefined],
])('Accept: %s', (accept, expected) => {
  expect(preferred(accept, ['image/png', 'application/json'])).toBe(expected);
});
