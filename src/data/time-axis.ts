import { types } from 'node:util';
import { type Checks, checkFunction, checkInteger, checkString, readOptions } from '../check';
import { describe, formatError, invalidArgument, type LibtorchGenerativeError, worded } from '../errors';
import { type Dates, fromWallClock, isFixed, isTimeZone, readDates, wallClock, writeDate } from './dates';
import { toElements } from './numbers';
import { checkFrequency, describeStep, stepOfFrequency, type TimeStep } from './time-step';

const MONTHS_A_YEAR = 12;
/** The largest distance of a `Date` from 1970, in milliseconds. */
const LAST_DATE = 8.64e15;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/;
const YEAR = /^\d{4}$/;
const YEAR_MONTH = /^(1[789]|2[01])\d{2}(0[1-9]|1[0-2])$/;
const YEAR_MONTH_DAY = /^(1[789]|2[01])\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** Options of {@link TimeAxis.parse}. */
export interface TimeAxisOptions {
  /** How dates are written, by Luxon's tokens; default ISO 8601 and other ways that have one meaning. */
  format?: string | undefined;
  /** The IANA name of the time zone of dates without an offset; default UTC. */
  zone?: string | undefined;
  /** The interval between two rows, such as "day", "weekday" or "15 minutes"; default the usual one. */
  frequency?: string | undefined;
}

/** What a {@link TimeAxis} is made of. */
export interface TimeAxisState {
  labels: readonly string[];
  values: readonly number[];
  /** How the times are dates; undefined if they are numbers. */
  dates: Dates | undefined;
  /** The interval between two rows, if it was given. */
  step: Readonly<TimeStep> | undefined;
}

/** No format is longer, and Luxon makes a regular expression of it. */
const MAX_FORMAT_LENGTH = 100;

/** Throws ERR_INVALID_ARGUMENT unless `value` is a format of dates. */
export function checkDateFormat(name: string, value: unknown): void {
  checkString(name, value);
  if ((value as string).length > MAX_FORMAT_LENGTH) throw invalidArgument(name, 'a format such as dd.MM.yyyy', value);
}

export const TIME_AXIS_OPTIONS: Checks<TimeAxisOptions> = {
  format: checkDateFormat,
  zone: checkTimeZone,
  frequency: checkFrequency,
};

