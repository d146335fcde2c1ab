import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSeries, type SeriesSource } from '../../src/data/series';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();

function read(lines: string[], source: Omit<SeriesSource, 'column' | 'series'>) {
  const file = join(folder(), 'a.csv');
  writeFileSync(file, lines.join('\n'));
  return readSeries(file, { column: 'x', series: 'shop', ...source });
}

const lines = ['shop,x,sky,size,heat', 'a,1,sun,10,3', 'a,2,rain,10,', 'a,3,sun,10,5', 'a,,snow,10,', 'b,7,rain,20,8', 'b,8,,20,9']; // biome-ignore format: one line

test('words known in advance are one input each, in the order of the alphabet or of training', () => {
  const [a, b] = read(lines, { covariates: ['sky'] });
  expect(a!.covariates!.map((each) => [...each])).toEqual([[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 1, 0]]); // biome-ignore format: one line
  expect(b!.covariates!.map((each) => [...each])).toEqual([[1, 0], [0, 0], [0, 0]]); // biome-ignore format: one line
  const [again] = read(lines, { covariates: ['sky'], categories: { sky: ['sun', 'rain'] } });
  expect(again!.covariates!.map((each) => [...each])).toEqual([[1, 0, 1, 0], [0, 1, 0, 0]]); // biome-ignore format: one line
});

test('a column may have any name', () => {
  const named = lines.map((line) => line.replace('size', 'constructor'));
  const [a] = read(named, { staticCovariates: ['constructor'] });
  expect(a!.staticCovariates).toEqual([10]);
});

test('what describes a series needs no future rows', () => {
  const [a, b] = read(lines, { staticCovariates: ['size'] });
  expect([a!.staticCovariates, b!.staticCovariates]).toEqual([[10], [20]]);
  expect(a!.covariates).toEqual([]);
});

test('what is known only in the past is read a horizon before, without gaps and without a look ahead', () => {
  const [a, b] = read(lines, { pastCovariates: ['heat'], horizon: 2 });
  expect([...a!.covariates![0]!]).toEqual([3, 3, 3, 3, 5]); // three values and two steps of a forecast
  expect([...b!.covariates![0]!]).toEqual([8, 8, 8, 9]);
});

test.each<[string, string[], Omit<SeriesSource, 'column' | 'series'>, RegExp]>([
  [
    'a number among words',
    lines.with(2, 'a,2,7,10,'),
    { covariates: ['sky'] },
    /a\.csv:2: expected a number in column "sky"/,
  ],
  [
    'a word among numbers',
    lines.with(2, 'a,2,rain,big,'),
    { staticCovariates: ['size'] },
    /a\.csv:3: expected a number/,
  ],
  [
    'a static covariate that changes',
    lines.with(2, 'a,2,rain,11,'),
    { staticCovariates: ['size'] },
    /a\.csv:3: the static covariate "size" differs/,
  ],
  [
    'a name for each row',
    ['shop,x,sky', ...Array.from({ length: 120 }, (_, row) => `a,${row},name ${row}`)],
    { covariates: ['sky'] },
    /column "sky" has 120 different words/,
  ],
])('%s is refused with its place', (_, content, source, message) => {
  expect(errorOf(() => read(content, source))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(message),
  });
});
