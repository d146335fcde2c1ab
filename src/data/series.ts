import {
  arrayOf,
  type Checks,
  checkFunction,
  checkSize,
  checkString,
  oneOf,
  readEntries,
  reading,
  readOptions,
} from '../check';
import { describe, formatError, invalidArgument, listed } from '../errors';
import { type CovariateColumns, CovariateTable } from './covariates';
import { CsvTable } from './csv';
import type { DecimalSign } from './decimals';
import { LINK_NAMES, Link, type LinkName } from './link';
import { checkDateFormat, checkTimeZone, TimeAxis } from './time-axis';
import { checkFrequency } from './time-step';

/**
 * A time series of numbers, one row per step. Functions also accept plain arrays, see {@link SeriesLike}.
 *
 * @example
 * ```ts
 * import { type Series, TimeAxis } from 'libtorch-generative';
 *
 * const series: Series = {
 *   name: 'shop 1',
 *   values: Float64Array.of(12, Number.NaN, 15),
 *   covariates: [Float64Array.of(0, 1, 0, 1)], // one more step is known in advance
 *   time: TimeAxis.parse(['2024-01-01', '2024-01-02', '2024-01-03', '2024-01-04']),
 * };
 * console.log(series.time!.dateAt(3)!.getUTCDate()); // 4
 * ```
 */
export interface Series {
  /** Empty if there is only one series. */
  name: string;
  /** (T), in the data's units, up to the last known value; NaN where missing. */
  values: Float64Array;
  /** Other columns known in advance, each (T) or longer: elements beyond T are their future. */
  covariates?: Float64Array[] | undefined;
  /** What describes the series at all times, such as its size; as many numbers for each series. */
  staticCovariates?: readonly number[] | undefined;
  /** Time of each row, including future rows of the covariates. */
  time?: TimeAxis | undefined;
  /** Most steps that can be forecast from any of its values, as covariates lag behind by as many; default any number. */
  maxHorizon?: number | undefined;
}

/** Where to find series in a CSV file. */
export interface SeriesSource extends CovariateColumns {
  /** The column of the values; several columns are one series each, with the same rows. */
  column: string | readonly string[];
  /** The column that names the series of each row, if several share the rows of a file. Default none. */
  series?: string | undefined;
  /** The column of the time: dates or numbers, increasing within a series. Default none. */
  time?: string | undefined;
  /** What separates cells; default a comma, semicolon, tab or bar, whichever the lines have. */
  delimiter?: string | undefined;
  /** The decimal sign; default told from the numbers of a column. */
  decimal?: DecimalSign | undefined;
  /**
   * "fill" (default) takes rows that are missing between others, by their time, as missing values, unless there are
   * covariates; "keep" takes the rows as they are.
   */
  gaps?: 'fill' | 'keep' | undefined;
  /** The interval between two rows, such as "day", "weekday" or "15 minutes"; default the usual one. */
  frequency?: string | undefined;
  /** How dates are written, by Luxon's tokens, such as "dd.MM.yyyy"; default ISO 8601 and other unambiguous ways. */
  dateFormat?: string | undefined;
  /** The time zone of dates without an offset, such as "Europe/Berlin", whose clock calendar features follow; default UTC. */
  timeZone?: string | undefined;
  /** Rejects values outside its range, besides text and infinities. Default "identity", which accepts all numbers. */
  link?: LinkName | undefined;
  /** Receives a message about rows and series that are left out; default `process.emitWarning`. */
  onWarning?: ((message: string) => void) | undefined;
}

const SOURCE: Checks<SeriesSource> = {
  column: checkColumns,
  series: checkString,
  time: checkString,
  delimiter: checkDelimiter,
  decimal: oneOf('.', ','),
  gaps: oneOf('fill', 'keep'),
  frequency: checkFrequency,
  dateFormat: checkDateFormat,
  timeZone: checkTimeZone,
  covariates: arrayOf(checkString, 'an array of column names'),
  staticCovariates: arrayOf(checkString, 'an array of column names'),
  pastCovariates: arrayOf(checkString, 'an array of column names'),
  horizon: checkSize,
  categories: checkCategories,
  link: oneOf(...LINK_NAMES),
  onWarning: checkFunction,
};

/** Throws ERR_INVALID_ARGUMENT unless `value` is one character. */
export function checkDelimiter(name: string, value: unknown): void {
  if (typeof value !== 'string' || value.length !== 1) throw invalidArgument(name, 'a single character', value);
}

/** Throws ERR_INVALID_ARGUMENT unless `value` has a list of words for each of its keys. */
export function checkCategories(name: string, value: unknown): void {
  for (const [column, words] of readEntries(value as object, name, 'an object with the words of each column')) {
    arrayOf(checkString)(`${name}.${column}`, words);
  }
}

function checkColumns(name: string, value: unknown): void {
  const names = reading(name, () => (Array.isArray(value) ? Array.from(value) : [value]));
  const areNames = names.length > 0 && names.every((each) => typeof each === 'string' && each !== '');
  if (!areNames) throw invalidArgument(name, 'a column name, or several', value);
}

