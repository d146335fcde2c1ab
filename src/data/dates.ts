import { DateTime, IANAZone } from 'luxon';
import { describe, formatError, type LibtorchGenerativeError, worded } from '../errors';

/** Dates of a column, and how they are written. */
export interface Dates {
  /** Milliseconds since 1970. */
  values: number[];
  /** The zone of the last one: "utc", an offset such as "UTC+2", or the zone asked for. */
  zone: string;
  style: DateStyle;
}

/** How dates are written: by Luxon's tokens, or as ISO 8601 says, with or without the time of day and the offset. */
type DateStyle = { format: string } | { hasTime: boolean; hasOffset: boolean };

/** How dates are written, where it does not go without saying. */
export interface DateOptions {
  /** Luxon's tokens, such as "dd.MM.yyyy HH:mm". */
  format?: string | undefined;
  /** The IANA name of the zone of dates without an offset, such as "Europe/Berlin"; default UTC. */
  zone?: string | undefined;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
/** Two numbers that may each be a day or a month, then a year. */
const TWO_NUMBERS = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T]+(\d{1,2}:\d{2}(:\d{2})?))?$/;
const OFFSETS: Record<string, string> = {
  UTC: 'Z', GMT: 'Z', EST: '-05:00', EDT: '-04:00', CST: '-06:00', CDT: '-05:00', MST: '-07:00', MDT: '-06:00', PST: '-08:00', PDT: '-07:00',
}; // biome-ignore format: a table
const NAMED_OFFSET = new RegExp(`^(.*\\d) ?(${Object.keys(OFFSETS).join('|')})$`);
const SPACES_BEFORE_TIME = /^(\d{4}-\d{2}-\d{2}) +/;
const OFFSET = /\d[zZ]$|:\d{2}(\.\d+)? ?[+-]\d{2}(:?\d{2})?$/;
/** Ways to write a date that have one meaning, besides those of ISO 8601. */
const FORMATS = [
  'yyyyMM', "yyyy'Q'q", "yyyy-'Q'q", "yyyy 'Q'q", "kkkk-'W'WW",
  ...['yyyy/M/d', 'LLL d yyyy', 'LLL d, yyyy', 'LLLL d yyyy', 'LLLL d, yyyy', 'd LLL yyyy', 'd LLLL yyyy', 'd-LLL-yyyy', 'd. LLLL yyyy'].flatMap((day) => [day, `${day} H:mm`, `${day} H:mm:ss`]),
  'yyyy/M', 'LLL yyyy', 'LLLL yyyy', 'LLL-yyyy',
]; // biome-ignore format: a list

/** Returns whether a text is the IANA name of a time zone. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** Returns whether a zone has the same offset all year. */
export function isFixed(zone: string): boolean {
  return DateTime.utc().setZone(zone).zone.isUniversal;
}

/** Returns what a zone's clock shows, as milliseconds since 1970 in UTC. */
export function wallClock(value: number, zone: string): number {
  return zone === 'utc' ? value : value + 60_000 * DateTime.fromMillis(value, { zone }).offset;
}

/** Returns when a zone's clock shows a time; one that it skips is taken after the gap. */
export function fromWallClock(clock: number, zone: string): number {
  return DateTime.fromMillis(clock, { zone: 'utc' }).setZone(zone, { keepLocalTime: true }).toMillis();
}

/**
 * Reads dates that are written in the same way.
 *
 * @param where returns the name of a row in errors
 * @throws ERR_DATA_FORMAT for what is not a date, does not exist or may be one of two dates
 */
export function readDates(texts: readonly string[], where: (row: number) => string, options: DateOptions = {}): Dates {
  const format = options.format ?? formatOfTwoNumbers(texts, where) ?? FORMATS.find((each) => isIn(texts[0]!, each));
  return format === undefined ? readIso(texts, where, options) : readFormatted(texts, where, format, options);
}

function isIn(text: string, format: string): boolean {
  return DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en' }).isValid;
}

