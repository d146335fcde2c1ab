import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differenced, integrate } from '../../src/data/differencing';
import { Forecaster } from '../../src/data/forecaster';
import { SeriesEncoding, type SeriesEncodingOptions } from '../../src/data/series-encoding';
import { forecastPaths, pathQuantiles } from '../../src/models/forecast';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { manualSeed } from '../../src/tensor/random';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { runCli } from '../cli/cli';
import { encodingOf } from '../encoding-of';

const { NaN: missing } = Number;

describe('differences', () => {
  test.each([
    [0, [3, 5, missing, 6, 9], [3, 5, missing, 6, 9], [3, 5, 5, 6, 9], [0, 0, 0, 0, 0, 0]],
    [1, [3, 5, missing, 6, 9], [missing, 2, missing, 1, 3], [missing, 2, 0, 1, 3], [missing, 3, 5, 5, 6, 9]],
    [
      2,
      [3, 5, 4, missing, 9],
      [missing, missing, 1, missing, 5],
      [missing, missing, 1, 0, 5],
      [missing, missing, 3, 5, 4, 5],
    ],
    [
      2,
      [missing, 5, 4, 8],
      [missing, missing, missing, 3],
      [missing, missing, missing, 3],
      [missing, missing, missing, 5, 4],
    ],
  ])('of lag %i of %j', (lag, values, seen, inputs, bases) => {
    const result = differenced(Float64Array.from(values), lag);
    expect([...result.seen]).toEqual(seen);
    expect([...result.inputs]).toEqual(inputs);
    expect(bases.map((_, step) => (step < lag ? missing : result.baseAt(step)))).toEqual(bases);
  });

  test.each([
    [[10], [11, 13, 16, 10, 11, 11]],
    [
      [10, 20],
      [11, 22, 14, 10, 21, 10],
    ],
    [
      [10, 20, 30, 40],
      [11, 22, 33, 10, 21, 30],
    ],
  ])('are summed from %j on', (past, expected) => {
    const paths = Float64Array.of(1, 2, 3, 0, 1, 0); // two paths of three steps
    integrate(paths, 3, Float64Array.from(past));
    expect([...paths]).toEqual(expected);
  });
});

/** A season of 4 on a trend, with a little that is neither. */
const values = Array.from({ length: 60 }, (_, step) => 20 + step + [0, 6, -3, 2][step % 4]! + Math.sin(step * step));

function fitted(options: Partial<SeriesEncodingOptions>): Forecaster {
  const encoding = SeriesEncoding.fit([{ values }], { window: 8, ...options });
  manualSeed(3);
  return new Forecaster(new MdnRnn({ hiddenDim: 8, inputDim: encoding.inputDim }), encoding);
}

describe.each([
  ['1', { difference: 1 }],
  ['a season', { difference: 4 }],
  ['a season of logs', { difference: 4, link: 'log' as const }],
  ['a season, by window', { difference: 4, scale: 'window' as const }],
])('with differences of %s', (_, options) => {
  test('each target is recovered by its scaler, from windows whose past is known', () => {
    const encoding = encodingOf(fitted(options));
    expect(encoding.historyLength).toBe(8 + options.difference);
    const { rows, targets, scalers } = encoding.windows([{ values }], [0]);
    expect(targets).toEqual(Float64Array.from(values.slice(encoding.historyLength)));
    const scaled = rows.select(1, -1).select(1, 0).toArray() as Float32Array;
    for (const [index, target] of targets.entries()) {
      const { mean, deviation } = scalers[index]!;
      expect(encoding.link.invert(scaled[index]! * deviation + mean)).toBeCloseTo(target, 4);
    }
  });

  test('paths are those of the model, summed', () => {
    const forecaster = fitted(options);
    const { model } = forecaster;
    const encoding = encodingOf(forecaster);
    const { rows, scaler, past } = encoding.history({ values });
    const drawn = forecastPaths(model, rows, { horizon: 6, paths: 3, seed: 5 }).toArray() as Float32Array;
    const linked = encoding.link.apply(values);
    const expected = Array.from({ length: 3 }, (_, path) => {
      const all = [...linked];
      for (let step = 0; step < 6; step++) {
        all.push(all.at(-options.difference)! + drawn[path * 6 + step]! * scaler.deviation + scaler.mean);
      }
      return all.slice(-6).map((value) => encoding.link.invert(value));
    });
    expect([...past]).toEqual([...linked.slice(-options.difference)]);
    const paths = forecaster.pathsSync({ values }, { horizon: 6, paths: 3, seed: 5 });
    for (const [index, value] of expected.flat().entries()) expect(paths[index]).toBeCloseTo(value, 8);
  });

  test('the next value is distributed as the first step of paths', () => {
    const forecaster = fitted(options);
    const levels = [0.1, 0.5, 0.9];
    const exact = forecaster.nextSync({ values }).quantiles(levels);
    const paths = forecaster.pathsSync({ values }, { horizon: 1, paths: 20_000, seed: 1 });
    const width = exact[2]! - exact[0]!;
    for (const [index, [drawn]] of pathQuantiles(paths, 1, levels).entries()) {
      expect(Math.abs(drawn! - exact[index]!)).toBeLessThan(0.05 * width);
    }
    const back = forecaster.nextSync({ values }).cdf(exact);
    for (const [index, level] of levels.entries()) expect(back[index]).toBeCloseTo(level, 4);
  });

  test('wider forecasts keep their median', () => {
    const forecaster = fitted(options);
    const { model } = forecaster;
    const encoding = encodingOf(forecaster);
    const draw = (spread: number[]) => {
      const paths = new Forecaster(model, encoding, spread).pathsSync({ values }, { horizon: 6, paths: 400, seed: 2 });
      return pathQuantiles(paths, 6, [0.1, 0.5, 0.9]).map((quantile) =>
        quantile.map((value) => encoding.link.applyOne(value)),
      );
    };
    const [low, median, high] = draw([]);
    const [lower, sameMedian, higher] = draw([2]);
    for (let step = 0; step < 6; step++) {
      expect(sameMedian![step]).toBeCloseTo(median![step]!, 2);
      expect((higher![step]! - lower![step]!) / (high![step]! - low![step]!)).toBeCloseTo(2, 1);
    }
  });
});