/**
 * Reads series from a CSV file. Empty cells, NaN, NA, N/A, null and None are missing values. Rows that name no series, and
 * series without a value among others, are left out.
 *
 * @param path a comma-separated UTF-8 file whose first line names the columns
 * @param source where to find the series in the file
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE; ERR_DATA_FORMAT, with file and line, for invalid cells, timestamps that do
 *   not strictly increase, and series without a value
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readSeries } from 'libtorch-generative';
 *
 * const rows = ['2024-01-01,a,3', '2024-01-01,b,7', '2024-01-02,a,', '2024-01-02,b,8', '2024-01-03,a,4'];
 * writeFileSync('sales.csv', ['day,shop,sales', ...rows].join('\n'));
 * const [a, b] = readSeries('sales.csv', { column: 'sales', series: 'shop', time: 'day' });
 * console.log(a!.name, a!.values); // a Float64Array(3) [ 3, NaN, 4 ]
 * console.log(b!.values, b!.time!.labelAt(2)); // Float64Array(2) [ 7, 8 ] 2024-01-03
 * ```
 */
export function readSeries(path: string, source: SeriesSource): Series[] {
  const given = readSource(source);
  const table = CsvTable.read(path, given);
  const link = new Link(given.link ?? 'identity');
  const wanted = [given.column].flat() as string[];
  const columns = wanted.map((column) => ({ column, cells: table.numbers(column, 'nan') }));
  const covariates = new CovariateTable(table, given);
  const times = given.time === undefined ? undefined : table.text(given.time);
  const { dateFormat: format, timeZone: zone, frequency } = given;
  const all = [...groupRows(table, given.series)].flatMap(([group, rows]) => {
    const where = (row: number) => `${path}:${table.rows[rows[row]!]!.line}`;
    const labels = times && rows.map((row) => times[row]!);
    const time = labels && TimeAxis.parse(labels, where, { format, zone, frequency });
    const filled = given.gaps !== 'keep' && covariates.size === 0 ? time?.filled() : undefined;
    return columns.map(({ column, cells }): Read => {
      const name = [group, wanted.length > 1 ? column : ''].filter(Boolean).join(' ');
      const known = knownValues(
        Float64Array.from(rows, (row) => cells[row]!),
        column,
        where,
        link,
      );
      const values = filled ? spread(known, filled.rows) : known;
      const inputs = covariates.of(rows, known.length);
      const series = { name, values, ...inputs, time: filled?.time ?? time, maxHorizon: covariates.maxHorizon };
      return { series, column, where: where(0) };
    });
  });
  const found = all.filter(({ series }) => series.values.length > 0);
  if (found.length === 0) throw noValues(path, all[0], given.series);
  const { onWarning = (message) => process.emitWarning(message) } = given;
  const unnamed = given.series === undefined ? undefined : unnamedRows(table, given.series);
  if (unnamed) onWarning(unnamed);
  const without = all.filter(({ series }) => series.values.length === 0).map(({ series }) => series.name);
  if (without.length > 0) onWarning(`${path}: series without a value are left out: ${listed(without)}`);
  return found.map(({ series }) => series);
}

/** A series, and where it begins in the file. */
interface Read {
  series: Series;
  column: string;
  where: string;
}

/** Describes the rows that belong to no series; undefined if there are none. */
function unnamedRows(table: CsvTable, column: string): string | undefined {
  const count = table.text(column).filter((name) => name.trim() === '').length;
  if (count === 0) return undefined;
  const [rows, are] = count === 1 ? ['1 row', 'is'] : [`${count} rows`, 'are'];
  return `${table.path}: ${rows} without a name in column ${describe(column)} ${are} left out`;
}

function noValues(path: string, first: Read | undefined, series: string | undefined) {
  if (!first) return formatError(`${path}: no row names its series in column ${describe(series)}`);
  return formatError(`${first.where}: all values in column ${describe(first.column)} are missing from here on`);
}

/** Returns a checked copy of a caller's source. @throws ERR_INVALID_ARGUMENT */
export function readSource(source: SeriesSource): SeriesSource {
  const given = readOptions(source, SOURCE, 'source');
  checkColumns('column', given.column);
  return given;
}

/** Moves values to their rows among missing ones. */
export function spread(values: Float64Array, rows: readonly number[]): Float64Array {
  const all = new Float64Array(rows[values.length - 1]! + 1).fill(Number.NaN);
  for (const [index, value] of values.entries()) all[rows[index]!] = value;
  return all;
}

/** Returns the row numbers of each series, in file order. */
function groupRows(table: CsvTable, column: string | undefined): Map<string, number[]> {
  const all = table.rows.map((_, row) => row);
  if (column === undefined) return new Map([['', all]]);
  const groups = new Map<string, number[]>();
  for (const [row, cell] of table.text(column).entries()) {
    const name = cell.trim();
    if (name === '') continue;
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

/** Returns the values up to the last one that is not missing, none if all are. */
function knownValues(values: Float64Array, column: string, where: (row: number) => string, link: Link): Float64Array {
  const length = values.findLastIndex((value) => !Number.isNaN(value)) + 1;
  const refused = values.findIndex((value) => !link.accepts(value));
  if (refused === -1) return values.subarray(0, length);
  const found = `${values[refused]} in column ${describe(column)}`;
  throw formatError(`${where(refused)}: expected ${link.expected} for the link ${link.name} but found ${found}`);
}
