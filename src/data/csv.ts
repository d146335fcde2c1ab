import { CsvError, parse } from 'csv-parse/sync';
import { describe, LibtorchGenerativeError } from '../errors';
import { readFileBytes } from '../files';
import { nearest } from '../nearest';

interface Row {
  cells: string[];
  /** The row's last line in the file, counted from 1. */
  line: number;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;
const missing = /^([+-]?nan|#?n\/a|na|null|none)?$/i;

/** How many column names an error lists. */
const maxListed = 20;

interface Table {
  header: string[];
  rows: Row[];
}

/** The column names of a CSV file, spaces around them removed. Errors: as {@link readCsvColumns}. */
export function readCsvHeader(path: string): string[] {
  return splitHeader(path, parseRows(path)).header;
}

/**
 * Numeric columns of a CSV file by name: comma-separated, UTF-8, the first line names the columns. The values are
 * those of Python's `float()`.
 *
 * @throws ERR_FILE if the file cannot be read; ERR_DATA_FORMAT, with file, line and column, if it has no rows or not
 *   that column, if a row is ragged, or if a cell is missing, not a number or infinite
 */
export function readCsvColumns(path: string, columns: readonly string[]): Record<string, Float64Array> {
  const { header, rows } = readTable(path);
  return Object.fromEntries(
    columns.map((column) => {
      const index = findColumn(path, header, column);
      const numbers = rows.map(({ cells, line }) => parseNumber(cells[index]!, `${path}:${line}`, column));
      return [column, Float64Array.from(numbers)];
    }),
  );
}

/** A column's cells as they stand, such as dates. Errors: as {@link readCsvColumns}, but any cell is accepted. */
export function readCsvText(path: string, column: string): string[] {
  const { header, rows } = readTable(path);
  const index = findColumn(path, header, column);
  return rows.map(({ cells }) => cells[index]!);
}

function readTable(path: string): Table {
  const table = splitHeader(path, parseRows(path));
  const { length } = table.header;
  const rows = withoutBlankLines(table.rows, length);
  if (rows.length === 0) throw formatError(`${path} has a header but no rows`);
  const ragged = rows.find(({ cells }) => cells.length !== length);
  if (!ragged) return { ...table, rows };
  const expected = `expected ${length} ${length === 1 ? 'cell' : 'cells'} as in the header`;
  throw formatError(`${path}:${ragged.line}: ${expected} but found ${ragged.cells.length}`);
}

/** Blank lines mean nothing, except in a file of one column, where one before the end is a missing value. */
function withoutBlankLines(rows: Row[], numColumns: number): Row[] {
  const end = rows.findLastIndex((row) => !isBlank(row)) + 1;
  return rows.slice(0, end).filter((row) => numColumns === 1 || !isBlank(row));
}

function isBlank({ cells }: Row): boolean {
  return cells.length === 1 && cells[0]!.trim() === '';
}

function splitHeader(path: string, rows: Row[]): Table {
  const start = rows.findIndex((row) => !isBlank(row));
  if (start === -1) throw formatError(`${path} is empty: expected a line of column names, then rows`);
  const header = rows[start]!.cells.map((name) => name.trim());
  // Several columns without a name are common, and nobody asks for one.
  const repeated = header.find((name, index) => name !== '' && header.indexOf(name) < index);
  if (repeated !== undefined) throw formatError(`${path} has more than one column ${describe(repeated)}`);
  return { header, rows: rows.slice(start + 1) };
}

function parseRows(path: string): Row[] {
  const text = readText(path).replace(/\r\n?/g, '\n');
  const rows: Row[] = [];
  try {
    parse(text, {
      record_delimiter: '\n',
      relax_column_count: true,
      on_record: (cells, { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw formatError(`${path}:${error.lines}: ${error.message}`, error);
  }
  return rows;
}

/** The file's text without a byte-order mark. */
function readText(path: string): string {
  const bytes = readFileBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw formatError(`${path} is not a CSV file in UTF-8 (${(error as Error).message})`, error);
  }
}

function findColumn(path: string, header: string[], column: string): number {
  const index = header.indexOf(column.trim());
  if (index !== -1) return index;
  const near = nearest(column, header);
  const hint = near ? ` Did you mean ${describe(near)}?` : '';
  const listed = header.slice(0, maxListed).map(describe).join(', ');
  const rest = header.length > maxListed ? ` and ${header.length - maxListed} more` : '';
  throw formatError(`${path} has no column ${describe(column)}; its columns are ${listed}${rest}.${hint}`);
}

/** `float(cell)` of Python for finite decimal numbers; Number alone would take "", "0x10" and "Infinity" too. */
function parseNumber(cell: string, where: string, column: string): number {
  const text = cell.trim();
  const isDecimal = decimal.test(text);
  if (isDecimal && Number.isFinite(Number(text))) return Number(text);
  if (missing.test(text)) {
    const value = text === '' ? 'missing value' : `missing value ${describe(text)}`;
    throw formatError(`${where}: ${value} in column ${describe(column)}; missing values are not supported yet`);
  }
  const expected = isDecimal || infinite.test(text) ? 'a finite number' : 'a number';
  throw formatError(`${where}: expected ${expected} in column ${describe(column)} but found ${describe(cell)}`);
}

function formatError(message: string, cause?: unknown): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', message, { cause });
}
