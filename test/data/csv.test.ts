import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvTable, readCsvColumns, readCsvHeader } from '../../src/data/csv';

const vega = join(__dirname, '../../node_modules/vega-datasets/data');
let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'csv-'));
  path = join(dir, 'series.csv');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The column of a file with this content. */
function read(content: string | Uint8Array, column = 'CO2'): number[] {
  writeFileSync(path, content);
  return [...readCsvColumns(path, [column])[column]!];
}

function expectError(content: string | Uint8Array, message: string | RegExp, column = 'CO2'): void {
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  expect(() => read(content, column)).toThrow(expect.objectContaining({ code: 'ERR_DATA_FORMAT', message: expected }));
}

test.each([
  ['co2-concentration.csv', 'CO2', 741, 315.7],
  ['seattle-weather.csv', 'temp_max', 1461, 12.8],
  ['sp500.csv', 'price', 123, 1394.46],
])('reads %s, column %s', (name, column, length, first) => {
  const values = readCsvColumns(join(vega, name), [column])[column]!;
  expect(values).toHaveLength(length);
  expect(values[0]).toBe(first);
  expect(values.every(Number.isFinite)).toBe(true);
});

test('reads several columns, the header and text', () => {
  const file = join(vega, 'co2-concentration.csv');
  expect(readCsvHeader(file)).toEqual(['Date', 'CO2', 'adjusted CO2']);
  const columns = readCsvColumns(file, ['adjusted CO2', 'CO2']);
  expect(Object.keys(columns)).toEqual(['adjusted CO2', 'CO2']);
  expect(columns['adjusted CO2']![0]).toBe(314.44);
  expect(CsvTable.read(file).text('Date').slice(0, 2)).toEqual(['1958-03-01', '1958-04-01']);
});

test("every value is that of Python's float(), to the bit", () => {
  const file = join(__dirname, '../fixtures/csv/python_float.csv');
  const values = readCsvColumns(file, ['text']).text!;
  const bits = Array.from(values, (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return `x${bytes.toString('hex')}`;
  });
  expect(bits.length).toBeGreaterThan(300);
  expect(bits).toEqual(CsvTable.read(file).text('bits'));
});

test.each([
  ['a byte-order mark', '\ufeffCO2,b\n1,2\n'],
  ['CRLF', 'CO2,b\r\n1,2\r\n'],
  ['CR', 'CO2,b\r1,2'],
  ['no last line break', 'CO2,b\n1,2'],
  ['quoted cells', '"CO2","b, or ""c"""\n"1","x\ny"\n'],
  ['spaces around names and numbers', ' CO2 , b\n 1 ,2\n'],
  ['blank lines', '\nCO2,b\n\n1,2\n  \n\n'],
])('reads a file with %s', (_, content) => {
  expect(read(content)).toEqual([1]);
});

test('mixed line ends and text in other columns do no harm', () => {
  expect(read('Date,CO2\r\nJan,1\nFeb,2\r\n,3\n')).toEqual([1, 2, 3]);
  expect(CsvTable.read(path).text('Date')).toEqual(['Jan', 'Feb', '']);
});

test('a column may have any name', () => {
  expect(read('a,__proto__\n1,2\n', '__proto__')).toEqual([2]);
});

test.each(['abc', '12abc', '0x10', '1_000', '1 2', '--1', '.', 'e5', '1e', '$5', '٣', '2020-01-01'])(
  'refuses the text %s with file, line and column',
  (cell) => {
    expectError(
      `CO2,b\n1,2\n"${cell}",3\n`,
      `${path}:3: expected a number in column "CO2" but found ${JSON.stringify(cell)}`,
    );
  },
);

test.each(['inf', '-Infinity', '1e999'])('refuses %s, which is not finite', (cell) => {
  expectError(`CO2\n${cell}\n`, `${path}:2: expected a finite number in column "CO2" but found "${cell}"`);
});

