import type { Series } from '../../src/data/series';
import { SeriesEncoding, type SeriesEncodingOptions } from '../../src/data/series-encoding';
import { upTo } from '../../src/data/series-like';
import { TimeAxis } from '../../src/data/time-axis';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

const options = (some: Partial<SeriesEncodingOptions>): SeriesEncodingOptions => ({
  window: 2,
  link: 'identity',
  scale: 'global',
  calendar: [],
  ...some,
});
const series = (values: number[], name = ''): Series => ({ name, values: Float64Array.from(values) });
const rowsOf = (encoding: SeriesEncoding, each: Series, from = 0) => {
  const { rows, targets } = encoding.windows([each], [from]);
  return {
    rows: numbersOf(rows).map((value) => Math.round(value * 1e4) / 1e4),
    shape: rows.shape,
    targets: [...targets],
  };
};

test('a window has the values before, scaled, and the one that follows', () => {
  const each = series([0, 2, 4, 2, 0, 4]); // mean 2, deviation √(16 / 6)
  const encoding = SeriesEncoding.fit([each], options({}));
  expect(encoding.inputDim).toBe(1);
  const unit = 2 / Math.sqrt(16 / 6);
  expect(rowsOf(encoding, each, 4)).toEqual({
    rows: [unit, 0, -unit, 0, -unit, unit].map((value) => Math.round(value * 1e4) / 1e4),
    shape: [2, 3, 1],
    targets: [0, 4],
  });
});

test('a missing value stands as the last one, is marked by an input, and is never a target', () => {
  const each = series([1, Number.NaN, 3, Number.NaN, 5]); // mean 3, deviation √(8 / 3)
  const encoding = SeriesEncoding.fit([each], options({}));
  expect(encoding.inputDim).toBe(2);
  const { rows, shape, targets } = rowsOf(encoding, each);
  expect(targets).toEqual([3, 5]);
  expect(shape).toEqual([2, 3, 2]);
  const low = -1.2247;
  expect(rows).toEqual([low, 1, low, 0, 0, 0, /**/ 0, 1, 0, 0, -low, 0]);
  expect(rows.every(Number.isFinite)).toBe(true);
});

test('a window without any value is left out, one that begins with none stands at its mean', () => {
  const none = Number.NaN;
  const encoding = SeriesEncoding.fit([series([1, 2, none, 4])], options({ scale: 'window' }));
  const { rows, targets } = rowsOf(encoding, series([none, none, 3, none, none, 7, none, 8]));
  expect(targets).toEqual([8]); // 3 and 7 come after windows of nothing
  expect(rows.every(Number.isFinite)).toBe(true);
  const { rows: beginning } = rowsOf(encoding, series([none, 5, 6]));
  expect(beginning.slice(0, 4)).toEqual([0, 0, 0, 1]);
});

test('covariates and the calendar are those of the step that is predicted', () => {
  const each: Series = {
    ...series([1, 2, 3, 4]),
    covariates: [Float64Array.of(10, 20, 30, 40, 50)],
    time: TimeAxis.parse(['2020-01-01', '2020-04-01', '2020-07-01', '2020-10-01']),
  };
  const encoding = SeriesEncoding.fit([each], options({ calendar: ['month'] }));
  const { rows } = rowsOf(encoding, each, 3); // one window: steps 1 and 2, then 3 as target
  const scaled = (value: number) => Math.round(((value - 25) / Math.sqrt(125)) * 1e4) / 1e4;
  expect([rows[1], rows[5]]).toEqual([scaled(30), scaled(40)]);
  expect([rows[2], rows[3]]).toEqual([0, -1]); // July: half a year, sine 0 and cosine -1
  expect([rows[6], Math.abs(rows[7]!)]).toEqual([-1, 0]); // October
  expect(numbersOf(encoding.history(each).rows).slice(-3)[0]).toBeCloseTo(scaled(50), 3); // what is known of step 4

  expect(encoding.known(each, 1)).toBeUndefined();
  expect(errorOf(() => encoding.known(each, 2))).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: 'Expected covariates for the whole forecast horizon, but they are known for only 5 steps',
  });
  const timeless = { ...each, time: undefined };
  expect(errorOf(() => encoding.history(timeless)).message).toMatch(
    /^Expected dates for time: the model uses calendar features$/,
  );
});

test('each window, each series or all of them are scaled', () => {
  const parts = [series([1, 2, 3, 4, 5], 'small'), series([100, 300, 200, 500, 400], 'large')];
  const scalersOf = (scale: SeriesEncodingOptions['scale']) => {
    const { scalers } = SeriesEncoding.fit(parts, options({ scale })).windows(parts, [4, 4]);
    return scalers.map(({ mean, deviation }) => [mean, Math.round(deviation * 100) / 100]);
  };
  expect(scalersOf('window')).toEqual([
    [3.5, 0.5],
    [350, 150],
  ]);
  expect(scalersOf('series')).toEqual([
    [3, 1.41],
    [300, 141.42],
  ]);
  expect(new Set(scalersOf('global').map(String)).size).toBe(1);
});

