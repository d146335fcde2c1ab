import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Forecaster } from '../../src/data/forecaster';
import { readSeries, type Series } from '../../src/data/series';
import type { SmoothingEncodingState } from '../../src/data/smoothing-encoding';
import { evaluateForecasts } from '../../src/evaluation/evaluate-forecasts';
import { pathQuantiles } from '../../src/models/forecast';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { loadForecaster } from '../../src/training/load-run';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();
const noise = [...rand([400], { generator: new RandomGenerator(1), dtype: 'float64' }).toArray()] as number[];

function medians(forecaster: Forecaster, series: Series, horizon: number): number[] {
  return pathQuantiles(forecaster.pathsSync(series, { horizon, paths: 200 }), horizon, [0.5])[0]!;
}

async function train(lines: string[], options: Partial<TrainMdnRnnOptions>) {
  const [data, out] = [join(folder(), 'a.csv'), join(folder(), 'run')];
  writeFileSync(data, lines.join('\n'));
  await trainMdnRnn({ data, column: 'sold', out, epochs: 2, onWarning: () => {}, ...options }).result;
  const { forecaster, settings, source } = loadForecaster(out);
  return { forecaster, settings, series: readSeries(data, source) };
}

test('words known in advance move a forecast, also when read from a run with other words', async () => {
  const skies = noise.map((each) => (each < 0.3 ? 'rain' : each < 0.6 ? 'snow' : 'sun'));
  const gain: Record<string, number> = { rain: -20, snow: 0, sun: 20 };
  const rows = skies.slice(0, 200).map((sky, row) => `${100 + gain[sky]! + noise[row + 200]!},${sky}`);
  const future = ['sun', 'rain', 'snow', 'sun'];
  const { forecaster, settings, series } = await train(['sold,sky', ...rows, ...future.map((sky) => `,${sky}`)], {
    covariates: ['sky'],
  });
  expect(settings.categories).toEqual({ sky: ['rain', 'snow', 'sun'] });
  for (const [step, median] of medians(forecaster, series[0]!, 4).entries()) {
    expect(Math.abs(median - (100.5 + gain[future[step]!]!))).toBeLessThan(3);
  }
});

test('a warning tells when there are too few values for covariates', async () => {
  const warnings: string[] = [];
  const rows = noise
    .slice(0, 60)
    .map(
      (each, row) =>
        `${100 + each},${['sun', 'rain', 'snow'][(row * 7) % 5] ?? 'fog'},${row % 4},${row % 7},${row % 6}`,
    );
  const options = { covariates: ['sky', 'a', 'b', 'c'], onWarning: (text: string) => warnings.push(text) };
  await train(['sold,sky,a,b,c', ...rows], options);
  expect(warnings).toContainEqual(
    expect.stringMatching(/ignored in forecasts: .* fewer than 8 values for each of their 7 inputs/),
  );
});

test('a leading indicator known only in the past moves a forecast a horizon later', async () => {
  const [horizon, length] = [3, 200];
  const leading = noise.slice(0, length).map((each) => Math.round(each * 100));
  const rows = leading.map((each, row) => `${500 + (leading[row - horizon] ?? 0) + noise[row + 200]!},${each}`);
  const { forecaster, series } = await train(['sold,leading', ...rows], { pastCovariates: ['leading'], horizon });
  for (const [step, median] of medians(forecaster, series[0]!, horizon).entries()) {
    expect(Math.abs(median - (500.5 + leading[length - horizon + step]!))).toBeLessThan(8);
  }
  // Farther, the evaluation of forecasts would see values that were measured after their origin.
  const farther = { horizon: horizon + 1 };
  const message = 'Expected at most 3, by which the past covariates lag, for horizon but received 4';
  expect(() => forecaster.pathsSync(series[0]!, farther)).toThrow(message);
  await expect(evaluateForecasts(forecaster, series, { ...farther, starts: [100] })).rejects.toThrow(message);
  const calibrated = train(['sold,leading', ...rows], { pastCovariates: ['leading'], horizon, calibrate: horizon + 1 });
  await expect(calibrated).rejects.toThrow(/Expected at most 3, .* for calibrate but received 4/);
});

test('series are described by words and numbers, and a covariate that never changed in training stops nothing', async () => {
  const rows = ['north', 'south'].flatMap((region) =>
    noise
      .slice(0, 60)
      .map(
        (each, row) => `${region},${region === 'north' ? 50 : 5},${(50 + row + each).toFixed(2)},${row < 50 ? 0 : 1}`,
      ),
  );
  const { forecaster, settings, series } = await train(['region,size,sold,new', ...rows], {
    series: 'region',
    staticCovariates: ['region', 'size'],
    covariates: ['new'],
  });
  expect(settings.encodings[0]!.staticCovariates).toHaveLength(3);
  expect(series.map(({ staticCovariates }) => staticCovariates)).toEqual([[1, 0, 50], [0, 1, 5]]); // biome-ignore format: one line
  const known = { ...series[0]!, covariates: [Float64Array.of(...series[0]!.covariates![0]!, 1, 1)] };
  expect(Math.abs(medians(forecaster, known, 2)[1]! - 112)).toBeLessThan(6);
});

test('the effects of covariates are learned from the training part alone', async () => {
  const promoted = noise.slice(0, 100).map((each) => Number(each < 0.4));
  const gain = (row: number) => (row < 80 ? 30 : -30);
  const rows = promoted.map((each, row) => `${200 + gain(row) * each + noise[row + 100]!},${each}`);
  const { settings } = await train(['sold,promoted', ...rows], {
    covariates: ['promoted'],
    validation: 0.2,
    link: 'identity',
    season: 1,
  });
  const [{ effects, covariates }] = settings.encodings as [SmoothingEncodingState];
  expect(Math.abs(effects[0]!.effects[0]! / covariates[0]!.deviation - 30)).toBeLessThan(1);
  const part = promoted.slice(0, 80);
  expect(covariates[0]!.mean).toBeCloseTo(part.reduce((sum, each) => sum + each) / 80, 9);
});
