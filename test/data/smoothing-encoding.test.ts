import { Forecaster } from '../../src/data/forecaster';
import type { LinkName } from '../../src/data/link';
import type { Series } from '../../src/data/series';
import { upTo } from '../../src/data/series-like';
import { SmoothingEncoding, type SmoothingEncodingOptions } from '../../src/data/smoothing-encoding';
import { scoreOneStep } from '../../src/evaluation/one-step';
import { pathQuantiles } from '../../src/models/forecast';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { manualSeed } from '../../src/tensor/random';
import { errorOf } from '../error-of';

const values = Float64Array.from(
  { length: 70 },
  (_, step) => 30 + step / 4 + 6 * Math.sin((step * Math.PI) / 6) + ((step * 7) % 5),
);
const series: Series = { name: '', values };

function forecasterOf(...options: SmoothingEncodingOptions[]): Forecaster {
  const encodings = options.map((each) => SmoothingEncoding.fit([series], { season: 12, window: 16, ...each }));
  manualSeed(2);
  return new Forecaster(new MdnRnn({ inputDim: encodings[0]!.inputDim, hiddenDim: 6, numMixtures: 2 }), encodings);
}

const WAYS: [string, SmoothingEncodingOptions[]][] = [
  ['identity', [{}]],
  ['log', [{ link: 'log' }]],
  ['identity and log', [{}, { link: 'log' }]],
  ['with and without a season', [{}, { season: 1, link: 'softplus' }]],
];

describe.each(WAYS)('%s', (_, ways) => {
  const forecaster = forecasterOf(...ways);

  test('the next value is distributed as the first step of paths', () => {
    const levels = [0.1, 0.5, 0.9];
    const exact = forecaster.nextSync(series).quantiles(levels);
    const paths = forecaster.pathsSync(series, { horizon: 1, paths: 20_000, seed: 1 });
    const width = exact[2]! - exact[0]!;
    for (const [index, [drawn]] of pathQuantiles(paths, 1, levels).entries()) {
      expect(Math.abs(drawn! - exact[index]!)).toBeLessThan(0.05 * width);
    }
    const back = forecaster.nextSync(series).cdf(exact);
    for (const [index, level] of levels.entries()) expect(back[index]).toBeCloseTo(level, 4);
  });

  test('scores of known values are those of one forecast after the other', () => {
    const start = 62; // within the first segment and a half
    const { count, nll, crps } = scoreOneStep(forecaster, [series], [start])!;
    const steps = Array.from({ length: values.length - start }, (_, index) => start + index);
    const density = mean(
      steps.map((step) => {
        const { cdf } = forecaster.nextSync(upTo(series, step));
        const [below, above] = cdf([values[step]! - 0.005, values[step]! + 0.005]);
        return -Math.log((above! - below!) / 0.01);
      }),
    );
    expect(count).toBe(steps.length);
    // The model reads up to a window before a value here, and between half and a whole one in segments.
    expect(Math.abs(nll - density)).toBeLessThan(0.05);
    const draws = mean(steps.map((step) => crpsByIntegral(forecaster, upTo(series, step), values[step]!)));
    expect(crps / draws).toBeGreaterThan(0.95);
    expect(crps / draws).toBeLessThan(1.05);
  });

  test('a path does not depend on how many there are, nor on the horizon', () => {
    const few = forecaster.pathsSync(series, { horizon: 3, paths: 4, seed: 9 });
    const many = forecaster.pathsSync(series, { horizon: 5, paths: 11, seed: 9 });
    for (let path = 0; path < 4; path++) {
      for (let step = 0; step < 3; step++) expect(many[path * 5 + step]).toBeCloseTo(few[path * 3 + step]!, 4);
    }
  });

  test('one path of several ways, and one value of a series, are enough', () => {
    expect(forecaster.pathsSync(series, { horizon: 2, paths: 1 })).toHaveLength(2);
    const paths = forecaster.pathsSync({ values: [5] }, { horizon: 4, paths: 6 });
    expect(paths.every(Number.isFinite)).toBe(true);
    expect(forecaster.hasHistory({ values: [Number.NaN] })).toBe(false);
  });
});

