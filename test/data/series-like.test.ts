import { finish } from '../../src/breathe';
import { Forecaster } from '../../src/data/forecaster';
import { SeriesEncoding, type SeriesEncodingOptions } from '../../src/data/series-encoding';
import type { SeriesLike } from '../../src/data/series-like';
import { TimeAxis } from '../../src/data/time-axis';
import { evaluation } from '../../src/evaluation/evaluate-forecasts';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { manualSeed } from '../../src/tensor/random';
import { encodingOf } from '../encoding-of';
import { errorOf } from '../error-of';

const values = Array.from({ length: 40 }, (_, month) => 20 + 8 * Math.sin(month / 2) + (month % 3));
const months = values.map(
  (_, month) => `${2020 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`,
);
const whole: SeriesLike = { values, time: months };

function forecasterOf(series: SeriesLike, options: Partial<SeriesEncodingOptions> = {}): Forecaster {
  manualSeed(3);
  const encoding = SeriesEncoding.fit([series], { window: 6, ...options });
  return new Forecaster(new MdnRnn({ inputDim: encoding.inputDim, hiddenDim: 6, numMixtures: 2 }), encoding);
}

const forecaster = forecasterOf(whole, { calendar: ['month'] });
const options = { horizon: 3, paths: 20, seed: 1 };

/** What `evaluateForecasts` does, at once. */
const evaluate = (...args: Parameters<typeof evaluation>) => finish(evaluation(...args));

/** All that takes series, each given the same one. */
const readers: [string, (series: SeriesLike) => unknown][] = [
  ['fit', (series) => SeriesEncoding.fit([series], { window: 6 })],
  ['windows', (series) => encodingOf(forecaster).windows([series], [10])],
  ['hasHistory', (series) => encodingOf(forecaster).hasHistory(series)],
  ['history', (series) => encodingOf(forecaster).history(series)],
  ['known', (series) => encodingOf(forecaster).known(series, 2)],
  ['paths', (series) => forecaster.pathsSync(series, options)],
  ['next', (series) => forecaster.nextSync(series)],
  ['evaluateForecasts', (series) => evaluate(forecaster, [series], { starts: [30], horizon: 3, paths: 20 })],
];

test('plain numbers, typed arrays, texts and dates of one series forecast the same', () => {
  const expected = forecaster.pathsSync(whole, options);
  expect(expected.every(Number.isFinite)).toBe(true);
  const rounded = values.map(Math.fround);
  const same: [SeriesLike, SeriesLike][] = [
    [whole, { name: '', values: Float64Array.from(values), time: TimeAxis.parse(months) }],
    [whole, { ...whole, time: months.map((month) => new Date(month)) }],
    [whole, { ...whole, time: [...months, '2023-05'] }],
    [
      { ...whole, values: rounded },
      { ...whole, values: Float32Array.from(rounded) },
    ],
    [
      { ...whole, values: values.map(Math.round) },
      { ...whole, values: Int16Array.from(values.map(Math.round)) },
    ],
  ];
  for (const [one, other] of same)
    expect(forecaster.pathsSync(other, options)).toEqual(forecaster.pathsSync(one, options));
  const shared = new Float64Array(new SharedArrayBuffer(8 * values.length));
  shared.set(values);
  expect(forecaster.pathsSync({ ...whole, values: shared }, options)).toEqual(expected);
});

test("JSON's null is a missing value as NaN is", () => {
  const gaps = (missing: number | null) =>
    values.map((value, month) => (month % 7 === 2 || month === 39 ? missing : value));
  const masked = forecasterOf({ values: gaps(null) });
  expect(encodingOf(masked).state.mask).toBe(true);
  expect(encodingOf(masked).state).toEqual(encodingOf(forecasterOf({ values: gaps(Number.NaN) })).state);
  const [fromNull, fromNaN] = [null, Number.NaN].map((missing) =>
    masked.pathsSync({ values: gaps(missing) as number[] }, options),
  );
  expect(fromNull).toEqual(fromNaN);
  expect(fromNull!.every(Number.isFinite)).toBe(true);
});

