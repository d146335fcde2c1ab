import { Link } from '../../src/data/link';
import { errorOf } from '../error-of';

const values = Float64Array.of(0.01, 0.5, 1, 3, 40, 5000);

test.each([new Link('identity'), new Link('log'), new Link('softplus', 2.5)])('$name is taken back', (link) => {
  const linked = link.apply(values);
  for (const [index, value] of values.entries()) expect(link.invert(linked[index]!) / value).toBeCloseTo(1, 12);
  expect(Number.isNaN(link.apply(Float64Array.of(Number.NaN))[0])).toBe(true);
});

test.each([new Link('identity'), new Link('log'), new Link('softplus', 2.5)])(
  "$name's derivative is its slope",
  (link) => {
    const width = 1e-6;
    for (const value of values.subarray(1)) {
      const [low, high] = link.apply(Float64Array.of(value - width, value + width));
      expect(Math.exp(link.logDerivative(value)) / ((high! - low!) / (2 * width))).toBeCloseTo(1, 4);
    }
  },
);

test('a model can draw no value out of range', () => {
  for (const drawn of [-800, -1, 0, 1]) {
    expect(new Link('log').invert(drawn)).toBeGreaterThanOrEqual(0);
    expect(new Link('softplus', 3).invert(drawn)).toBeGreaterThanOrEqual(0);
  }
  const zero = new Link('softplus', 3).apply(Float64Array.of(0))[0]!;
  expect(Number.isFinite(zero)).toBe(true);
  expect(new Link('softplus', 3).invert(zero)).toBeLessThan(0.01);
});

test('values out of range are refused by name', () => {
  expect(errorOf(() => new Link('log').apply(Float64Array.of(1, 0)))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: 'Expected values above 0 (softplus takes 0 too) for the link log but row 2 has 0',
  });
  expect(errorOf(() => new Link('softplus').apply(Float64Array.of(-1))).message).toMatch(/of at least 0.*row 1 has -1/);
});