test.each(['', '  ', 'NaN', '-nan', 'NA', 'N/A', 'null', 'None'])('refuses the missing value "%s" by name', (cell) => {
  const name = cell.trim() === '' ? 'missing value' : `missing value "${cell}"`;
  expectError(`CO2,b\n1,2\n3,4\n${cell},5\n`, `${path}:4: ${name} in column "CO2"`);
  expect(readCsvColumns(path, ['CO2'], { missing: 'nan' }).CO2).toEqual(Float64Array.of(1, 3, Number.NaN));
});

test('a blank line inside a file of one column is a missing value', () => {
  expect(read('CO2\n1\n2\n\n\n')).toEqual([1, 2]);
  expectError('CO2\n1\n\n2\n', `${path}:3: missing value in column "CO2"`);
});

test('lines are counted through blank lines, quoted line breaks and CRLF', () => {
  expectError('CO2,b\r\n1,"x\r\ny"\r\n\r\n2,3\r\nabc,4\r\n', new RegExp(`^${path}:6: expected a number`));
});

test('a missing column is answered with those that exist and the nearest', () => {
  const columns = 'its columns are "Date", "CO2", "adjusted CO2".';
  expectError('Date,CO2,adjusted CO2\n1,2,3\n', `${path} has no column "co"; ${columns} Did you mean "CO2"?`, 'co');
  expectError('Date,CO2,adjusted CO2\n1,2,3\n', `${path} has no column "price"; ${columns}`, 'price');
  const many = Array.from({ length: 25 }, (_, index) => `column ${index}`).join(',');
  expectError(`${many}\n${many}\n`, /"column 19" and 5 more\.$/);
});

test.each([
  ['', /is empty: expected a line of column names, then rows/],
  ['\ufeff\r\n \n', /is empty/],
  ['Date,CO2\n', / has a header but no rows$/],
  ['Date,CO2\n\n', / has a header but no rows$/],
  ['Date,CO2\n1,2\n3\n', /:3: expected 2 cells as in the header but found 1$/],
  ['Date,CO2\n1,2\n\n3,4,5\n', /:4: expected 2 cells as in the header but found 3$/],
  ['CO2\n1,5\n', /:2: expected 1 cell as in the header but found 2$/],
  ['Date,CO2,CO2\n1,2,3\n', / has more than one column "CO2"$/],
  ['CO2,Date, Date\n1,2,3\n', / has more than one column "Date"$/],
  ['CO2\n1\n"2\n3\n', /:4: Quote Not Closed/],
  ['CO2\n1\n"2"3\n', /:3: Invalid Closing Quote/],
])('refuses %j', (content, message) => {
  expectError(content, message);
});

test('columns without a name may repeat', () => {
  expect(read('CO2,,\n1,,\n')).toEqual([1]);
});

test('refuses what is not UTF-8 text', () => {
  for (const content of [Buffer.from('\ufeffCO2\n1\n', 'utf16le'), Uint8Array.of(0x89, 0x50, 0x4e, 0x47)]) {
    expectError(content, new RegExp(`${path} is not a CSV file in UTF-8`));
  }
});

test('a missing file and a folder are ERR_FILE', () => {
  for (const file of [path, dir]) {
    const message = expect.stringContaining(`Cannot read ${file}: `);
    expect(() => readCsvColumns(file, ['CO2'])).toThrow(expect.objectContaining({ code: 'ERR_FILE', message }));
    expect(() => readCsvHeader(file)).toThrow(expect.objectContaining({ code: 'ERR_FILE', message }));
  }
});

test.each<[unknown[], RegExp]>([
  [[], /a file path for path but received undefined|for columns but received undefined/],
  [['a.csv', 'CO2'], /an array for columns but received "CO2"/],
  [['a.csv', [7]], /for columns\[0\] but received 7/],
  [['a.csv', ['CO2'], { missing: 'zero' }], /"error" or "nan" for missing but received "zero"/],
  [['a.csv', ['CO2'], { mising: 'nan' }], /Unknown option "mising"\. Did you mean "missing"\?/],
  [[7, ['CO2']], /a file path for path but received 7/],
])('%j are no arguments', (args, message) => {
  expect(() => (readCsvColumns as (...args: unknown[]) => unknown)(...args)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  );
});
