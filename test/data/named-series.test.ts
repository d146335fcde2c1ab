import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NamedSeries, namedCovariates, namedSeries } from '../../src/data/named-series';
import { readSeries, type SeriesSource } from '../../src/data/series';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();

const source: SeriesSource = {
  column: 'x',
  covariates: ['price', 'sky'],
  pastCovariates: ['heat', 'wind'],
  staticCovariates: ['size', 'kind'],
  categories: { sky: ['rain', 'sun'], wind: ['calm', 'storm'], kind: ['kiosk', 'mall'] },
  horizon: 2,
};
const series: NamedSeries = {
  values: [5, null, 7],
  covariates: { sky: ['sun', 'rain', 'snow', 'sun', 'rain'], price: [1, 2, 3, 4, 5] },
  pastCovariates: { heat: [null, 20, 21], wind: ['calm', null, 'storm'] },
  staticCovariates: { size: 12, kind: 'mall' },
};

test('covariates by name are the inputs that a file with the same columns has', () => {
  const rows = [
    'x,price,sky,heat,wind,size,kind',
    '5,1,sun,,calm,12,mall',
    ',2,rain,20,,12,mall',
    '7,3,snow,21,storm,12,mall',
    ',4,sun,,,12,mall',
    ',5,rain,,,12,mall',
  ];
  const file = join(folder(), 'a.csv');
  writeFileSync(file, rows.join('\n'));
  const [expected] = readSeries(file, source);
  expect(namedSeries(series, source)).toEqual(expected);
  expect(namedSeries(series, source)).toMatchObject({ staticCovariates: [12, 0, 1], maxHorizon: 2 });
});

test('times are read as in the file, and rows that are missing between them are filled', () => {
  const rows = ['x,day', '5,01.02.2024', '6,02.02.2024', '7,04.02.2024', ',05.02.2024'];
  const file = join(folder(), 'a.csv');
  writeFileSync(file, rows.join('\n'));
  const days: SeriesSource = { column: 'x', time: 'day', dateFormat: 'dd.MM.yyyy', timeZone: 'Europe/Berlin' };
  const [expected] = readSeries(file, days);
  const time = rows.slice(1).map((row) => row.split(',')[1]!);
  const named = namedSeries({ values: [5, 6, 7], time }, days);
  expect(named.values).toEqual(expected!.values);
  expect(named.time!.labels).toEqual(expected!.time!.labels);
  expect(named.time!.labelAt(6)).toBe(expected!.time!.labelAt(6));
  expect([...namedSeries({ values: [5, 6, 7], time }, { ...days, gaps: 'keep' }).values]).toEqual([5, 6, 7]);
});

test('inputs are told by name again', () => {
  const named = namedCovariates(namedSeries(series, source), source);
  expect(named).toEqual({
    covariates: { price: [1, 2, 3, 4, 5], sky: ['sun', 'rain', '', 'sun', 'rain'] },
    pastCovariates: { heat: [20, 20, 21], wind: ['calm', '', 'storm'] },
    staticCovariates: { size: 12, kind: 'mall' },
  });
});

const none = { covariates: undefined, pastCovariates: undefined, staticCovariates: undefined };
test.each<[string, object, string, string]>([
  ['one too few', { covariates: { price: [1, 2, 3] } }, 'ERR_INVALID_ARGUMENT', 'covariates.sky'],
  ['none', { staticCovariates: undefined }, 'ERR_INVALID_ARGUMENT', 'staticCovariates.size'],
  [
    'one that the model has not',
    { staticCovariates: { size: 1, kind: 'mall', colour: 3 } },
    'ERR_INVALID_ARGUMENT',
    'nothing, as the model has only size, kind, for staticCovariates.colour but received 3',
  ],
  ['a list', { covariates: [[1, 2, 3]] }, 'ERR_INVALID_ARGUMENT', 'the name of each covariate for covariates'],
  [
    'a word among numbers',
    { covariates: { price: [1, 'much', 3], sky: ['sun', 'sun', 'sun'] } },
    'ERR_INVALID_ARGUMENT',
    'covariates.price[1]',
  ],
  [
    'a number among words',
    { covariates: { price: [1, 2, 3], sky: ['sun', 'sun', 3] } },
    'ERR_INVALID_ARGUMENT',
    'a word for covariates.sky[2]',
  ],
  [
    'a value that is missing',
    { covariates: { price: [1, Number.NaN, 3], sky: ['sun', 'sun', 'sun'] } },
    'ERR_DATA_FORMAT',
    'covariates.price[1]',
  ],
  [
    'fewer than values',
    { pastCovariates: { heat: [1, 2], wind: ['calm', 'calm', 'calm'] } },
    'ERR_DATA_FORMAT',
    'pastCovariates.heat but received 2',
  ],
  [
    'fewer than values, of what is known',
    { covariates: { price: [1, 2], sky: ['sun', 'sun', 'sun'] } },
    'ERR_DATA_FORMAT',
    'at least 3 elements, one for each value, for covariates.price but received 2',
  ],
  ['an object', { staticCovariates: { size: {}, kind: 'mall' } }, 'ERR_INVALID_ARGUMENT', 'staticCovariates.size'],
  ['an unknown property', { value: [1] }, 'ERR_INVALID_ARGUMENT', 'Did you mean "values"?'],
  ['no values', { values: undefined, ...none }, 'ERR_INVALID_ARGUMENT', 'values'],
])('%s is refused by name', (_, changes, code, message) => {
  const error = errorOf(() => namedSeries({ ...series, ...changes } as NamedSeries, source));
  expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
});

test('a model without covariates takes none', () => {
  const error = errorOf(() => namedSeries({ values: [1], covariates: { price: [1] } }, { column: 'x' }));
  expect(error.message).toBe(
    'Expected nothing, as the model has none of these, for covariates.price but received an array of 1',
  );
});
