import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSeries, type SeriesSource } from '../../src/data/series';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();

function read(content: string, source: SeriesSource) {
  const path = join(folder(), 'a.csv');
  writeFileSync(path, content);
  return readSeries(path, source).map(({ name, values, covariates, time }) => ({
    name,
    values: [...values],
    covariates: covariates!.map((each) => [...each]),
    times: time?.labels,
  }));
}

const long =
  'place,day,x,wind\nB,2020-01-01,1,7\nA,2020-01-01,10,8\nB,2020-01-02,,9\nA,2020-01-02,20,6\nB,2020-01-03,3,5\n';

test('series one below the other or in turn, each with its times and covariates', () => {
  expect(read(long, { column: 'x', series: 'place', time: 'day', covariates: ['wind'] })).toEqual([
    {
      name: 'B',
      values: [1, Number.NaN, 3],
      covariates: [[7, 9, 5]],
      times: ['2020-01-01', '2020-01-02', '2020-01-03'],
    },
    { name: 'A', values: [10, 20], covariates: [[8, 6]], times: ['2020-01-01', '2020-01-02'] },
  ]);
});

test('series side by side', () => {
  const wide = 'a,b\n1,2\n3,4\n';
  expect(read(wide, { column: ['b', 'a'] }).map(({ name, values }) => [name, values])).toEqual([
    ['b', [2, 4]],
    ['a', [1, 3]],
  ]);
  expect(read(wide, { column: ['a'] })[0]).toMatchObject({ name: '', values: [1, 3] });
});

test('rows past the last value are the future of what is known in advance', () => {
  const [series] = read('x,plan\n1,5\n,6\n3,7\n,8\nNA,9\n', { column: 'x', covariates: ['plan'] });
  expect(series).toMatchObject({ values: [1, Number.NaN, 3], covariates: [[5, 6, 7, 8, 9]] });
});

test.each<[string, string, SeriesSource, RegExp]>([
  [
    'a value out of the link',
    'x\n1\n0\n',
    { column: 'x', link: 'log' },
    /a\.csv:3: expected values above 0 .*link log but found 0 in column "x"/,
  ],
  [
    'a covariate that is missing',
    'x,c\n1,2\n3,\n',
    { column: 'x', covariates: ['c'] },
    /a\.csv:3: missing value in column "c"/,
  ],
  [
    'a file whose series have no value',
    long.replaceAll(/([AB],[^,]*),[^,]*/g, '$1,'),
    { column: 'x', series: 'place' },
    /a\.csv:2: all values in column "x" are missing/,
  ],
  [
    'a file whose rows name no series',
    long.replaceAll(/^[AB],/gm, ','),
    { column: 'x', series: 'place' },
    /a\.csv: no row names its series in column "place"/,
  ],
  [
    'a time out of order',
    long.replace('B,2020-01-03', 'B,2020-01-01'),
    { column: 'x', series: 'place', time: 'day' },
    /a\.csv:6: The time "2020-01-01" comes after/,
  ],
  ['an unknown column', long, { column: 'x', series: 'Place' }, /no column "Place".*Did you mean "place"/],
])('%s is refused with its place', (_, content, source, message) => {
  expect(errorOf(() => read(content, source))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(message),
  });
});

test('rows that name no series, and series without a value, are left out with a warning', () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const whole = read(long, { column: 'x', series: 'place' });
  const odd = `${long.trimEnd()}\n,2020-01-09,4${',9'.repeat(long.split('\n')[0]!.split(',').length - 3)}\n`;
  expect(read(odd, { column: 'x', series: 'place', onWarning })).toEqual(whole);
  expect(warnings.splice(0)).toEqual([
    expect.stringMatching(/a\.csv: 1 row without a name in column "place" is left out/),
  ]);
  const without = long.replaceAll(/(B,[^,]*),[^,]*/g, '$1,');
  expect(read(without, { column: 'x', series: 'place', onWarning }).map(({ name }) => name)).toEqual(['A']);
  expect(warnings).toEqual([expect.stringMatching(/a\.csv: series without a value are left out: "B"/)]);
});

test.each<[unknown, RegExp]>([
  [undefined, /a column name, or several for column but received undefined/],
  [{ column: [] }, /several for column but received an array of 0/],
  [{ column: 7 }, /several for column but received 7/],
  [{ column: ['x', 7] }, /several for column/],
  [{ colum: 'x' }, /Unknown name in source: "colum"\. Did you mean "column"\?/],
  [{ column: 'x', link: 'ln' }, /"identity", "log", "softplus", "relu" or "count" for link but received "ln"/],
  [{ column: 'x', covariates: 'wind' }, /column names for covariates but received "wind"/],
  [{ column: 'x', time: 3 }, /for time but received 3/],
  ['x', /an object for source but received "x"/],
])('%j is no source of series', (source, message) => {
  expect(errorOf(() => read(long, source as SeriesSource))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});