test('a series that never moves trains and scales without a division by zero', () => {
  for (const scale of ['series', 'window'] as const) {
    for (const constant of [0, 7]) {
      const parts = [series([constant, constant, constant, constant], 'still'), series([1, 5, 2, 4], 'moving')];
      const encoding = SeriesEncoding.fit(parts, options({ scale }));
      expect(numbersOf(encoding.windows(parts, [0, 0]).rows).every(Number.isFinite)).toBe(true);
    }
  }
});

test('a still window counts as a fifth of a usual one', () => {
  const each = series([0, 10, 0, 10, 5, 5, 5, 5]);
  const encoding = SeriesEncoding.fit([each], options({ scale: 'window' }));
  const usual = encoding.state.scaling.series[0]!.deviation;
  expect(encoding.history(each).scaler).toMatchObject({ mean: 5, deviation: 0.2 * usual });
});

test('a series that the training has not seen is scaled by its own past', () => {
  const encoding = SeriesEncoding.fit([series([1, 2, 3], 'a')], options({ scale: 'series' }));
  expect(encoding.history(series([10, 20, 30], 'b')).scaler.mean).toBe(20);
});

test('what comes later changes nothing that was fitted, nor a window before it', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  const [known, other] = [series(values), series([...values.slice(0, 5), 1e6, -7, 0])];
  for (const scale of ['global', 'series', 'window'] as const) {
    const [a, b] = [known, other].map((each) => {
      const part = upTo(each, 5);
      const encoding = SeriesEncoding.fit([part], options({ scale }));
      return { state: encoding.state, rows: rowsOf(encoding, part) };
    });
    expect(a).toEqual(b);
  }
});

test('the state makes the same encoding again', () => {
  const each = series([1, Number.NaN, 3, 7, 5]);
  const encoding = SeriesEncoding.fit([each], options({ scale: 'window', link: 'softplus' }));
  const again = new SeriesEncoding(JSON.parse(JSON.stringify(encoding.state)));
  expect(rowsOf(again, each)).toEqual(rowsOf(encoding, each));
});

test('a history that is too short or all missing is refused', () => {
  const encoding = SeriesEncoding.fit([series([1, 2, 3])], options({}));
  expect(errorOf(() => encoding.history(series([1]))).message).toBe(
    "Expected at least 2 values, the model's window, but found 1",
  );
  expect(errorOf(() => encoding.history(series([1, Number.NaN, Number.NaN]))).message).toMatch(
    /all of them are missing/,
  );
});

test('a damaged state is refused with its place', () => {
  const { state } = SeriesEncoding.fit([series([1, Number.NaN, 3, 7])], options({ scale: 'series', link: 'softplus' }));
  const refusal = (change: (state: Record<string, never>) => unknown) => {
    const copy = JSON.parse(JSON.stringify(state));
    return errorOf(() => new SeriesEncoding((change(copy) as never) ?? copy));
  };
  const { scaling } = state;
  const cases: [(state: Record<string, unknown>) => void, RegExp][] = [
    [(state) => delete state.window, /for state\.window but received undefined/],
    [(state) => Object.assign(state, { window: '2' }), /for state\.window but received "2"/],
    [(state) => Object.assign(state, { windw: 2 }), /Unknown name in state: "windw"/],
    [(state) => Object.assign(state.link as object, { unit: null }), /for state\.link\.unit but received null/],
    [(state) => Object.assign(state.link as object, { name: 'ln' }), /for state\.link\.name but received "ln"/],
    [(state) => Object.assign(state, { scaling: 'window' }), /an object for state\.scaling but received "window"/],
    [
      (state) => Object.assign((state.scaling as typeof scaling).series[0]!, { deviation: 0 }),
      /state\.scaling\.series\[0\]\.deviation but received 0/,
    ],
    [(state) => Object.assign(state, { covariates: [null] }), /an object for state\.covariates\[0\] but received null/],
    [
      (state) => Object.assign(state, { covariates: [{ mean: 1 }] }),
      /state\.covariates\[0\]\.deviation but received undefined/,
    ],
    [(state) => Object.assign(state, { calendar: ['moon'] }), /for state\.calendar\[0\] but received "moon"/],
    [(state) => Object.assign(state, { mask: 1 }), /true or false for state\.mask but received 1/],
  ];
  for (const [change, message] of cases) {
    expect(refusal((state) => void change(state)).message).toMatch(message);
  }
  for (const nothing of [undefined, null, 7, []]) {
    expect(errorOf(() => new SeriesEncoding(nothing as never)).message).toMatch(/an object for state but/);
  }
  for (const [wrong, message] of [
    [{ window: 0 }, /for window but received 0/],
    [{ window: 2, scale: 'all' }, /for scale but received "all"/],
    [{ window: 2, calendar: 'month' }, /for calendar but received "month"/],
    [{ window: 2, calender: [] }, /Unknown option "calender"\. Did you mean "calendar"\?/],
    [undefined, /for window but received undefined/],
  ] as const) {
    expect(errorOf(() => SeriesEncoding.fit([series([1, 2, 3])], wrong as never)).message).toMatch(message);
  }
});