test('each step from the first on is a target once, none before it', () => {
  const encoding = SmoothingEncoding.fit([series], { season: 12, window: 10 });
  const { targets, rows } = encoding.segments([series], { from: [0], stride: 5, warmUp: 5 });
  expect([...targets].sort()).toEqual([...values.subarray(24)].sort());
  expect(rows.shape).toEqual([Math.ceil((70 - 24 - 5) / 5), 10, 1 + encoding.inputDim]);
  const late = encoding.segments([series], { from: [61], stride: 5, warmUp: 5 });
  expect([...late.targets]).toEqual([...values.subarray(61)]);
  const none = encoding.segments([series], { from: [70], stride: 5, warmUp: 5 });
  expect(none.rows.shape[0]).toBe(0);
});

test('scaled targets are recovered by their scalers, missing ones are left out', () => {
  const gaps = values.map((value, step) => (step % 9 === 4 ? Number.NaN : value));
  const encoding = SmoothingEncoding.fit([{ values: gaps }], { season: 12, link: 'log', window: 100 });
  const { rows, targets, scalers } = encoding.segments([{ name: '', values: gaps }], {
    from: [0],
    stride: 100,
    warmUp: 0,
  });
  const scaled = [...(rows.select(-1, 0).contiguous().toArray() as Float32Array)].filter(
    (value) => !Number.isNaN(value),
  );
  expect(scaled).toHaveLength(targets.length);
  expect(targets.every((value) => !Number.isNaN(value))).toBe(true);
  for (const [index, target] of targets.entries()) {
    expect(encoding.link.invert(scalers[index]!.unscale(scaled[index]!))).toBeCloseTo(target, 3);
  }
});

test('covariates and the calendar are inputs after those of the filters', () => {
  const time = Array.from(values, (_, step) => new Date(Date.UTC(2020, step)));
  const planned = { values, time, covariates: [[...values.map((value) => value % 3), 1, 2, 0]] };
  const encoding = SmoothingEncoding.fit([planned], { season: 12, calendar: ['month'] });
  const plain = SmoothingEncoding.fit([series], { season: 12 });
  expect(encoding.inputDim).toBe(plain.inputDim + 3);
  manualSeed(1);
  const forecaster = new Forecaster(new MdnRnn({ inputDim: encoding.inputDim, hiddenDim: 4 }), encoding);
  const paths = (covariates: number[][]) => forecaster.pathsSync({ ...planned, covariates }, { horizon: 3, paths: 5 });
  const [first, other] = [planned.covariates, [[...planned.covariates[0]!.slice(0, -1), 9]]].map(paths);
  const columns = (paths: Float64Array, step: number) => paths.filter((_, index) => index % 3 === step);
  expect(columns(other!, 1)).toEqual(columns(first!, 1));
  expect(columns(other!, 2)).not.toEqual(columns(first!, 2));
  expect(errorOf(() => paths([planned.covariates[0]!.slice(0, -1)])).message).toMatch(/known for only 72 steps/);
});

test('a state survives JSON, and a wrong one is named', () => {
  const encoding = SmoothingEncoding.fit([series], { season: 12, link: 'softplus' });
  const copy = new SmoothingEncoding(JSON.parse(JSON.stringify(encoding.state)));
  expect(copy.state).toEqual(encoding.state);
  expect(errorOf(() => new SmoothingEncoding({ ...encoding.state, season: 0 })).message).toMatch(/state.season/);
  const links: LinkName[] = ['log'];
  expect(errorOf(() => SmoothingEncoding.fit([{ values: [1, -2, 3] }], { link: links[0] })).message).toMatch(
    /above 0 .* values\[1\] is -2/,
  );
});

function mean(numbers: number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function crpsByIntegral(forecaster: Forecaster, past: Series, value: number): number {
  const { cdf, quantiles } = forecaster.nextSync(past);
  const [low, high] = quantiles([1e-4, 1 - 1e-4]) as [number, number];
  const [from, to] = [Math.min(low, value), Math.max(high, value)];
  const width = (to - from) / 1000;
  const points = Array.from({ length: 1000 }, (_, index) => from + (index + 0.5) * width);
  return cdf(points).reduce((sum, level, index) => sum + width * (level - Number(points[index]! >= value)) ** 2, 0);
}

test('a window longer than the series takes no more memory than the series', () => {
  const fitted = SmoothingEncoding.fit([series], { season: 12, window: 100 });
  const endless = new SmoothingEncoding({ ...fitted.state, window: Number.MAX_SAFE_INTEGER });
  expect(endless.history(series).rows.toArray()).toEqual(fitted.history(series).rows.toArray());
});
