import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadForecaster } from '../../src/training/load-run';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { type MdnRnnEpoch, trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf, rejectionOf } from '../error-of';

const folder = useTemporaryFolder();
const month = (step: number) => `${2010 + Math.floor(step / 12)}-${String((step % 12) + 1).padStart(2, '0')}`;
const sold = (step: number) => 100 + step + 20 * Math.sin((step * Math.PI) / 6) + 4 * Math.sin(step * step);

function write(rows: string[], name = 'data.csv'): string {
  const path = join(folder(), name);
  writeFileSync(path, rows.join('\n'));
  return path;
}

const monthly = (length: number) =>
  write(['month,sold', ...Array.from({ length }, (_, step) => `${month(step)},${sold(step)}`)]);

async function recordsOf(options: Partial<TrainMdnRnnOptions>): Promise<MdnRnnEpoch[]> {
  const records: MdnRnnEpoch[] = [];
  for await (const record of trainMdnRnn(options as TrainMdnRnnOptions)) records.push(record);
  return records;
}

const source = { column: 'sold', time: 'month', onWarning: () => {} };
const losses = (records: MdnRnnEpoch[]) => records.map(({ loss, validationLoss }) => [loss, validationLoss]);

test('stopped and resumed, a training gives the numbers of an uninterrupted one, and chooses only once', async () => {
  const data = monthly(140);
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  const expected = await recordsOf({ ...source, data, epochs: 5, out: whole });
  const first = await recordsOf({ ...source, data, epochs: 2, out: parts });
  const rest = await recordsOf({ resume: parts, epochs: 5, onWarning: () => {} });
  expect(losses([...first, ...rest])).toEqual(losses(expected));
  const weights = [whole, parts].map((run) => readFileSync(join(run, 'model.safetensors')));
  expect(weights[1]!.equals(weights[0]!)).toBe(true);
  const { settings, forecaster } = loadForecaster(parts);
  expect(settings.candidates.length).toBeGreaterThan(1);
  expect(forecaster.encodings[0]!.state).toMatchObject({ season: 12 });
  expect(readFileSync(join(parts, 'report.html'), 'utf8')).toMatch(/Ways to see the series/);
});

test('it ends with a forecast that beats naive ones, and says how it did', async () => {
  const { evaluation, settings } = await trainMdnRnn({
    ...source,
    data: monthly(140),
    horizon: 12,
    out: join(folder(), 'run'),
  }).result;
  expect(evaluation!.lostTo).toEqual([]);
  expect(evaluation!.backtest).toMatchObject({ horizon: 12, season: 12 });
  expect(settings).toMatchObject({ preset: 'recommended', inputs: 'smoothing', start: 'pretrained' });
});

test('covariates are learned', async () => {
  const promoted = (step: number) => Number(step % 5 === 3 || step % 11 === 7);
  const rows = Array.from(
    { length: 260 },
    (_, step) => `${step},${50 + 30 * promoted(step) + 2 * Math.sin(step * step)},${promoted(step)}`,
  );
  const data = write([
    'day,sold,promotion',
    ...rows,
    ...[260, 261, 262].map((step) => `${step},,${Number(step === 261)}`),
  ]);
  const options = {
    data,
    column: 'sold',
    covariates: ['promotion'],
    season: 1,
    link: 'identity' as const,
    epochs: 60,
    patience: 60,
    lr: 2e-3,
  };
  const { forecaster, series } = await trainMdnRnn(options).result;
  const paths = forecaster.pathsSync(series[0]!, { horizon: 3, paths: 200, seed: 1 });
  const means = [0, 1, 2].map((step) =>
    paths.filter((_, index) => index % 3 === step).reduce((sum, each) => sum + each / 200, 0),
  );
  expect(means[1]! - means[0]!).toBeGreaterThan(10);
  expect(means[1]! - means[2]!).toBeGreaterThan(10);
});

test('several series of any length, missing rows between dates, are one model', async () => {
  const rows = ['a', 'b', 'new'].flatMap((shop, index) =>
    Array.from(
      { length: shop === 'new' ? 4 : 90 },
      (_, step) => `${shop},${month(step)},${(index + 1) * sold(step)}`,
    ).filter((_, step) => step % 17 !== 9),
  );
  const data = write(['shop,month,sold', ...rows]);
  const { forecaster, series } = await trainMdnRnn({ ...source, data, series: 'shop', epochs: 2 }).result;
  expect(series.map(({ values }) => values.length)).toEqual([90, 90, 4]);
  for (const each of series) {
    const paths = forecaster.pathsSync(each, { horizon: 4, paths: 20 });
    expect(paths.every((value) => value > 0 && value < 2000)).toBe(true);
  }
});

test.each([
  [{ hidden: 8 }, 'hidden: 8 requires start: "random".'],
  [{ scale: 'window' }, 'scale: "window" requires inputs: "window".'],
  [{ difference: 'season' }, 'difference: "season" requires inputs: "window".'],
  [{ exact: true }, 'exact: true requires start: "random".'],
  [{ inputs: 'window', start: 'pretrained' }, 'inputs: "window" requires start: "random".'],
])('%j is refused: %s', (options, message) => {
  expect(errorOf(() => trainMdnRnn({ data: 'x.csv', column: 'x', ...options } as never)).message).toBe(message);
});

test('a net of one’s own starts from random weights', async () => {
  const records = await recordsOf({
    ...source,
    data: monthly(100),
    start: 'random',
    hidden: 8,
    mixtures: 2,
    epochs: 30,
    patience: 30,
  });
  expect(records.at(-1)!.validationLoss!).toBeLessThan(records[0]!.validationLoss!);
});

test('too few values to train on are said with what to do', async () => {
  const data = write(['sold', '1', '2', '3']);
  const { message } = await rejectionOf(trainMdnRnn({ data, column: 'sold' }).result);
  expect(message).toMatch(/too few values to train on/);
});
