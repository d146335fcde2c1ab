import { CsvError, parse } from 'csv-parse/sync';
import { arrayOf, checkString, oneOf, readOptions } from '../check';
import { describe, formatError, listed, worded } from '../errors';
import { readFileBytes } from '../files';
import { nearest } from '../nearest';
import { type DecimalSign, decimalSignOf, plainNumber } from './decimals';
import { toElements } from './numbers';

interface Row {
  cells: string[];
  /** Line number where the row ends in the file, from 1. */
  line: number;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;
const noValue = /^([+-]?nan|#?n\/a|na|null|none)?$/i;

/** Maximum number of column names that an error lists. */
const MAX_LISTED = 20;

/**
 * How to handle a missing value (empty, or one of NaN, NA, N/A, null, None): "error" throws, "nan" reads it as NaN.
 */
export type MissingValues = 'error' | 'nan';

/**
 * Returns the column names of a CSV file, without surrounding spaces.
 *
 * @param path a comma-separated UTF-8 file whose first line names the columns
 * @throws ERR_FILE if the file cannot be read; ERR_DATA_FORMAT if it is empty, is not valid CSV in UTF-8, or has
 *   duplicate column names
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readCsvHeader } from 'libtorch-generative';
 *
 * writeFileSync('shop.csv', 'day, sales\n2024-01-01,3\n');
 * console.log(readCsvHeader('shop.csv')); // [ 'day', 'sales' ]
 * ```
 */
export function readCsvHeader(path: string): string[] {
  return splitHeader(path, parseRows(path)).header;
}

/**
 * Reads numeric columns of a CSV file by name, one number per row, parsed as Python's `float()` does.
 *
 * @param path as for {@link readCsvHeader}
 * @param columns column names, as in the header
 * @param options.missing how to handle missing values; default "error"
 * @throws ERR_INVALID_ARGUMENT; ERR_FILE if the file cannot be read; ERR_DATA_FORMAT, with file, line and column, if a
 *   row has more or fewer cells than the header, a column does not exist, or a cell is not a finite number
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { readCsvColumns } from 'libtorch-generative';
 *
 * writeFileSync('shop.csv', 'day,sales\n1,3\n2,\n3,4.5\n');
 * console.log(readCsvColumns('shop.csv', ['sales'], { missing: 'nan' }).sales); // Float64Array(3) [ 3, NaN, 4.5 ]
 * ```
 */
export function readCsvColumns(
  path: string,
  columns: readonly string[],
  options: { missing?: MissingValues | undefined } = {},
): Record<string, Float64Array> {
  const { missing = 'error' } = readOptions(options, { missing: oneOf('error', 'nan') });
  const names = toElements('columns', columns) as string[];
  arrayOf(checkString)('columns', names);
  const table = CsvTable.read(path);
  return Object.fromEntries(names.map((column) => [column, table.numbers(column, missing)]));
}

/** How a file is written, where it can't be told. */
export interface CsvFormat {
  /** What separates cells; default a comma, semicolon, tab or bar, whichever the lines have. */
  delimiter?: string | undefined;
  /** The decimal sign; default told from the numbers of a column. */
  decimal?: DecimalSign | undefined;
}

/** A UTF-8 file of separated values whose first line names the columns. */
export class CsvTable {
  private constructor(
    readonly path: string,
    readonly header: string[],
    readonly rows: Row[],
    readonly decimal: DecimalSign | undefined,
  ) {}

  /** @throws ERR_FILE if it cannot be read; ERR_DATA_FORMAT, with file and line, if it has no rows or ragged rows */
  static read(path: string, { delimiter, decimal }: CsvFormat = {}): CsvTable {
    const { header, rows: all } = splitHeader(path, parseRows(path, delimiter));
    const { length } = header;
    const rows = withoutBlankLines(all, length);
    if (rows.length === 0) throw formatError(`${path} has a header but no rows`);
    const ragged = rows.find(({ cells }) => cells.length !== length);
    if (!ragged) return new CsvTable(path, header, rows, decimal);
    const expected = `expected ${length} ${length === 1 ? 'cell' : 'cells'} as in the header`;
    throw formatError(`${path}:${ragged.line}: ${expected} but found ${ragged.cells.length}`);
  }

  /**
   * Parses a column's values as Python's `float()` does, but with its decimal sign and separators of thousands.
   *
   * @throws ERR_DATA_FORMAT, with file, line and column, if the column does not exist, its decimal sign can't be told, or
   *   a cell is not a number, is infinite or, unless `missing` is "nan", is missing
   */
  numbers(column: string, missing: MissingValues = 'error'): Float64Array {
    const index = findColumn(this.path, this.header, column);
    const decimal = this.decimal ?? decimalSignOf(this.text(column)) ?? this.#undecided(column, index);
    const numbers = this.rows.map(({ cells, line }) =>
      parseNumber(cells[index]!, decimal, `${this.path}:${line}`, column, missing),
    );
    return Float64Array.from(numbers);
  }

  /** Returns whether a column has words and no number. @throws ERR_DATA_FORMAT if the column does not exist */
  hasWords(column: string): boolean {
    const cells = this.text(column)
      .map((cell) => cell.trim())
      .filter((cell) => !noValue.test(cell));
    return cells.length > 0 && !cells.some((cell) => /^[+-]?[.,]?\d/.test(cell));
  }

  #undecided(column: string, index: number): never {
    const row = this.rows.find(({ cells }) => cells[index]!.includes(','))!;
    throw worded('ERR_DATA_FORMAT', ({ option }) => {
      return `${this.path}:${row.line}: the comma of ${describe(row.cells[index]!)} in column ${describe(column)} may begin a fraction or separate thousands: pass ${option('decimal')} "," or "."`;
    });
  }

  /** Returns a column's cells as text, such as dates. @throws ERR_DATA_FORMAT if the column does not exist */
  text(column: string): string[] {
    const index = findColumn(this.path, this.header, column);
    return this.rows.map(({ cells }) => cells[index]!);
  }
}

/** Removes blank lines; in a file of one column, only those at the end, as the others are missing values. */
function withoutBlankLines(rows: Row[], numColumns: number): Row[] {
  const end = rows.findLastIndex((row) => !isBlank(row)) + 1;
  return rows.slice(0, end).filter((row) => numColumns === 1 || !isBlank(row));
}

function isBlank({ cells }: Row): boolean {
  return cells.length === 1 && cells[0]!.trim() === '';
}

function splitHeader(path: string, rows: Row[]): { header: string[]; rows: Row[] } {
  const start = rows.findIndex((row) => !isBlank(row));
  if (start === -1) throw formatError(`${path} is empty: expected a line of column names, then rows`);
  const header = rows[start]!.cells.map((name) => name.trim());
  // Several unnamed columns are common, and never requested by name.
  const repeated = header.find((name, index) => name !== '' && header.indexOf(name) < index);
  if (repeated !== undefined) throw formatError(`${path} has more than one column ${describe(repeated)}`);
  return { header, rows: rows.slice(start + 1) };
}

/** Delimiters, the most usual first. */
const DELIMITERS = [',', ';', '\t', '|'];
/** Lines whose cells are counted. */
const NUM_LINES = 20;

function parseRows(path: string, delimiter?: string): Row[] {
  const text = readText(path).replace(/\r\n?/g, '\n');
  return rowsOf(path, text, delimiter ?? delimiterOf(path, text));
}

/** Returns what separates the cells of the header and the first lines into equally many. */
function delimiterOf(path: string, text: string): string {
  const lines = text.split('\n', NUM_LINES + 1).filter((line) => line.trim() !== '');
  const start = `${lines.slice(0, NUM_LINES).join('\n')}\n`;
  const inHeader = DELIMITERS.filter((each) => lines[0]?.includes(each));
  if (inHeader.length < 2) return inHeader[0] ?? ',';
  const fitting = inHeader.filter((each) => {
    const counts = rowsOf(path, start, each).map(({ cells }) => cells.length);
    return counts.every((count) => count === counts[0]);
  });
  if (fitting.length === 1) return fitting[0]!;
  const found = inHeader.map((each) => (each === '\t' ? 'a tab' : describe(each))).join(' and ');
  throw worded('ERR_DATA_FORMAT', ({ option }) => {
    return `${path}: the header has ${found}: pass ${option('delimiter')} for the one that separates columns`;
  });
}

function rowsOf(path: string, text: string, delimiter: string): Row[] {
  const rows: Row[] = [];
  try {
    parse(text, {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      on_record: (cells, { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw formatError(`${path}:${error.lines}: ${error.message}`, { cause: error });
  }
  return rows;
}

/** Reads the file's text without its byte-order mark. */
function readText(path: string): string {
  const bytes = readFileBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw formatError(`${path} is not a CSV file in UTF-8 (${(error as Error).message})`, { cause: error });
  }
}

function findColumn(path: string, header: string[], column: string): number {
  const index = header.indexOf(column.trim());
  if (index !== -1) return index;
  const near = nearest(column, header);
  const hint = near ? ` Did you mean ${describe(near)}?` : '';
  throw formatError(`${path} has no column ${describe(column)}; its columns are ${listed(header, MAX_LISTED)}.${hint}`);
}

/** Python's `float(cell)` for finite decimal numbers; `Number` alone would also accept "", "0x10" and "Infinity". */
function parseNumber(
  cell: string,
  decimalSign: DecimalSign,
  where: string,
  column: string,
  missing: MissingValues,
): number {
  const text = plainNumber(cell.trim(), decimalSign);
  const isDecimal = decimal.test(text);
  if (isDecimal && Number.isFinite(Number(text))) return Number(text);
  if (noValue.test(text)) {
    if (missing === 'nan') return Number.NaN;
    const value = text === '' ? 'missing value' : `missing value ${describe(text)}`;
    throw formatError(`${where}: ${value} in column ${describe(column)}`);
  }
  const expected = isDecimal || infinite.test(text) ? 'a finite number' : 'a number';
  throw formatError(`${where}: expected ${expected} in column ${describe(column)} but found ${describe(cell)}`);
}