/** Throws ERR_INVALID_ARGUMENT unless `value` is the IANA name of a time zone. */
export function checkTimeZone(name: string, value: unknown): void {
  checkString(name, value);
  if (!isTimeZone(value as string))
    throw invalidArgument(name, 'the IANA name of a time zone, such as Europe/Berlin,', value);
}

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
  readonly #dates: Dates | undefined;
  readonly #isLastDay: boolean;
  readonly #isStepGiven: boolean;

  private constructor(
    /** The labels as given; `Date` objects in ISO format. */
    readonly labels: readonly string[],
    /** The times: milliseconds since 1970, or plain numbers. */
    readonly values: readonly number[],
    dates: Dates | undefined,
    step?: Readonly<TimeStep>,
  ) {
    this.#dates = dates;
    this.#isStepGiven = step !== undefined;
    const clock = dates ? values.map((value) => wallClock(value, dates.zone)) : values;
    this.#isLastDay = dates !== undefined && clock.every(isLastDayOfMonth);
    this.step = step ?? (dates ? stepOf(clock, values) : usualDistance(values, 'number'));
    // Frozen, as forecasts rely on their order.
    for (const part of [labels, values, this.step]) Object.freeze(part);
  }

  /** The usual interval between two rows. */
  readonly step: Readonly<TimeStep>;

  /**
   * Parses times as they appear in a file.
   *
   * @param labels at least one: strings such as 2024-01-31, 2024-01 or 2024-01-31 18:00, `Date`s, or strings of plain
   *   numbers
   * @param where returns the name of a row in errors, such as "co2.csv:17"; default "labels[16]"
   * @param options.format how dates are written, by Luxon's tokens, such as "dd.MM.yyyy"; default ISO 8601 and other
   *   ways that have one meaning
   * @param options.zone the IANA name of the time zone of dates without an offset, such as "Europe/Berlin", whose clock
   *   calendar features follow; default UTC
   * @param options.frequency the interval between two rows, such as "day", "weekday", "15 minutes", "quarter", or a
   *   number where times are numbers; default the usual one
   * @see https://moment.github.io/luxon/#/parsing?id=table-of-tokens
   * @throws ERR_DATA_FORMAT if a label is neither a date nor a number, or times do not strictly increase;
   *   ERR_INVALID_ARGUMENT if a label is neither a string nor a `Date`
   */
  static parse(
    labels: readonly (string | Date)[],
    where = (row: number) => `labels[${row}]`,
    options: TimeAxisOptions = {},
  ): TimeAxis {
    checkFunction('where', where);
    const given = readOptions(options, TIME_AXIS_OPTIONS);
    const texts = textsOf(labels, where);
    return TimeAxis.#read(
      texts,
      texts.map((text) => text.trim()),
      where,
      given,
    );
  }

  /** @internal Returns whether a value is a genuine TimeAxis, neither a lookalike nor a Proxy. */
  static isTimeAxis(value: unknown): value is TimeAxis {
    return typeof value === 'object' && value !== null && #valueAt in value;
  }

  /** @internal Returns an axis with a state, such as another thread's. */
  static fromState({ labels, values, dates, step }: TimeAxisState): TimeAxis {
    return new TimeAxis(labels, values, dates, step);
  }

  /** @internal What the axis is made of: plain data, which can go to another thread. */
  get state(): TimeAxisState {
    const { labels, values, step } = this;
    return { labels, values, dates: this.#dates, step: this.#isStepGiven ? step : undefined };
  }

  static #read(
    labels: string[],
    texts: string[],
    where: (row: number) => string,
    { format, zone, frequency }: TimeAxisOptions,
  ): TimeAxis {
    const areNumbers = format === undefined && texts.every((text) => NUMBER.test(text)) && !areDates(texts);
    const dates = areNumbers ? undefined : readDates(texts, where, { format, zone });
    const values = dates?.values ?? texts.map(Number);
    for (let row = 1; row < values.length; row++) {
      if (values[row]! > values[row - 1]!) continue;
      const isDuplicate = values[row] === values[row - 1];
      const problem = isDuplicate
        ? `Duplicate timestamp ${describe(texts[row])}`
        : `The time ${describe(texts[row])} comes after ${describe(texts[row - 1])}`;
      throw formatError(`${where(row)}: ${problem}: timestamps must strictly increase`);
    }
    const step = frequency === undefined ? undefined : stepOfFrequency(frequency);
    if (step && (step.unit === 'number') !== (dates === undefined)) {
      const times = dates ? 'dates' : 'numbers, not dates';
      throw worded(
        'ERR_DATA_FORMAT',
        ({ setting }) => `${where(0)}: the times are ${times}: they do not fit ${setting('frequency', frequency)}`,
      );
    }
    return new TimeAxis(labels, values, dates, step);
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

  /** @internal Returns what the clock shows at a row, in UTC; undefined if times are plain numbers. */
  clockAt(row: number): Date | undefined {
    const value = this.#valueAt(row);
    return this.#dates && new Date(wallClock(value, this.#dates.zone));
  }

  /**
   * Returns the label of a row as given; past the end a number, or a date that is written as the others are.
   *
   * @param row counted from 0
   * @throws ERR_INVALID_ARGUMENT as {@link TimeAxis.dateAt}
   */
  labelAt(row: number): string {
    const value = this.#valueAt(row);
    if (row < this.labels.length) return this.labels[row]!;
    return this.#write(value);
  }

  /**
   * @internal Returns the axis with the rows that are missing between others, and the row of each of this axis's rows in it;
   * undefined if none is missing, or if rows are not whole steps apart.
   *
   * @throws ERR_DATA_FORMAT if rows are not whole steps apart that were asked for, or too many steps
   */
  filled(): { time: TimeAxis; rows: number[] } | undefined {
    const { values } = this;
    const most = this.#isStepGiven ? MOST_ROWS : MOST_FILLED * values.length;
    const rows = [0];
    const all = [values[0]!];
    for (const [index, value] of values.slice(1).entries()) {
      const from = values[index]!;
      for (let steps = 1; all.at(-1)! < value && steps <= MAX_STEPS_MISSING; steps++)
        all.push(this.#shift(from, steps));
      if (all.at(-1) !== value) {
        if (this.#isStepGiven) throw this.#offStep(index + 1);
        return undefined;
      }
      rows.push(all.length - 1);
      if (all.length <= Math.max(most, values.length)) continue;
      if (this.#isStepGiven) throw this.#tooManyRows();
      return undefined;
    }
    if (all.length === values.length) return undefined;
    const labels = all.map((value) => this.#write(value));
    for (const [index, row] of rows.entries()) labels[row] = this.labels[index]!;
    return { time: TimeAxis.fromState({ ...this.state, labels, values: all }), rows };
  }

  #write(value: number): string {
    return this.#dates ? writeDate(value, this.#dates) : String(value);
  }

  #tooManyRows(): LibtorchGenerativeError {
    const [first, last] = [this.labels[0], this.labels.at(-1)].map(describe);
    return worded('ERR_DATA_FORMAT', ({ option, setting }) => {
      return `Expected at most ${MOST_ROWS} rows, but from ${first} to ${last} there are more steps of ${describeStep(this.step)}: pass another ${option('frequency')}, or ${setting('gaps', 'keep')}`;
    });
  }

  #offStep(row: number): LibtorchGenerativeError {
    const [last, label] = [row - 1, row].map((each) => describe(this.labels[each]));
    return worded(
      'ERR_DATA_FORMAT',
      ({ option }) =>
        `${label} is not a whole number of steps of ${describeStep(this.step)} after ${last}, or more than ${MAX_STEPS_MISSING}: pass another ${option('frequency')}`,
    );
  }

  /** Describes irregular intervals between rows; undefined if all are equal. */
  irregularity(): string | undefined {
    const { values, labels, step } = this;
    const isOdd = (row: number) => values[row] !== this.#shift(values[row - 1]!, 1);
    const odd = values.map((_, row) => row).filter((row) => row > 0 && isOdd(row));
    const [first] = odd;
    if (first === undefined) return undefined;
    const where = `the first from ${labels[first - 1]} to ${labels[first]}`;
    return `${odd.length} of ${values.length - 1} steps are not ${describeStep(step)}, ${where}: rows are treated as equally spaced`;
  }

  #valueAt(row: number): number {
    checkInteger('row', row, { min: 0 });
    const last = this.values.length - 1;
    const value = row <= last ? this.values[row]! : this.#shift(this.values[last]!, row - last);
    const limit = this.step.unit === 'number' ? Number.MAX_VALUE : LAST_DATE;
    if (Math.abs(value) <= limit) return value;
    throw invalidArgument('row', 'a row whose time can be represented', row);
  }

  /** Moves a time on by some steps: days and longer ones by the clock, shorter ones by the time that passes. */
  #shift(value: number, steps: number): number {
    const { unit, size } = this.step;
    const zone = this.#dates?.zone ?? 'utc';
    const isByClock = unit !== 'number' && !(unit === 'millisecond' && size % MILLISECONDS_A_DAY !== 0);
    if (!isByClock || isFixed(zone)) return shift(value, this.step, steps, this.#isLastDay);
    const clock = shift(wallClock(value, zone), this.step, steps, this.#isLastDay);
    return fromWallClock(clock, zone);
  }
}

/** Returns whether numbers are years, months as 202401 or days as 20240131. */
function areDates(texts: string[]): boolean {
  return [YEAR, YEAR_MONTH, YEAR_MONTH_DAY].some((form) => texts.every((text) => form.test(text)));
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

/** Longer gaps are not filled, and none if that would leave less than half of the rows known. */
const [MAX_STEPS_MISSING, MOST_FILLED] = [1000, 2];
/** More rows than any file's would not fit in memory, and only a wrong frequency asks for them. */
const MOST_ROWS = 10_000_000;
const MILLISECONDS_A_DAY = 86_400_000;
const [SATURDAY, SUNDAY] = [6, 0];
/** Part of the steps that must be weekdays. */
const MOSTLY = 0.8;

/**
 * Whole months if all dates are at the same moment of the month, or all on its last day; weekdays if there are no
 * weekends; else milliseconds.
 *
 * @param clock what the clock shows
 * @param values the times
 */
function stepOf(clock: readonly number[], values: readonly number[]): TimeStep {
  const months = clock.map(monthOf);
  const moment = (row: number) => clock[row]! - startOfMonth(months[row]!);
  const isSameMoment = clock.every((_, row) => moment(row) === moment(0));
  if (isSameMoment || clock.every(isLastDayOfMonth)) return usualDistance(months, 'month');
  if (areWeekdays(clock)) return { unit: 'weekday', size: 1 };
  const isDaily = clock.every((value) => (value - clock[0]!) % MILLISECONDS_A_DAY === 0);
  return usualDistance(isDaily ? clock : values, 'millisecond');
}

function areWeekdays(clock: readonly number[]): boolean {
  if (clock.some(isWeekend)) return false;
  const next = clock.filter((value, row) => row > 0 && value === shiftWeekdays(clock[row - 1]!, 1));
  const overWeekend = next.some((value) => new Date(value).getUTCDay() === 1);
  return overWeekend && next.length >= MOSTLY * (clock.length - 1);
}

function isWeekend(value: number): boolean {
  return [SATURDAY, SUNDAY].includes(new Date(value).getUTCDay());
}

function shiftWeekdays(value: number, steps: number): number {
  const weeks = Math.floor(steps / 5);
  let shifted = value + 7 * weeks * MILLISECONDS_A_DAY;
  for (let left = steps - 5 * weeks; left > 0; ) {
    shifted += MILLISECONDS_A_DAY;
    if (!isWeekend(shifted)) left--;
  }
  return shifted;
}

function isLastDayOfMonth(clock: number): boolean {
  return startOfMonth(monthOf(clock) + 1) - clock === MILLISECONDS_A_DAY;
}

/** Returns the most common distance between neighbours; 1 if there are none. */
function usualDistance(values: readonly number[], unit: TimeStep['unit']): TimeStep {
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
  // Not with Date.UTC, which takes the years 0 to 99 as those of the 20th century.
  return new Date(0).setUTCFullYear(Math.floor(month / MONTHS_A_YEAR), month % MONTHS_A_YEAR, 1);
}

function shift(value: number, { unit, size }: TimeStep, steps: number, isLastDay: boolean): number {
  if (unit === 'weekday') return shiftWeekdays(value, steps);
  if (unit !== 'month') return value + steps * size;
  const [from, to] = [monthOf(value), monthOf(value) + steps * size];
  if (isLastDay) return startOfMonth(to + 1) - (startOfMonth(from + 1) - value); // the last day stays the last
  return startOfMonth(to) + (value - startOfMonth(from));
}
