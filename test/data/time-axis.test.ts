import { TimeAxis } from '../../src/data/time-axis';
import { errorOf } from '../error-of';

const next = (labels: string[], steps = 3) => {
  const axis = TimeAxis.parse(labels);
  return Array.from({ length: steps }, (_, step) => axis.labelAt(labels.length + step));
};

test.each([
  ['months', ['2020-01-01', '2020-02-01', '2020-03-01'], ['2020-04-01', '2020-05-01', '2020-06-01']],
  ['months by words', ['Nov 1 2000', 'Dec 1 2000'], ['2001-01-01', '2001-02-01', '2001-03-01']],
  ['ends of months', ['2019-12-31', '2020-01-31'], ['2020-02-29', '2020-03-31', '2020-04-30']],
  ['quarters', ['2020-01', '2020-04', '2020-07'], ['2020-10-01', '2021-01-01', '2021-04-01']],
  ['years', ['1999', '2000'], ['2001-01-01', '2002-01-01', '2003-01-01']],
  ['days', ['2020-02-27', '2020-02-28'], ['2020-02-29', '2020-03-01', '2020-03-02']],
  ['weeks', ['2020-01-06', '2020-01-13', '2020-01-20'], ['2020-01-27', '2020-02-03', '2020-02-10']],
  [
    'hours',
    ['2020-01-01 22:00', '2020-01-01 23:00'],
    ['2020-01-02T00:00:00', '2020-01-02T01:00:00', '2020-01-02T02:00:00'],
  ],
  [
    'slashes',
    ['2015/01/01 01:00:00', '2015/01/01 04:00:00'],
    ['2015-01-01T07:00:00', '2015-01-01T10:00:00', '2015-01-01T13:00:00'],
  ],
  [
    'a zone',
    ['2020-01-01T00:00:00+02:00', '2020-01-02T00:00:00+02:00'],
    ['2020-01-02T22:00:00', '2020-01-03T22:00:00', '2020-01-04T22:00:00'],
  ],
  ['numbers', ['0', '0.5', '1'], ['1.5', '2', '2.5']],
])('%s go on past the end', (_, labels, expected) => {
  expect(next(labels)).toEqual(expected);
});

test('labels stay as they are in the file, whatever zone this machine is in', () => {
  const axis = TimeAxis.parse([' Jan 1 2000', 'Feb 1 2000 ']);
  expect(axis.labelAt(0)).toBe(' Jan 1 2000');
  expect(axis.dateAt(1)!.toISOString()).toBe('2000-02-01T00:00:00.000Z');
  expect(TimeAxis.parse(['1', '2']).dateAt(0)).toBeUndefined();
});

test('steps that are not the usual one are reported', () => {
  expect(TimeAxis.parse(['2020-01-01', '2020-02-01', '2020-03-01']).irregularity()).toBeUndefined();
  expect(TimeAxis.parse(['2020-01-03', '2020-01-04', '2020-01-05', '2020-01-08']).irregularity()).toBe(
    '1 of 3 steps are not 1 day, the first from 2020-01-05 to 2020-01-08: rows are treated as equally spaced',
  );
  expect(TimeAxis.parse(['2020-01-01', '2020-02-01', '2020-03-01', '2020-06-01']).irregularity()).toMatch(
    /not 1 month,/,
  );
  expect(TimeAxis.parse(['0', '2', '4', '5']).irregularity()).toMatch(/not 2, the first from 4 to 5/);
});

test.each([
  [
    ['2020-01-02', '2020-01-01'],
    /labels\[1\]: The time "2020-01-01" comes after "2020-01-02": timestamps must strictly increase/,
  ],
  [['2020-01-01', '2020-01-01'], /labels\[1\]: Duplicate timestamp "2020-01-01": timestamps must strictly increase/],
  [['2020-01-01', 'soon'], /labels\[1\]: expected a date such as 2024-01-31 or 2024-01-31 18:00 but found "soon"/],
  [['2020-01-01', ''], /labels\[1\]: expected a date .* but found ""/],
  [['2020-13-01'], /labels\[0\]: expected a date/],
])('%j is refused', (labels, message) => {
  expect(errorOf(() => TimeAxis.parse(labels))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(message),
  });
});

test('Dates are taken as their texts, with the time of day where one has it', () => {
  const days = [new Date('2020-02-28'), new Date('2020-02-29')];
  const axis = TimeAxis.parse(days);
  days[1]!.setFullYear(1999);
  expect([axis.labels, axis.labelAt(2)]).toEqual([['2020-02-28', '2020-02-29'], '2020-03-01']);
  const hours = TimeAxis.parse([new Date('2020-01-01T23:00:00Z'), new Date('2020-01-02')]);
  expect(hours.labels).toEqual(['2020-01-01T23:00:00', '2020-01-02T00:00:00']);
  expect(hours.labelAt(2)).toBe('2020-01-02T01:00:00');
  expect(TimeAxis.parse([new Date(5), new Date(7)]).labels[1]).toBe('1970-01-01T00:00:00.007');
  expect(errorOf(() => TimeAxis.parse([new Date('soon')])).message).toBe(
    'labels[0]: expected a date but found an invalid one',
  );
});

test('an axis stays as it was read, and has no row before its first or past the last date there is', () => {
  const labels = ['2020-01-01', '2020-01-02'];
  const axis = TimeAxis.parse(labels);
  labels[0] = 'never';
  expect(axis.labels[0]).toBe('2020-01-01');
  expect(() => (axis.values as number[]).push(0)).toThrow(TypeError);
  expect(axis.dateAt(99_000_000)!.getUTCFullYear()).toBe(273_072);
  for (const row of [-1, 0.5, Number.NaN, 2 ** 40, '1' as never]) {
    for (const ask of [() => axis.labelAt(row), () => axis.dateAt(row)]) {
      expect(errorOf(ask)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('for row') });
    }
  }
});

test.each([[undefined], [null], ['2020'], [[]], [[20_200_101]], [[null]], [{ length: 1, 0: '2020' }]])(
  '%j is no array of dates',
  (labels) => {
    expect(errorOf(() => TimeAxis.parse(labels as never)).code).toBe('ERR_INVALID_ARGUMENT');
  },
);