test('arrays are not changed, and may change once they were given', () => {
  const given = { values: Float64Array.from(values), time: [...months] };
  const encoding = encodingOf(forecaster);
  const next = forecaster.nextSync(given);
  const quantiles = next.quantiles([0.1, 0.9]);
  const { targets } = encoding.windows([given], [30]);
  forecaster.pathsSync(given, options);
  expect([[...given.values], given.time]).toEqual([values, months]);
  const before = [...targets];
  given.values.fill(-1e9);
  given.time.length = 0;
  expect(next.quantiles([0.1, 0.9])).toEqual(quantiles);
  expect([...targets]).toEqual(before);
});

const bad = (change: object): SeriesLike => ({ ...whole, ...change });
const withValue = (value: unknown) =>
  bad({ name: 'sales', values: values.map((each, month) => (month === 7 ? value : each)) });

describe.each(readers)('%s refuses', (_, read) => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'a time that is shorter than the values',
      bad({ time: months.slice(1) }),
      'ERR_DATA_FORMAT',
      /at least 40 elements.*\btime but received 39/,
    ],
    [
      'times out of order',
      bad({ time: months.toReversed() }),
      'ERR_DATA_FORMAT',
      /time\[1\]: The time "2023-03" comes after "2023-04": timestamps must strictly increase/,
    ],
    [
      'a time twice',
      bad({ name: 'a', time: months.map((month, row) => (row === 9 ? months[8] : month)) }),
      'ERR_DATA_FORMAT',
      /time\[9\] of the series "a": Duplicate timestamp "2020-09": timestamps must strictly increase/,
    ],
    [
      'an object like a TimeAxis',
      bad({ time: { ...TimeAxis.parse(months) } }),
      'ERR_INVALID_ARGUMENT',
      /an array of dates, or a TimeAxis, for .*time but received an object/,
    ],
    [
      'an heir of TimeAxis that none made',
      bad({ time: Object.create(TimeAxis.prototype) }),
      'ERR_INVALID_ARGUMENT',
      /for .*time but received a TimeAxis/,
    ],
    [
      'Infinity',
      withValue(JSON.parse('1e999')),
      'ERR_DATA_FORMAT',
      /^Expected a finite number for values\[7\] of the series "sales" but received Infinity$/,
    ],
    [
      '-Infinity in a typed array',
      bad({ values: Float32Array.from(values, (each, month) => (month === 2 ? -1e39 : each)) }),
      'ERR_DATA_FORMAT',
      /values\[2\] but received -Infinity/,
    ],
    [
      'a text among the values',
      withValue('7'),
      'ERR_INVALID_ARGUMENT',
      /^Expected a number or null for values\[7\] of the series "sales" but received "7"$/,
    ],
    [
      'undefined among the values',
      withValue(undefined),
      'ERR_INVALID_ARGUMENT',
      /values\[7\] .* but received undefined/,
    ],
    [
      'a hole among the values',
      bad({ values: Object.assign([...values], { length: 60 }) }),
      'ERR_INVALID_ARGUMENT',
      /values\[40\] but received undefined/,
    ],
    [
      'bigints',
      bad({ values: BigInt64Array.of(1n) }),
      'ERR_INVALID_ARGUMENT',
      /an array of numbers for .*values but received a BigInt64Array/,
    ],
    [
      'an object of values',
      bad({ values: { length: 2, 0: 1, 1: 2 } }),
      'ERR_INVALID_ARGUMENT',
      /an array of numbers for .*values/,
    ],
    ['no values', { name: '' }, 'ERR_INVALID_ARGUMENT', /an array of numbers for .*values but received undefined/],
    [
      'nothing',
      undefined,
      'ERR_INVALID_ARGUMENT',
      /a series for series.* but received undefined|a series for parts\[0\] but received undefined/,
    ],
    ['null', null, 'ERR_INVALID_ARGUMENT', /an object for (series|parts).* but received null/],
    ['numbers alone', values, 'ERR_INVALID_ARGUMENT', /an object for (series|parts).* but received an array of 40/],
    ['a name that is a number', bad({ name: 7 }), 'ERR_INVALID_ARGUMENT', /a string for .*name but received 7/],
    [
      'a misspelt property',
      bad({ covariate: [] }),
      'ERR_INVALID_ARGUMENT',
      /Unknown name in .*"covariate"\. Did you mean "covariates"\?/,
    ],
    [
      'a covariate that is too short',
      bad({ covariates: [values.slice(1)] }),
      'ERR_DATA_FORMAT',
      /at least 40 elements.*covariates\[0\] but received 39/,
    ],
    [
      'a missing covariate',
      bad({ covariates: [[...values, Number.NaN]] }),
      'ERR_DATA_FORMAT',
      /finite number for .*covariates\[0\]\[40\] but received NaN/,
    ],
    [
      'covariates that are no arrays',
      bad({ covariates: [7] }),
      'ERR_INVALID_ARGUMENT',
      /an array of numbers for .*covariates\[0\] but received 7/,
    ],
  ])('%s', (_, series, code, message) => {
    expect(errorOf(() => read(series as SeriesLike))).toMatchObject({
      name: 'LibtorchGenerativeError',
      code,
      message: expect.stringMatching(message),
    });
  });

  test('what cannot be read', () => {
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    const thrower = new Proxy([1, 2], { get: () => { throw new Error('no'); } }); // biome-ignore format: one line
    const detached = Float64Array.from(values);
    structuredClone(detached, { transfer: [detached.buffer] });
    const series: unknown[] = [
      revoked.proxy,
      bad({ values: revoked.proxy }),
      bad({ values: thrower }),
      bad({ values: detached }),
      bad({ covariates: thrower }),
      bad({ time: revoked.proxy }),
      { get values() { throw new Error('no'); } }, // biome-ignore format: one line
      new Proxy({}, { ownKeys: () => { throw new Error('no'); } }), // biome-ignore format: one line
    ];
    for (const each of series) {
      expect(errorOf(() => read(each as SeriesLike))).toMatchObject({
        name: 'LibtorchGenerativeError',
        code: 'ERR_INVALID_ARGUMENT',
      });
    }
  });
});

