import { types } from 'node:util';
import { checkFunction, checkInteger } from '../check';
import { describe, formatError, invalidArgument } from '../errors';
import { toElements } from './numbers';

/** The usual interval between two rows. Months are a unit, as they vary in length. */
export interface TimeStep {
  /** The unit; "number" if times are plain numbers. */
  unit: 'month' | 'millisecond' | 'number';
  /** The number of units. */
  size: number;
}

const MONTHS_A_YEAR = 12;
/** The largest distance of a `Date` from 1970, in milliseconds. */
const LAST_DATE = 8.64e15;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const YEAR = /^\d{4}$/;
const ISO_DATE = /^\d{4}-\d{2}(-\d{2})?$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;
const ZONED = /(Z|UTC|GMT|:\d{2}(\.\d+)?\s*[+-]\d{2}:?\d{2})$/i;

/**
 * The times of a series' rows: dates, in UTC unless they name a time zone, or plain numbers.
 *
 * @example
 * ```ts
 * import { TimeAxis } from 'libtorch-generative';
 *
 * const time = TimeAxis.parse(['2024-01-31', '2024-02-29', '2024-03-31']);
 * console.log(time.step); // { unit: 'month', size: 1 }
 * console.log(time.labelAt(3), time.dateAt(0)!.toISOString()); // 2024-04-30 2024-01-31T00:00:00.000Z
 * console.log(time.irregularity()); // undefined
 * ```
 */
export class TimeAxis {
  private constructor(
    /** The labels as given; `Date` objects in ISO format. */
    readonly labels: readonly string[],
    /** The times: milliseconds since 1970, or plain numbers. */
    readonly values: readonly number[],
    /** The usual interval between two rows. */
    readonly step: Readonly<TimeStep>,
  ) {
    // Frozen, as forecasts rely on their order.
    for (const part of [labels, values, step]) Object.freeze(part);
  }

  /**
   * Parses times as they appear in a file.
   *
   * @param labels at least one: strings such as 2024-01-31, 2024-01 or 2024-01-31 18:00, `Date`s, or strings of plain
   *   numbers
   * @param where returns the name of a row in errors, such as "co2.csv:17"; default "labels[16]"
   * @throws ERR_DATA_FORMAT if a label is neither a date nor a number, or times do not strictly increase;
   *   ERR_INVALID_ARGUMENT if a label is neither a string nor a `Date`
   */
  static parse(labels: readonly (string | Date)[], where = (row: number) => `labels[${row}]`): TimeAxis {
    checkFunction('where', where);
    const texts = textsOf(labels, where);
    return TimeAxis.#read(
      texts,
      texts.map((text) => text.trim()),
      where,
    );
  }

  /** @internal Returns whether a value is a genuine TimeAxis, neither a lookalike nor a Proxy. */
  static isTimeAxis(value: unknown): value is TimeAxis {
    return typeof value === 'object' && value !== null && #valueAt in value;
  }

  static #read(labels: string[], texts: string[], where: (row: number) => string): TimeAxis {
    const areNumbers = texts.every((text) => NUMBER.test(text)) && !texts.every((text) => YEAR.test(text));
    const values = texts.map((text, row) => {
      const value = areNumbers ? Number(text) : parseDate(text);
      if (Number.isFinite(value)) return value;
      throw formatError(
        `${where(row)}: expected a date such as 2024-01-31 or 2024-01-31 18:00 but found ${describe(text)}`,
      );
    });
    for (let row = 1; row < values.length; row++) {
      if (values[row]! > values[row - 1]!) continue;
      const isDuplicate = values[row] === values[row - 1];
      const problem = isDuplicate
        ? `Duplicate timestamp ${describe(texts[row])}`
        : `The time ${describe(texts[row])} comes after ${describe(texts[row - 1])}`;
      throw formatError(`${where(row)}: ${problem}: timestamps must strictly increase`);
    }
    return new TimeAxis(labels, values, areNumbers ? usualDistance(values, 'number') : stepOf(values));
  }

  /**
   * Returns the date of a row, also past the last one; undefined if times are plain numbers.
   *
   * @param row counted from 0
   * @throws ERR_INVALID_ARGUMENT for a negative row, or one too late for a date
   */
  dateAt(row: number): Date | undefined {
    const value = this.#valueAt(row);
    return this.step.unit === 'number' ? undefined : new Date(value);
  }

  /**
   * Returns the label of a row as given; past the end a number or an ISO date, with the time of day if other rows have
   * one.
   *
   * @param row counted from 0
   * @throws ERR_INVALID_ARGUMENT as {@link TimeAxis.dateAt}
   */
  labelAt(row: number): string {
    const value = this.#valueAt(row);
    if (row < this.labels.length) return this.labels[row]!;
    if (this.step.unit === 'number') return String(value);
    return isoLabel(value, this.values.some(hasTimeOfDay) ? 'second' : 'day');
  }

  /** Describes irregular intervals between rows; undefined if all are equal. */
  irregularity(): string | undefined {
    const { values, labels, step } = this;
    const isOdd = (row: number) => values[row] !== shift(values[row - 1]!, step, 1);
    const odd = values.map((_, row) => row).filter((row) => row > 0 && isOdd(row));
    const [first] = odd;
    if (first === undefined) return undefined;
    const where = `the first from ${labels[first - 1]} to ${labels[first]}`;
    return `${odd.length} of ${values.length - 1} steps are not ${describeStep(step)}, ${where}: rows are treated as equally spaced`;
  }

  #valueAt(row: number): number {
    checkInteger('row', row, { min: 0 });
    const last = this.values.length - 1;
    const value = row <= last ? this.values[row]! : shift(this.values[last]!, this.step, row - last);
    const limit = this.step.unit === 'number' ? Number.MAX_VALUE : LAST_DATE;
    if (Math.abs(value) <= limit) return value;
    throw invalidArgument('row', 'a row whose time can be represented', row);
  }
}

