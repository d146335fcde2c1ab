import { finish } from '../../src/breathe';
import { type BacktestOptions, type BacktestSeries, backtest } from '../../src/evaluation/backtest';
import { RandomGenerator, randn } from '../../src/tensor/random';

const backtestOf = (series: BacktestSeries[], options: BacktestOptions) => finish(backtest(series, options));

const draw = (count: number, seed: number) =>
  Float64Array.from(randn([count], { generator: new RandomGenerator(seed), dtype: 'float64' }).toArray());

const phi = 0.8;

/** x' = φ x + ε */
function autoregression(length: number): Float64Array {
  const values = draw(length, 1);
  for (let i = 1; i < length; i++) values[i]! += phi * values[i - 1]!;
  return values;
}

let seed = 100;
/** From the true law. */
const drawsFrom = (values: Float64Array) => (length: number, horizon: number) => {
  const numPaths = 300;
  const paths = draw(numPaths * horizon, seed++);
  for (let i = 0; i < paths.length; i++) paths[i]! += phi * (i % horizon === 0 ? values[length - 1]! : paths[i - 1]!);
  return paths;
};

test('who knows the law beats the baselines, and its intervals hold what they promise', () => {
  const values = autoregression(3000);
  const { rows, numForecasts } = backtestOf([{ name: '', values, start: 600, drawPaths: drawsFrom(values) }], {
    horizon: 6,
    season: 6,
  });
  expect(numForecasts).toBe(400);
  expect(rows.map(({ name }) => name)).toEqual(['model', 'naive', 'seasonalNaive', 'drift']);
  const [model, ...baselines] = rows;
  for (const baseline of baselines) {
    expect(model!.crps).toBeLessThan(baseline.crps);
    expect(model!.pinball).toBeLessThan(baseline.pinball);
    expect(model!.mase).toBeLessThan(baseline.mase!);
  }
  for (const [index, level] of [0.5, 0.8, 0.9].entries()) {
    expect(Math.abs(model!.coverage[index]! - level)).toBeLessThan(0.03);
  }
});

test('no forecast sees the values that it is scored by', () => {
  const values = autoregression(100);
  const seen: number[] = [];
  const drawPaths = (length: number, horizon: number) => {
    seen.push(length);
    return drawsFrom(values)(length, horizon);
  };
  backtestOf([{ name: '', values, start: 80, drawPaths }], { horizon: 7, season: 4 });
  expect(seen).toEqual([80, 87]);
});

test('where the seasonal naive never errs there is no MASE, and a series without a value to score has no row', () => {
  const periodic = Float64Array.from({ length: 60 }, (_, i) => i % 6);
  const gone = periodic.map((value, i) => (i < 30 ? value : Number.NaN));
  const drawPaths = (_: number, horizon: number) => draw(50 * horizon, 1);
  const series = [periodic, gone].map((values, index) => ({ name: `${index}`, values, start: 30, drawPaths }));
  const { rows, bySeries } = backtestOf(series, { horizon: 3, season: 6 });
  for (const { name, mase, crps } of rows) expect([name, mase, Number.isFinite(crps)]).toEqual([name, undefined, true]);
  expect(bySeries!.map(({ name }) => name)).toEqual(['0']);
  expect(JSON.stringify({ rows, bySeries })).not.toMatch(/null/);
});