test.each(readers.filter(([name]) => ['fit', 'evaluateForecasts'].includes(name)))(
  '%s refuses a series without a value',
  (_, read) => {
    expect(errorOf(() => read({ name: 'b', values: values.map(() => null) })).message).toBe(
      'All values of the series "b" are missing',
    );
    expect(errorOf(() => read({ values: [] }))).toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: 'There are no values in series[0]',
    });
  },
);

test('lists of series are not empty, and steps are given for each', () => {
  const encoding = encodingOf(forecaster);
  for (const list of [[], undefined, null, 'a', { 0: whole }, new Set([whole])]) {
    expect(errorOf(() => SeriesEncoding.fit(list as never, { window: 6 })).message).toMatch(/for parts but received/);
    expect(errorOf(() => encoding.windows(list as never, [])).message).toMatch(/for series but received/);
    expect(errorOf(() => evaluate(forecaster, list as never, { starts: [] })).message).toMatch(/for series but/);
  }
  for (const from of [undefined, [], [1, 2], 1]) {
    expect(errorOf(() => encoding.windows([whole], from as never)).message).toMatch(/ for from but received/);
    expect(errorOf(() => evaluate(forecaster, [whole], { starts: from as never })).message).toMatch(/ for starts but/);
  }
  for (const step of [-1, 0.5, Number.NaN, '3']) {
    expect(errorOf(() => encoding.windows([whole], [step as number])).message).toMatch(/for from\[0\] but received/);
  }
});

