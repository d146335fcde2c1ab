import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testSegments } from '../../scripts/pretrain/batch';
import { readSeries } from '../../src/data/series';
import type { SeriesLike } from '../../src/data/series-like';
import { evaluateForecasts } from '../../src/evaluation/evaluate-forecasts';
import { pathQuantiles } from '../../src/models/forecast';
import { noGrad } from '../../src/tensor/autograd';
import { setNumThreads } from '../../src/tensor/device';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { readSafetensors } from '../../src/tensor/safetensors';
import { scope } from '../../src/tensor/scope';
import { segmentLoss } from '../../src/training/mdn-rnn-loss';
import { PRETRAINED_FILES, pretrainedModel } from '../../src/training/pretrained';
import { pretrainedForecaster } from '../../src/training/pretrained-forecaster';
import { rejectionOf } from '../error-of';

const demo = join(__dirname, '../../demo/co2.csv');
const [co2] = readSeries(demo, { column: 'CO2', time: 'Date' });
const noise = (step: number) => Math.sin(step * step);

test('the nets in the package are small', () => {
  const sizes = Object.values(PRETRAINED_FILES).map((file) => readFileSync(file).length);
  expect(sizes[0]! + sizes[1]!).toBeLessThan(2_000_000);
});

test.each(['all', 'counts'] as const)('the net for %s sees what it saw in its training', (kind) => {
  const { metadata } = readSafetensors(PRETRAINED_FILES[kind]);
  setNumThreads(1);
  const loss = scope(() =>
    noGrad(() => segmentLoss(pretrainedModel(undefined, kind), testSegments(kind), { loss: 'nll', betaNll: 0 }).item()),
  );
  expect(loss).toBeCloseTo(Number(metadata.testLoss), 3);
});

test('series that it has never seen are forecast better than by naive forecasts', async () => {
  const start = 600;
  const past = { ...co2!, values: co2!.values.subarray(0, start) };
  const forecaster = await pretrainedForecaster([past], { horizon: 12 });
  const { backtest, lostTo } = await evaluateForecasts(forecaster, [co2!], {
    starts: [start],
    horizon: 12,
    paths: 200,
  });
  expect(lostTo).toEqual([]);
  const [own, ...naive] = backtest.rows.map(({ crps }) => crps);
  expect(own!).toBeLessThan(0.5 * Math.min(...naive));
  const [, , in90] = backtest.rows[0]!.coverage;
  expect(in90).toBeGreaterThan(0.75);
});

const kinds: [string, (step: number) => number, { season: number; link?: string }][] = [
  ['a season and a trend', (step) => 100 + step + [0, 20, -15, 5][step % 4]! + noise(step), { season: 4 }],
  [
    'growing swings',
    (step) => Math.exp(step / 40 + Math.sin((step * Math.PI) / 6) / 2 + noise(step) / 40),
    { season: 12, link: 'log' },
  ],
  ['neither', (step) => 5 + noise(step), { season: 1 }],
];

test.each(kinds)('%s: the season, and whether logarithms help, are found', async (_, at, expected) => {
  const values = Array.from({ length: 120 }, (_, step) => at(step));
  const { encodings } = await pretrainedForecaster([{ values }], { horizon: 8 });
  const [best] = encodings.map(({ state }) => state) as unknown as [{ season: number; link: { name: string } }];
  expect(best.season).toBe(expected.season);
  if (expected.link) expect(best.link.name).toBe(expected.link);
});

const short: [string, (number | null)[]][] = [
  ['three values', [7, 8, 9]],
  ['a constant', [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]],
  ['zeros', new Array(40).fill(0)],
  ['counts, mostly zero', Array.from({ length: 60 }, (_, step) => (step % 7 === 3 ? 2 : 0))],
  ['gaps', Array.from({ length: 60 }, (_, step) => (step % 5 === 2 ? null : step + noise(step)))],
  ['a late start', [...new Array(30).fill(null), 5000, 5100, 4900, 5050]],
  ['huge values', Array.from({ length: 40 }, (_, step) => 1e200 * (1 + noise(step) / 9))],
  ['tiny values', Array.from({ length: 40 }, (_, step) => 1e-200 * (1 + noise(step) / 9))],
];

test.each(short)('%s are forecast within their range, about', async (_, values) => {
  const series: SeriesLike = { values };
  const forecaster = await pretrainedForecaster([series], { horizon: 6 });
  const paths = forecaster.pathsSync(series, { horizon: 6, paths: 100, seed: 1 });
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const width = high - low || Math.abs(high) || 1;
  for (const quantile of pathQuantiles(paths, 6, [0.05, 0.5, 0.95]).flat()) {
    expect(quantile).toBeGreaterThan(low - 6 * width);
    expect(quantile).toBeLessThan(high + 6 * width);
  }
});

