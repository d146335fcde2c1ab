import { TimeAxis } from '../../src/data/time-axis';
import { errorOf } from '../error-of';

const next = (labels: string[], steps = 3) => {
  const axis = TimeAxis.parse(labels);
  return Array.from({ length: steps }, (_, step) => axis.labelAt(labels.length + step));
};

test.each([
  ['months', ['2020-01-01', '2020-02-01', '2020-03-01'], ['2020-04-01', '2020-05-01', '2020-06-01']],
  ['months by words', ['Nov 1 2000', 'Dec 1 2000'], ['Jan 1 2001', 'Feb 1 2001', 'Mar 1 2001']],
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
    ['2015/1/1 7:00:00', '2015/1/1 10:00:00', '2015/1/1 13:00:00'],
  ],
  [
    'a zone',
    ['2020-01-01T00:00:00+02:00', '2020-01-02T00:00:00+02:00'],
    ['2020-01-03T00:00:00+02:00', '2020-01-04T00:00:00+02:00', '2020-01-05T00:00:00+02:00'],
  ],
  [
    'hours in UTC',
    ['2020-01-01T23:00Z', '2020-01-02T00:00Z'],
    ['2020-01-02T01:00:00Z', '2020-01-02T02:00:00Z', '2020-01-02T03:00:00Z'],
  ],
  [
    'a short offset',
    ['2020-01-01 00:00+02', '2020-01-01 12:00+02'],
    ['2020-01-02T00:00:00+02:00', '2020-01-02T12:00:00+02:00', '2020-01-03T00:00:00+02:00'],
  ],
  [
    'a named offset',
    ['2020-01-01 00:00 EST', '2020-01-01 06:00 EST'],
    ['2020-01-01T12:00:00-05:00', '2020-01-01T18:00:00-05:00', '2020-01-02T00:00:00-05:00'],
  ],
  ['the 28th', ['2020-12-28', '2021-01-28', '2021-02-28'], ['2021-03-28', '2021-04-28', '2021-05-28']],
  [
    'weekdays',
    ['2020-01-02', '2020-01-03', '2020-01-06', '2020-01-07', '2020-01-08', '2020-01-09'],
    ['2020-01-10', '2020-01-13', '2020-01-14'],
  ],
  ['months as numbers', ['202411', '202412'], ['202501', '202502', '202503']],
  ['days as numbers', ['20241230', '20241231'], ['2025-01-01', '2025-01-02', '2025-01-03']],
  ['quarters by name', ['2024Q3', '2024Q4'], ['2025Q1', '2025Q2', '2025Q3']],
  ['weeks by number', ['2020-W52', '2020-W53'], ['2021-W01', '2021-W02', '2021-W03']],
  ['days first', ['30.01.2024', '31.01.2024'], ['1.2.2024', '2.2.2024', '3.2.2024']],
  ['months first', ['1/30/2024', '1/31/2024'], ['2/1/2024', '2/2/2024', '2/3/2024']],
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
  [['2020-13-01'], /labels\[0\]: expected a date that exists/],
  [['2023-02-28', '2023-02-31'], /labels\[1\]: expected a date that exists but found "2023-02-31"/],
  [
    ['01.02.2024', '02.02.2024'],
    /labels\[0\]: the day and the month of "01.02.2024" can't be told apart: pass dateFormat "d.M.yyyy" or "M.d.yyyy"/,
  ],
  [['31.01.2024', '32.01.2024'], /labels\[1\]: expected a date as 31.1.2024 \(d.M.yyyy\) but found "32.01.2024"/],
  [['2024Q4', '2025Q5'], /labels\[1\]: expected a date as 2024Q1/],
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

test('a format tells day and month apart, and forecasts are written in it', () => {
  const axis = TimeAxis.parse(['01.02.2024', '01.03.2024'], undefined, { format: 'dd.MM.yyyy' });
  expect([axis.step, axis.labelAt(2)]).toEqual([{ unit: 'month', size: 1 }, '01.04.2024']);
  const other = TimeAxis.parse(['01.02.2024', '01.03.2024'], undefined, { format: 'MM.dd.yyyy' });
  expect([other.step, other.labelAt(2)]).toEqual([{ unit: 'millisecond', size: 86_400_000 }, '01.04.2024']);
  expect(errorOf(() => TimeAxis.parse(['2024-02-01'], undefined, { format: 'dd.MM.yyyy' })).message).toMatch(
    /expected a date as 31.01.2024 \(dd.MM.yyyy\) but found "2024-02-01"/,
  );
});

test('in a time zone days begin at its midnight, and the clock skips an hour in spring', () => {
  const zone = 'Europe/Berlin';
  const days = TimeAxis.parse(['2024-03-29', '2024-03-30', '2024-03-31'], undefined, { zone });
  expect(days.irregularity()).toBeUndefined();
  expect([days.dateAt(2), days.dateAt(3)]).toEqual([new Date('2024-03-30T23:00Z'), new Date('2024-03-31T22:00Z')]);
  expect(days.labelAt(3)).toBe('2024-04-01');
  const hours = TimeAxis.parse(['2024-03-31 00:00', '2024-03-31 01:00'], undefined, { zone });
  expect([hours.labelAt(2), hours.clockAt(2)!.getUTCHours()]).toEqual(['2024-03-31T03:00:00', 3]);
  expect(errorOf(() => TimeAxis.parse(['2024-01-01'], undefined, { zone: 'Berlin' })).message).toMatch(
    /the IANA name of a time zone, such as Europe\/Berlin, for zone/,
  );
});

test('holidays are told, weekends are not', () => {
  const days = ['2024-12-19', '2024-12-20', '2024-12-23', '2024-12-24', '2024-12-27', '2024-12-30', '2024-12-31'];
  const axis = TimeAxis.parse(days);
  expect(axis.step).toEqual({ unit: 'weekday', size: 1 });
  expect(axis.irregularity()).toMatch(/^1 of 6 steps are not 1 weekday, the first from 2024-12-24 to 2024-12-27/);
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

test.each([
  ['days', ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-06'], [0, 1, 2, 5], ['2024-01-04', '2024-01-05']],
  ['months', ['2024-01', '2024-02', '2024-03', '2024-05'], [0, 1, 2, 4], ['2024-04-01']],
  ['numbers', ['0', '2', '4', '8'], [0, 1, 2, 4], ['6']],
])('rows missing between %s are found', (_, labels, rows, inserted) => {
  const { time, rows: found } = TimeAxis.parse(labels).filled()!;
  expect(found).toEqual(rows);
  expect(time.labels.filter((label) => !labels.includes(label))).toEqual(inserted);
  expect(time.irregularity()).toBeUndefined();
});

test.each([
  ['nothing is missing', ['2024-01-01', '2024-01-02', '2024-01-03']],
  ['rows are not whole steps apart', ['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04 12:00']],
  ['most rows would be filled', ['2024-01-01', '2024-01-02', '2024-01-03', '2024-02-01']],
])('%s: no row is filled', (_, labels) => {
  expect(TimeAxis.parse(labels).filled()).toBeUndefined();
});

describe('a frequency that is asked for', () => {
  test.each<[string, string[], string[]]>([
    ['day', ['2024-01-01', '2024-01-05', '2024-01-09'], ['2024-01-10', '2024-01-11']],
    ['weekday', ['2024-01-01', '2024-01-03', '2024-01-05'], ['2024-01-08', '2024-01-09']],
    ['15 minutes', ['2024-01-01 00:00', '2024-01-01 00:30'], ['2024-01-01T00:45:00', '2024-01-01T01:00:00']],
    ['quarter', ['2024-01', '2024-10'], ['2025-01-01', '2025-04-01']],
    ['2 weeks', ['2024-01-01', '2024-02-26'], ['2024-03-11', '2024-03-25']],
    ['5', ['10', '20'], ['25', '30']],
  ])('%s is the step of rows, of those between them and of forecasts', (frequency, labels, next) => {
    const time = TimeAxis.parse(labels, undefined, { frequency });
    const { time: filled, rows } = time.filled()!;
    expect(rows.map((row) => filled.labelAt(row))).toEqual(labels);
    expect(filled.irregularity()).toBeUndefined();
    for (const axis of [time, filled]) {
      expect(next.map((_, step) => axis.labelAt(axis.labels.length + step))).toEqual(next);
    }
  });

  test.each<[string, string[], RegExp]>([
    [
      'week',
      ['2024-01-01', '2024-01-08', '2024-01-12'],
      /"2024-01-12" is not a whole number of steps of 7 days after "2024-01-08"/,
    ],
    ['day', ['1', '2'], /labels\[0\]: the times are numbers, not dates: they do not fit frequency: "day"/],
    ['2', ['2024-01-01', '2024-01-02'], /the times are dates: they do not fit frequency: "2"/],
    ['fortnight', ['2024-01-01', '2024-01-02'], /such as "day", "weekday", "15 minutes" or "quarter" for frequency/],
  ])('%s is refused where it does not fit', (frequency, labels, message) => {
    expect(errorOf(() => TimeAxis.parse(labels, undefined, { frequency }).filled()).message).toMatch(message);
  });
});

test('a year before 100 is not one of the 20th century', () => {
  const days = TimeAxis.parse(['0050-01-31', '0050-02-01']);
  expect([days.dateAt(0), days.dateAt(2)].map((date) => date!.toISOString().slice(0, 10))).toEqual([
    '0050-01-31',
    '0050-02-02',
  ]);
  expect(TimeAxis.parse(['0050-01-31', '0050-02-28', '0050-03-31']).labelAt(3)).toBe('0050-04-30');
});

test('a frequency that asks for more rows than fit in memory is refused', () => {
  const start = Date.UTC(2024, 0);
  const labels = Array.from({ length: 20_000 }, (_, row) => new Date(start + row * 999_000));
  expect(TimeAxis.parse(labels, undefined).filled()).toBeUndefined();
  const problem =
    /Expected at most 10000000 rows, but from "2024-01-01T00:00:00" to "2024-08-19.*there are more steps of/;
  expect(() => TimeAxis.parse(labels, undefined, { frequency: 'second' }).filled()).toThrow(problem);
});