/** Converts labels to text: `Date`s in ISO format, with the time of day if any has one. */
function textsOf(labels: readonly (string | Date)[], where: (row: number) => string): string[] {
  const all = toElements('labels', labels) as (string | Date)[];
  if (all.length === 0) throw invalidArgument('labels', 'an array of at least one date', labels);
  const times = all.map((label) => (types.isDate(label) ? Date.prototype.getTime.call(label) : undefined));
  const resolution = times.some((time) => time !== undefined && time % 1000 !== 0)
    ? 'millisecond'
    : times.some((time) => time !== undefined && hasTimeOfDay(time))
      ? 'second'
      : 'day';
  return all.map((label: unknown, row) => {
    if (typeof label === 'string') return label;
    const time = times[row];
    if (time === undefined) throw invalidArgument(where(row), 'a date or a string', label);
    if (Number.isNaN(time)) throw formatError(`${where(row)}: expected a date but found an invalid one`);
    return isoLabel(time, resolution);
  });
}

/** Length of the part of an ISO string that each resolution leaves out. */
const ISO_REST = { day: 'T00:00:00.000Z'.length, second: '.000Z'.length, millisecond: 'Z'.length };

function isoLabel(time: number, resolution: keyof typeof ISO_REST): string {
  return new Date(time).toISOString().slice(0, -ISO_REST[resolution]);
}

function hasTimeOfDay(time: number): boolean {
  return time % MILLISECONDS_A_DAY !== 0;
}

function parseDate(text: string): number {
  if (YEAR.test(text) || ISO_DATE.test(text)) return Date.parse(text); // UTC by the standard
  if (ISO_TIME.test(text)) return Date.parse(`${text.replace(' ', 'T')}Z`);
  // Date.parse() reads almost anything with a digit as a date: require at least a year.
  return /\d{4}/.test(text) ? Date.parse(ZONED.test(text) ? text : `${text} UTC`) : Number.NaN;
}

const MILLISECONDS_A_DAY = 86_400_000;

/** Whole months if all dates are at the same moment of the month, or all on its last day; else milliseconds. */
function stepOf(values: number[]): TimeStep {
  const months = values.map(monthOf);
  const isSameMoment = values.every(
    (value, row) => value - startOfMonth(months[row]!) === values[0]! - startOfMonth(months[0]!),
  );
  const isLastDay = values.every((value, row) => startOfMonth(months[row]! + 1) - value === MILLISECONDS_A_DAY);
  return isSameMoment || isLastDay ? usualDistance(months, 'month') : usualDistance(values, 'millisecond');
}

/** Returns the most common distance between neighbours; 1 if there are none. */
function usualDistance(values: number[], unit: TimeStep['unit']): TimeStep {
  const counts = new Map<number, number>();
  for (let row = 1; row < values.length; row++) {
    const distance = values[row]! - values[row - 1]!;
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  const [size = 1] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  if (!Number.isFinite(size)) throw formatError('The times are too far apart: their difference overflows');
  return { unit, size };
}

/** Months since year 0. */
function monthOf(value: number): number {
  const date = new Date(value);
  return date.getUTCFullYear() * MONTHS_A_YEAR + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  return Date.UTC(Math.floor(month / MONTHS_A_YEAR), month % MONTHS_A_YEAR);
}

function shift(value: number, { unit, size }: TimeStep, steps: number): number {
  if (unit !== 'month') return value + steps * size;
  const [from, to] = [monthOf(value), monthOf(value) + steps * size];
  const beforeEnd = startOfMonth(from + 1) - value;
  if (beforeEnd === MILLISECONDS_A_DAY) return startOfMonth(to + 1) - beforeEnd; // the last day stays the last
  return startOfMonth(to) + (value - startOfMonth(from));
}

const UNITS: Record<TimeStep['unit'], [size: number, name: string][]> = {
  month: [
    [MONTHS_A_YEAR, 'year'],
    [1, 'month'],
  ],
  millisecond: [
    [MILLISECONDS_A_DAY, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
    [1, 'millisecond'],
  ],
  number: [],
};

/** Returns "1 month", "3 hours", or the plain number. */
function describeStep({ unit, size }: TimeStep): string {
  const whole = UNITS[unit].find(([unitSize]) => Number.isInteger(size / unitSize));
  if (!whole) return String(size);
  const count = size / whole[0];
  return `${count} ${whole[1]}${count === 1 ? '' : 's'}`;
}
