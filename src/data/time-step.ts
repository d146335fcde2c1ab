import { checkString } from '../check';
import { invalidArgument } from '../errors';

/** The usual interval between two rows. Months are a unit, as they vary in length. */
export interface TimeStep {
  /** The unit; "weekday" for days without weekends, "number" if times are plain numbers. */
  unit: 'month' | 'weekday' | 'millisecond' | 'number';
  /** The number of units. */
  size: number;
}

const BY_NAME: Record<string, TimeStep> = {
  second: { unit: 'millisecond', size: 1000 },
  minute: { unit: 'millisecond', size: 60_000 },
  hour: { unit: 'millisecond', size: 3_600_000 },
  day: { unit: 'millisecond', size: 86_400_000 },
  weekday: { unit: 'weekday', size: 1 },
  week: { unit: 'millisecond', size: 7 * 86_400_000 },
  month: { unit: 'month', size: 1 },
  quarter: { unit: 'month', size: 3 },
  year: { unit: 'month', size: 12 },
};
const FORM = new RegExp(`^(?:(\\d{1,6}) ?)?(${Object.keys(BY_NAME).join('|')})s?$`);
const NUMBER = /^\d+(\.\d+)?$/;

/**
 * Returns the step of such as "day", "15 minutes", "weekday" or "quarter", or of a number where times are numbers; undefined
 * for another text.
 */
export function stepOfFrequency(text: string): TimeStep | undefined {
  if (NUMBER.test(text) && Number(text) > 0) return { unit: 'number', size: Number(text) };
  const [, count = '1', name] = FORM.exec(text.trim()) ?? [];
  if (name === undefined || Number(count) === 0) return undefined;
  const { unit, size } = BY_NAME[name]!;
  return unit === 'weekday' && count !== '1' ? undefined : { unit, size: Number(count) * size };
}

/** Throws ERR_INVALID_ARGUMENT unless `value` is a frequency. */
export function checkFrequency(name: string, value: unknown): void {
  checkString(name, value);
  if (stepOfFrequency(value as string)) return;
  throw invalidArgument(name, `such as "day", "weekday", "15 minutes" or "quarter"`, value);
}

const UNITS: Record<TimeStep['unit'], [size: number, name: string][]> = {
  month: [
    [12, 'year'],
    [1, 'month'],
  ],
  millisecond: [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
    [1, 'millisecond'],
  ],
  weekday: [[1, 'weekday']],
  number: [],
};

/** Returns "1 month", "3 hours", or the plain number. */
export function describeStep({ unit, size }: TimeStep): string {
  const whole = UNITS[unit].find(([unitSize]) => Number.isInteger(size / unitSize));
  if (!whole) return String(size);
  const count = size / whole[0];
  return `${count} ${whole[1]}${count === 1 ? '' : 's'}`;
}