test('series that have a scale of their own have names of their own', () => {
  const twice: SeriesLike[] = [{ name: 'a', values }, { name: 'a', values: values.map((value) => 100 * value) }]; // biome-ignore format: one line
  for (const scale of ['series', 'window'] as const) {
    expect(errorOf(() => SeriesEncoding.fit(twice, { window: 6, scale }))).toMatchObject({
      code: 'ERR_DATA_FORMAT',
      message: `Duplicate series name "a": with scale ${scale} names must differ`,
    });
  }
  expect(SeriesEncoding.fit(twice, { window: 6 }).inputDim).toBe(1);
});

test('covariates are as many as in training', () => {
  const planned = { values, covariates: [[...values, 1, 2, 3]] };
  const encoding = SeriesEncoding.fit([planned], { window: 6 });
  for (const covariates of [undefined, [], [values, values]]) {
    for (const read of [
      () => encoding.history({ values, covariates }),
      () => encoding.known({ values, covariates }, 2),
    ]) {
      expect(errorOf(read).message).toBe(
        `Expected 1 for the number of covariates but received ${covariates?.length ?? 0}`,
      );
    }
  }
  expect(errorOf(() => SeriesEncoding.fit([planned, { name: 'b', values }], { window: 6 })).message).toBe(
    'Expected 1 for the number of covariates of the series "b" but received 0',
  );
});

test('a value out of the link’s range is named with its step and series', () => {
  const encoding = encodingOf(forecasterOf({ values }, { link: 'log' }));
  expect(errorOf(() => encoding.history({ name: 'b', values: [...values, 0] })).message).toBe(
    'Expected values above 0 (softplus also accepts 0) for the link log but values[40] of the series "b" is 0',
  );
});

// Near the ends of the range of numbers there is an error or a finite answer, as many as `answers` at least.
test.each<[string, number, (value: number, month: number) => number]>([
  ['huge', 0, (value) => value * 1e306],
  ['huge, of both signs', 0, (value, month) => (month % 2 === 0 ? value : -value) * 5e306],
  ['whose squares overflow', 0, (value) => value * 1e153],
  ['whose squares underflow', 1, (value) => value * 1e-165],
  ['subnormal', 1, (value) => value * 1e-320],
  ['at last huge', 0, (value, month) => (month === 39 ? 1.7e308 : value)],
  ['at last beyond float32', 1, (value, month) => (month === 39 ? 1e45 : value)],
  ['at last as large as float32 has them', 1, (value, month) => (month === 39 ? 3e38 : value)],
  ['a hair apart', 1, (_, month) => 1 + month * Number.EPSILON],
  ['all the same', 1, () => 3],
])('values that are %s', (_, answers, change) => {
  const odd = values.map(change);
  const attempts = [
    (forecaster: Forecaster) => [...forecaster.pathsSync({ values: odd }, options)],
    (forecaster: Forecaster) => forecaster.nextSync({ values: odd }).quantiles([0.01, 0.99]),
    (forecaster: Forecaster) => forecaster.nextSync({ values: odd }).cdf([-1e308, 0, odd[30]!, 1e308]),
    (forecaster: Forecaster) => evaluate(forecaster, [{ values: odd }], { starts: [33], ...options }),
  ];
  let numAnswers = 0;
  for (const link of ['identity', 'log', 'softplus'] as const) {
    for (const [training, scale] of [
      [odd, 'global'],
      [values, 'global'],
      [odd, 'window'],
    ] as const) {
      for (const attempt of attempts) {
        try {
          const answer = attempt(forecasterOf({ values: training }, { link, scale }));
          expect(JSON.stringify(answer)).not.toMatch(/null/);
          numAnswers++;
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(DATA_FORMAT|NOT_FINITE)$/) });
        }
      }
    }
  }
  expect(numAnswers).toBeGreaterThanOrEqual(answers);
});
