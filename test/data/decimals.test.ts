import { writeFileSync } from 'node:fs';
import { readCsvColumns, readCsvHeader } from '../../src/data/csv';
import { decimalSignOf, plainNumber } from '../../src/data/decimals';
import { readSeries } from '../../src/data/series';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();
const write = (text: string) => {
  const path = `${folder()}/data.csv`;
  writeFileSync(path, text);
  return path;
};

test.each([
  [['1', '2.5', '-3e5', ''], '.'],
  [['1,5', '2'], ','],
  [['0,125', '3,7'], ','],
  [['1.234,5', '2.000,0'], ','],
  [['1.234.567', '2'], ','],
  [['1,234.5', '12'], '.'],
  [['1,234,567', '12'], '.'],
  [['1,234', '567'], undefined],
  [['NA', 'text'], '.'],
] as const)('of %j the decimal sign is %s', (cells, expected) => {
  expect(decimalSignOf(cells)).toBe(expected);
});

test.each([
  ['1.234,5', ',', '1234.5'],
  ["1'234,5", ',', '1234.5'],
  ['1 234,5', ',', '1234.5'],
  ['-0,5', ',', '-0.5'],
  ['1,234.5', '.', '1234.5'],
  ['1.25e-3', '.', '1.25e-3'],
  ['1.234', '.', '1.234'],
] as const)('%s with the decimal sign %s is %s', (cell, sign, expected) => {
  expect(plainNumber(cell, sign)).toBe(expected);
});

test.each([
  [';', 'day;sold\n1;2,5\n2;3,75\n'],
  ['a tab', 'day\tsold\n1\t2.5\n2\t3.75\n'],
  ['|', 'day|sold\n1|2.5\n2|3.75\n'],
  ['quoted commas', 'day,sold\n1,"2,5"\n2,"3,75"\n'],
])('cells separated by %s', (_, text) => {
  const path = write(text);
  const [, sold] = readCsvHeader(path);
  expect([...readCsvColumns(path, [sold!])[sold!]!]).toEqual([2.5, 3.75]);
});

test('what can’t be told is asked for, and then taken', () => {
  const path = write('day;sold\n1;1,234\n2;5,678\n');
  const source = { column: 'sold' };
  expect(errorOf(() => readSeries(path, source)).message).toBe(
    `${path}:2: the comma of "1,234" in column "sold" may begin a fraction or separate thousands: pass decimal "," or "."`,
  );
  expect([...readSeries(path, { ...source, decimal: ',' })[0]!.values]).toEqual([1.234, 5.678]);
  expect([...readSeries(path, { ...source, decimal: '.' })[0]!.values]).toEqual([1234, 5678]);
  const odd = write('a,b;c,d\n1,2;3,4\n');
  expect(errorOf(() => readSeries(odd, { column: 'a' })).message).toMatch(/the header has "," and ";": pass delimiter/);
  expect([...readSeries(odd, { column: 'c,d', delimiter: ';' })[0]!.values]).toEqual([3.4]);
  expect(errorOf(() => readSeries(odd, { column: 'a', delimiter: ';;' })).message).toMatch(/a single character/);
});
