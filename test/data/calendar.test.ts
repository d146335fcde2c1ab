import { type CalendarCycle, calendarInputs } from '../../src/data/calendar';

/** Where in its cycle a date is, read back from the inputs. */
function phase(text: string, cycle: CalendarCycle): number {
  const [sine, cosine] = calendarInputs(new Date(text), [cycle]);
  return (Math.atan2(sine!, cosine!) / (2 * Math.PI) + 1) % 1;
}

test.each<[string, CalendarCycle, number]>([
  ['2020-01-01T06:00:00Z', 'hour', 6 / 24],
  ['1969-12-31T18:30:00Z', 'hour', 18.5 / 24],
  ['2020-01-05T12:00:00Z', 'weekday', 0], // a Sunday
  ['2020-01-08', 'weekday', 3 / 7],
  ['2020-10-31', 'month', 9 / 12],
  ['2021-01-01', 'yearday', 0],
  ['2021-12-31', 'yearday', 364 / 365],
  ['2020-12-31', 'yearday', 365 / 366],
])('%s is at a place of its %s', (text, cycle, expected) => {
  expect(phase(text, cycle)).toBeCloseTo(expected, 10);
});

test('cycles stand one after the other, unknown ones are refused', () => {
  const date = new Date('2020-04-01T06:00:00Z');
  expect(calendarInputs(date, ['month', 'hour'])).toEqual([
    ...calendarInputs(date, ['month']),
    ...calendarInputs(date, ['hour']),
  ]);
});