test('a straight line has equal differences, which is no error', () => {
  const line = Array.from({ length: 30 }, (_, step) => 2 * step);
  const encoding = SeriesEncoding.fit([{ values: line }], { window: 4, difference: 1 });
  const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 4 }), encoding);
  expect(forecaster.pathsSync({ values: line }, { horizon: 3, paths: 2 }).every(Number.isFinite)).toBe(true);
});

test('a series that is too short is refused with the number that is needed', () => {
  const encoding = encodingOf(fitted({ difference: 4 }));
  expect(encoding.hasHistory({ values: values.slice(0, 11) })).toBe(false);
  expect(encoding.hasHistory({ values: values.slice(0, 12) })).toBe(true);
  expect(() => encoding.history({ values: values.slice(0, 11) })).toThrow(
    "Expected at least 12 values, the model's window and difference, but found 11",
  );
  expect(() => SeriesEncoding.fit([{ values: values.slice(0, 4) }], { window: 2, difference: 4 })).toThrow(
    'Expected more than 4 values, the difference, in a series',
  );
  expect(() => SeriesEncoding.fit([{ values }], { window: 2, difference: -1 })).toThrow(/at least 0 for difference/);
});

describe('training', () => {
  let folder: string;
  let data: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
    data = join(folder, 'series.csv');
    const series = Array.from({ length: 160 }, (_, step) => {
      if (step % 37 === 5) return ''; // missing
      return 50 + step + [0, 12, -9, 4][step % 4]! + 2 * Math.sin(step * step);
    });
    writeFileSync(data, `value\n${series.join('\n')}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const train = (options: Partial<TrainMdnRnnOptions>) =>
    trainMdnRnn({
      data,
      column: 'value',
      preset: 'article',
      window: 8,
      hidden: 8,
      mixtures: 1,
      lr: 5e-3,
      epochs: 40,
      ...options,
    }).result;

  test('on a trend with a season, differences of the guessed season beat all naive forecasts; values do not', async () => {
    const run = (name: string) => ({ out: join(folder, name), onWarning: () => {} });
    const withSeason = await train({ difference: 'season', calibrate: 6, ...run('season') });
    const without = await train(run('none'));
    expect(withSeason.settings.encodings[0]).toMatchObject({ difference: 4 });
    expect(withSeason.evaluation!.lostTo).toEqual([]);
    const crps = ({ evaluation }: typeof without) => evaluation!.backtest.rows[0]!.crps;
    expect(crps(without) / crps(withSeason)).toBeGreaterThan(2);
    expect(withSeason.evaluation!.oneStep.count).toBeGreaterThan(20);
    const { settings } = JSON.parse(readFileSync(join(folder, 'season', 'config.json'), 'utf8'));
    expect([settings.difference, settings.encodings[0].difference]).toEqual(['season', 4]);
  });

  test('on the command line, and forecasts and evaluations of its run', async () => {
    const out = join(folder, 'run');
    const flags = [
      '--data',
      data,
      '--column',
      'value',
      '--preset',
      'article',
      '--window',
      '8',
      '--hidden',
      '8',
      '--epochs',
      '3',
    ];
    const trained = await runCli(['train', 'mdn-rnn', ...flags, '--difference', 'season', '--out', out]);
    expect(trained.status).toBe(0);
    const { status, stdout } = await runCli(['forecast', out, '--horizon', '4', '--json']);
    expect(status).toBe(0);
    const { steps } = JSON.parse(stdout) as { steps: { quantiles: number[] }[] };
    for (const [step, { quantiles }] of steps.entries()) {
      const expected = 210 + step + [0, 12, -9, 4][step % 4]!;
      expect(Math.abs(quantiles[1]! - expected)).toBeLessThan(12);
    }
    expect((await runCli(['evaluate', out])).status).toBe(0);
    writeFileSync(join(folder, 'short.csv'), `value\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].join('\n')}\n`);
    const short = await runCli(['forecast', out, '--data', join(folder, 'short.csv')]);
    expect(short).toMatchObject({ status: 1, stderr: expect.stringContaining('Expected at least 12 values') });
    const wrong = await runCli(['train', 'mdn-rnn', ...flags, '--difference', '2']);
    expect(wrong).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/"season", "1" or "none" for --difference/),
    });
  });

  test('with too few values says what is needed', async () => {
    writeFileSync(data, `value\n${[1, 3, 2, 5, 4, 6, 5, 8, 9].join('\n')}\n`);
    await expect(train({ difference: '1', validation: 0 })).rejects.toThrow(
      'Expected at least 10 training values, a window of 8, a difference of 1 and the next value, but',
    );
  });
});
