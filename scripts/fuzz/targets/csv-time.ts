import { readCsvHeader } from '../../../src/data/csv';
import { orRefused, type Target } from '../target';
import { csvInput, readLastColumn, writeCsv } from './csv';

const OPTIONS = [
  {},
  { gaps: 'keep' as const },
  { frequency: 'day' },
  { frequency: 'weekday', delimiter: ';', decimal: ',' as const },
  { frequency: '15 minutes', timeZone: 'Europe/Berlin' },
  { dateFormat: 'dd.MM.yyyy' },
  { frequency: '2', series: 'shop' },
  { timeZone: 'America/New_York', dateFormat: 'd/M/yyyy H:mm' },
];

/** Tables whose first column is the time. */
export const csvTime: Target = {
  name: 'csv-time',
  words: [
    '2024-01-31', '2024-02-29T18:00:00+02:00', '2024-W05', '2024-031', '2024Q1', '202402', '20240203', '31.01.2024', '1/2/2024 3:04',
    'Jan 2024', '3 March 2024', '9999-12-31', '0050-01-01', '-271821-04-20', '275760-09-13', '+275760-09-13', ' EST', 'Z', '1e308',
  ], // biome-ignore format: a list
  prepare: () => [
    csvInput(0, 'day,sales\n2024-01-01,3\n2024-01-02,4\n2024-01-05,5\n2024-01-06,6\n'),
    csvInput(0, 'month,sales\n2024-01,3\n2024-02,\n2024-04,5\n'),
    csvInput(0, 'day,sales\nJan 2 2024,3\nJan 3 2024,4\nJan 5 2024,4\n'),
    csvInput(1, 'time,sales\n2024-01-01 00:00 EST,3\n2024-01-01 06:30 EST,4\n'),
    csvInput(2, 'day,sales\n2024-01-31,1\n2024-02-04,2\n'),
    csvInput(3, 'day;sales\n31.01.2024;1,5\n01.02.2024;2,5\n05.02.2024;2,5\n'),
    csvInput(4, 'time,sales\n2024-03-31 01:45,1\n2024-03-31 03:15,2\n'),
    csvInput(5, 'day,sales\n01.02.2024,1\n02.02.2024,2\n'),
    csvInput(6, 'step,shop,sales\n1,a,3\n3,a,1\n2,b,4\n8,b,5\n'),
    csvInput(7, 'time,sales\n3/11/2024 1:30,1\n3/11/2024 3:30,2\n'),
  ],
  read(folder, input) {
    const [path, options] = writeCsv(folder, input, OPTIONS);
    const header = orRefused(() => readCsvHeader(path));
    return header !== undefined && readLastColumn(path, header, { time: header[0]!, ...options });
  },
};