function readFormatted(texts: readonly string[], where: Where, format: string, { zone = 'utc' }: DateOptions): Dates {
  const values = texts.map((text, row) => {
    const date = DateTime.fromFormat(text, format, { zone, locale: 'en' });
    if (date.isValid) return date.toMillis();
    const example = DateTime.utc(2024, 1, 31, 18).toFormat(format, { locale: 'en' });
    throw formatError(`${where(row)}: expected a date as ${example} (${format}) but found ${describe(text)}`);
  });
  return { values, zone, style: { format } };
}

type Where = (row: number) => string;

/** Returns the format of dates such as 01.02.2024, if they are; undefined otherwise. */
function formatOfTwoNumbers(texts: readonly string[], where: Where): string | undefined {
  const first = TWO_NUMBERS.exec(texts[0]!);
  if (!first) return undefined;
  const [, , separator, , , time, seconds] = first;
  const parts = texts.map((text) => TWO_NUMBERS.exec(text));
  const isBeyondTwelve = (part: number) => parts.some((each) => each && Number(each[part]) > 12);
  const rest = `${separator}yyyy${time ? ` H:mm${seconds ? ':ss' : ''}` : ''}`;
  const [dayFirst, monthFirst] = [`d${separator}M${rest}`, `M${separator}d${rest}`];
  if (isBeyondTwelve(1)) return dayFirst;
  if (isBeyondTwelve(3)) return monthFirst;
  throw worded('ERR_DATA_FORMAT', ({ option }) => {
    return `${where(0)}: the day and the month of ${describe(texts[0])} can't be told apart: pass ${option('dateFormat')} "${dayFirst}" or "${monthFirst}"`;
  });
}

function readIso(texts: readonly string[], where: Where, { zone = 'utc' }: DateOptions): Dates {
  let last: DateTime = DateTime.utc();
  let [hasTime, hasOffset] = [false, false];
  const values = texts.map((text, row) => {
    const day = zone === 'utc' ? dayOf(text) : undefined;
    if (day !== undefined) {
      if (row === texts.length - 1) last = DateTime.fromMillis(day, { zone });
      return day;
    }
    const named = NAMED_OFFSET.exec(text);
    const plain = named ? named[1]! + OFFSETS[named[2]!]! : text;
    const date = DateTime.fromISO(plain.replace(SPACES_BEFORE_TIME, '$1T').replace(' ', ''), { zone, setZone: true });
    if (!date.isValid) throw notADate(text, where(row), date.invalidReason === 'unit out of range');
    hasTime ||= date.toMillis() !== date.startOf('day').toMillis();
    hasOffset ||= OFFSET.test(plain);
    last = date;
    return date.toMillis();
  });
  return { values, zone: last.zoneName!, style: { hasTime, hasOffset } };
}

/** Writes a date as others are. */
export function writeDate(value: number, { zone, style }: Pick<Dates, 'zone' | 'style'>): string {
  const date = DateTime.fromMillis(value, { zone });
  if ('format' in style) return date.toFormat(style.format, { locale: 'en' });
  const { hasTime, hasOffset } = style;
  if (!hasTime && !hasOffset) return date.toISODate()!;
  return date.toISO({ suppressMilliseconds: true, includeOffset: hasOffset })!;
}

/** Reads a date such as 2024-01-31, in less time than Luxon takes; undefined for all others, and 2024-02-31. */
function dayOf(text: string): number | undefined {
  const parts = DAY.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1).map(Number);
  const value = new Date(0).setUTCFullYear(year!, month! - 1, day); // Date.UTC takes the year 50 as 1950
  const date = new Date(value);
  return date.getUTCMonth() === month! - 1 && date.getUTCDate() === day ? value : undefined;
}

function notADate(text: string, where: string, isImpossible: boolean): LibtorchGenerativeError {
  const found = `but found ${describe(text)}`;
  if (isImpossible) return formatError(`${where}: expected a date that exists ${found}`);
  return worded('ERR_DATA_FORMAT', ({ option }) => {
    return `${where}: expected a date such as 2024-01-31 or 2024-01-31 18:00 ${found}; other ways to write dates are read with ${option('dateFormat')}`;
  });
}
