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
  expect(new Link('softplus', 3).invert(zero)).toBe(0);
});

test('what a model expects at or below the floor counts as 0, and counts are whole numbers', () => {
  const softplus = new Link('softplus', 3);
  const floor = softplus.apply([0])[0]!;
  expect([floor, floor - 1].map((value) => softplus.invert(value))).toEqual([0, 0]);
  expect([-2, -0.2, 0.3, 2.7].map((value) => new Link('relu').invert(value))).toEqual([0, 0, 0.3, 2.7]);
  expect([-2, -0.2, 0.3, 2.7].map((value) => new Link('count').invert(value) + 0)).toEqual([0, 0, 0, 3]);
  for (const name of ['relu', 'count'] as const) {
    expect([...new Link(name).apply([0, 4])]).toEqual([0, 4]);
    expect([0, 4, -1, 0.5].map((value) => new Link(name).accepts(value))).toEqual([true, true, false, name === 'relu']);
  }
});

test('values out of range are refused by name', () => {
  expect(errorOf(() => new Link('log').apply(Float64Array.of(1, 0)))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: 'Expected values above 0 (softplus also accepts 0) for the link log but values[1] is 0',
  });
  expect(errorOf(() => new Link('softplus').apply(Float64Array.of(-1))).message).toMatch(
    /of at least 0.*values\[0\] is -1/,
  );
});

test('what is beyond the range of numbers is refused, never infinite', () => {
  expect(errorOf(() => new Link('log').invert(710)).code).toBe('ERR_NOT_FINITE');
  expect(errorOf(() => new Link('softplus', 1e300).invert(1e10)).code).toBe('ERR_NOT_FINITE');
  expect(errorOf(() => new Link('softplus', 1e-300).apply([1e300])).code).toBe('ERR_DATA_FORMAT');
  expect(errorOf(() => new Link('identity').apply([1, Infinity])).message).toBe(
    'Expected a finite number for values[1] but received Infinity',
  );
  expect([...new Link('log').apply([5e-324, Number.MAX_VALUE])].every(Number.isFinite)).toBe(true);
  for (const unit of [0, -1, Number.NaN, Infinity]) {
    expect(errorOf(() => new Link('softplus', unit)).message).toMatch(/for unit but/);
  }
});