test.each([
  ['zeros', 0],
  ['a constant', 3],
])('values that begin after %s are forecast where they are now', async (_, before) => {
  const values = Array.from({ length: 52 }, (_, step) => (step < 40 ? before : 5000 + 100 * noise(step)));
  const forecaster = await pretrainedForecaster([{ values }], { horizon: 4 });
  const paths = forecaster.pathsSync({ values }, { horizon: 4, paths: 200, seed: 1 });
  for (const median of pathQuantiles(paths, 4, [0.5])[0]!) {
    expect(median).toBeGreaterThan(4000);
    expect(median).toBeLessThan(6000);
  }
});

test('one value is forecast to stay, with much doubt', async () => {
  const forecaster = await pretrainedForecaster([{ values: [7] }], { horizon: 3 });
  const [low, median, high] = forecaster.nextSync({ values: [7] }).quantiles([0.1, 0.5, 0.9]);
  expect(median!).toBeGreaterThan(3);
  expect(median!).toBeLessThan(11);
  expect(high! - low!).toBeGreaterThan(3);
});

test('the same series and seed give the same forecaster, the caller’s random numbers stay', async () => {
  const draw = async () => (await pretrainedForecaster([co2!])).pathsSync(co2!, { horizon: 3, paths: 5, seed: 2 });
  expect(await draw()).toEqual(await draw());
});

test('what is wrong is said before work starts', async () => {
  const refusal = async (...args: unknown[]) =>
    (await rejectionOf((pretrainedForecaster as (...args: unknown[]) => Promise<unknown>)(...args))).message;
  expect(await refusal([])).toMatch(/at least one series for series/);
  expect(await refusal([{ values: [null, Number.NaN] }])).toBe('All values of all series are missing');
  expect(await refusal([{ values: [1, 2] }], { season: 0 })).toMatch(/season/);
  expect(await refusal([{ values: [1, 2] }], { hidden: 8 })).toMatch(/hidden/);
  expect(await refusal([{ values: [1, -2, 3] }], { link: 'log' })).toMatch(/values\[1\] is -2/);
  const aborted = await rejectionOf(pretrainedForecaster([co2!], { signal: AbortSignal.abort() }));
  expect(aborted.name).toBe('AbortError');
});

test('counts that are mostly 0 have whole forecasts, whose intervals hold 0', async () => {
  const draws = rand([1300], { generator: new RandomGenerator(3), dtype: 'float64' }).toArray() as Float64Array;
  const values = draws.map((each) => (each < 0.7 ? 0 : each < 0.9 ? 1 : each < 0.98 ? 2 : 3));
  const forecaster = await pretrainedForecaster([{ values: values.subarray(0, 300) }], { horizon: 8 });
  const paths = forecaster.pathsSync({ values: values.subarray(0, 300) }, { horizon: 8, paths: 500 });
  expect(paths.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  const numZeros = paths.filter((value) => value === 0).length;
  expect(Math.abs(numZeros / paths.length - 0.7)).toBeLessThan(0.12);
  const [low, high] = pathQuantiles(paths, 8, [0.05, 0.9]);
  expect(low).toEqual(new Array(8).fill(0));
  for (const bound of high!) expect([1, 2, 3]).toContain(Math.round(bound));
  const { cdf } = forecaster.nextSync({ values: values.subarray(0, 300) });
  const [none, belowZero] = cdf([0, -1]);
  expect(Math.abs(none! - 0.7)).toBeLessThan(0.15);
  expect(belowZero).toBe(0);
});

test('rare events are forecast as rarely as they were, at any time of the year', async () => {
  const draws = rand([240], { generator: new RandomGenerator(5), dtype: 'float64' }).toArray() as Float64Array;
  const values = draws.map((each) => Number(each > 0.92));
  const share = values.reduce((sum, value) => sum + value) / values.length;
  const forecaster = await pretrainedForecaster([{ values }], { horizon: 12, season: 12 });
  const paths = forecaster.pathsSync({ values }, { horizon: 12, paths: 500 });
  expect(paths.reduce((sum, value) => sum + value) / paths.length / share).toBeGreaterThan(0.5);
  expect(paths.reduce((sum, value) => sum + value) / paths.length / share).toBeLessThan(2);
});
