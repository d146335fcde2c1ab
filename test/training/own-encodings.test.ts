import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Forecaster } from '../../src/data/forecaster';
import { SmoothingEncoding } from '../../src/data/smoothing-encoding';
import { scoreOneStep } from '../../src/evaluation/one-step';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { loadForecaster } from '../../src/training/load-run';
import { pretrainedModel } from '../../src/training/pretrained';
import { pretrainedForecaster } from '../../src/training/pretrained-forecaster';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();
const noise = [...rand([400], { generator: new RandomGenerator(2), dtype: 'float64' }).toArray()] as number[];
const cycle = (season: number, from: number) =>
  Float64Array.from(
    { length: 120 },
    (_, step) => 50 + 20 * Math.sin((2 * Math.PI * step) / season) + noise[from + step]!,
  );
const series = [
  { name: 'weekly', values: cycle(7, 0) },
  { name: 'monthly', values: cycle(12, 120) },
  {
    name: 'growing',
    values: Float64Array.from({ length: 120 }, (_, step) => Math.exp(step / 20 + noise[240 + step]! / 5)),
  },
];
const options = { horizon: 12, paths: 100, seed: 1 };
const seenAs = (forecaster: Forecaster, name: string) =>
  forecaster
    .encodingsFor({ name, values: new Float64Array() })
    .map((encoding) => (encoding as SmoothingEncoding).state.season);

test('of several series each is seen as its own backtest chooses, and forecast as if it were alone', async () => {
  const together = await pretrainedForecaster(series, { horizon: 12 });
  expect(seenAs(together, 'weekly')).toContain(7);
  expect(seenAs(together, 'monthly')).toContain(12);
  for (const each of series) {
    const alone = await pretrainedForecaster([each], { horizon: 12 });
    if (seenAs(alone, each.name).join() !== seenAs(together, each.name).join()) continue; // other seasons were possible
    const [one, other] = [together, alone].map((forecaster) => forecaster.pathsSync(each, options));
    expect(Math.max(...one!.map((value, index) => Math.abs(value / other![index]! - 1)))).toBeLessThan(1e-3);
  }
  expect(together.pathsSync({ name: 'new', values: series[0]!.values }, options).every(Number.isFinite)).toBe(true);
});

test('scores of series that are seen in several ways are those of all values', () => {
  const only = (names: string[] | undefined, season: number) => SmoothingEncoding.fit(series, { season, only: names });
  const model = pretrainedModel();
  const forecaster = new Forecaster(model, [only(undefined, 1), only(['weekly'], 7), only(['monthly'], 12), only(['monthly'], 6)]); // biome-ignore format: one line
  const scores = (indices: number[]) =>
    scoreOneStep(forecaster, indices.map((index) => series[index]!), indices.map(() => 90))!; // biome-ignore format: one line
  const alone = [0, 1, 2].map((index) => scores([index]));
  const all = scores([0, 1, 2]);
  expect(all.count).toBe(90);
  for (const score of ['nll', 'crps'] as const) {
    expect(all[score]).toBeCloseTo(
      alone.reduce((sum, each) => sum + each[score] / 3, 0),
      6,
    );
  }
  expect(errorOf(() => new Forecaster(model, only(['weekly'], 7))).message).toMatch(/one for all series for encoding/);
});

test('a training keeps them in its run', async () => {
  const data = join(folder(), 'a.csv');
  const rows = series.flatMap(({ name, values }) => [...values].map((value) => `${name},${value}`));
  writeFileSync(data, ['id,x', ...rows].join('\n'));
  const out = join(folder(), 'run');
  const { forecaster, settings } = await trainMdnRnn({ data, column: 'x', series: 'id', out, epochs: 2, horizon: 12, onWarning: () => {} }).result; // biome-ignore format: one line
  expect(settings.candidates.flatMap(({ ownOf }) => ownOf!).length).toBeGreaterThanOrEqual(3);
  const loaded = loadForecaster(out).forecaster;
  for (const each of series) {
    expect(seenAs(loaded, each.name)).toEqual(seenAs(forecaster, each.name));
    expect(loaded.pathsSync(each, options)).toEqual(forecaster.pathsSync(each, options));
  }
});
