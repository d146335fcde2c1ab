import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsvColumns, readCsvHeader } from '../../../src/data/csv';
import { readSeries, type SeriesSource } from '../../../src/data/series';
import { orRefused, type Target } from '../target';

type Options = Omit<SeriesSource, 'column' | 'onWarning'>;

const ignored = () => {};

/** Writes a file of all bytes but the first, which chooses among `options`. Returns its path and the chosen. */
export function writeCsv(folder: string, input: Uint8Array, options: Options[]): [path: string, chosen: Options] {
  const path = join(folder, 'table.csv');
  writeFileSync(path, input.subarray(1));
  return [path, options[(input[0] ?? 0) % options.length]!];
}

/** An input that chooses options by their number. */
export const csvInput = (chosen: number, text: string): Uint8Array => Buffer.from(String.fromCharCode(chosen) + text);

/** Reads a series from the last column of a table. Returns whether it was accepted. */
export function readLastColumn(path: string, header: string[], options: Options): boolean {
  const read = orRefused(() => {
    const [first] = readSeries(path, { column: header.at(-1)!, ...options, onWarning: ignored });
    if (first!.time && first!.time.values.length < first!.values.length) throw new Error('Values have no time');
    first!.time?.labelAt(first!.values.length);
    first!.time?.irregularity();
    return first;
  });
  return read !== undefined;
}

const OPTIONS: Options[] = [
  {},
  { delimiter: ';', decimal: ',' },
  { delimiter: '|', decimal: '.' },
  { delimiter: '"' },
  { series: 'shop', link: 'log' },
  { covariates: ['price', 'weather'], staticCovariates: ['shop'] },
  { pastCovariates: ['price'], horizon: 2, link: 'count' },
];

/** Tables without times: numbers, words, missing cells and quotes. */
export const csv: Target = {
  name: 'csv',
  words: [
    'shop',
    'price',
    'weather',
    'NaN',
    'n/a',
    '#N/A',
    'Infinity',
    '1.234,5',
    '1,234.5',
    '1e999',
    '\xef\xbb\xbf',
    '""',
    '\r\n',
  ],
  prepare: () => [
    csvInput(0, 'day,sales\n1,3\n2,\n3,4.5\n'),
    csvInput(0, '\ufeffname\tvalue\r\n"a ""b"""\t-1e-3\r\n\r\nb\tNaN\r\n'),
    csvInput(1, 'x;y\n1.234,5;7,25\n;n/a\n'),
    csvInput(2, 'x|y\n1,234.5|7\n1|2'),
    csvInput(4, 'shop,sales\na,3\nb,1\na,4\n,5\n'),
    csvInput(5, 'shop,price,weather,sales\n1,2,sun,3\n1,3,rain,4\n1,4,sun,\n'),
    csvInput(6, 'price,sales\n2,3\n3,4\n4,5\n5,6\n'),
  ],
  read(folder, input) {
    const [path, options] = writeCsv(folder, input, OPTIONS);
    const header = orRefused(() => readCsvHeader(path));
    if (!header) return false;
    orRefused(() => readCsvColumns(path, header, { missing: 'nan' }));
    return readLastColumn(path, header, options);
  },
};
