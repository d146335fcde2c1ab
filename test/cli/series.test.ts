import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForecastEvaluation } from '../../src/evaluation/evaluate-forecasts';
import { runCli, trainArticle } from './cli';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (...args: string[]) => runCli(args, { cwd: folder });
const day = (index: number) => new Date(Date.UTC(2021, 0, 1 + index)).toISOString().slice(0, 10);

/** Two shops in turn, of very different size; every 9th value is missing; an offer doubles sales of its day. */
function shops(length: number): string {
  const rows = Array.from({ length }, (_, i) =>
    ['small', 'large'].map((shop, index) => {
      const offer = Number((i + index) % 5 === 0);
      const sales = (index === 0 ? 1 : 1000) * (3 + Math.sin((2 * Math.PI * i) / 7)) * (1 + offer);
      const isKnown = i < length - 10 && i % 9 !== 4;
      return `${day(i)},${shop},${offer},${isKnown ? sales.toFixed(3) : ''}\n`;
    }),
  );
  return `day,shop,offer,sales\n${rows.flat().join('')}`;
}

describe('several series in one file', () => {
  beforeAll(async () => {
    writeFileSync(join(folder, 'shops.csv'), shops(250));
    const source = ['--data', 'shops.csv', '--column', 'sales', '--series', 'shop', '--time', 'day'];
    const inputs = ['--covariates', 'offer', '--calendar', 'weekday', '--scale', 'window', '--link', 'log'];
    const training = ['--window', '14', '--hidden', '24', '--epochs', '25', '--lr', '5e-3', '--mixtures', '2'];
    const parts = ['--validation', '0.15', '--test', '0.15', '--patience', '12', '--calibrate', '5'];
    const { status, stderr } = await cli(...trainArticle, ...source, ...inputs, ...training, ...parts, '--out', 'run');
    const verdict =
      /\n?\d steps ahead on held-out data, CRPS: model [\d.]+, naive [\d.]+, .*drift [\d.]+\nThe run is in run\n$/;
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(verdict) });
  });

  test('each is forecast past its last value in its own units, where its covariates are known', async () => {
    const { status, stdout } = await cli('forecast', 'run', '--horizon', '10', '--json');
    expect(status).toBe(0);
    const { series } = JSON.parse(stdout) as {
      series: { name: string; steps: { time: string; mean: number; quantiles: number[] }[] }[];
    };
    expect(series.map(({ name }) => name)).toEqual(['small', 'large']);
    for (const [index, { steps }] of series.entries()) {
      expect(steps.map(({ time }) => time)).toEqual(Array.from({ length: 10 }, (_, step) => day(240 + step)));
      for (const [step, { quantiles }] of steps.entries()) {
        const i = 240 + step;
        const offer = Number((i + index) % 5 === 0);
        const expected = (index === 0 ? 1 : 1000) * (3 + Math.sin((2 * Math.PI * i) / 7)) * (1 + offer);
        expect(quantiles[1]! / expected).toBeGreaterThan(0.8);
        expect(quantiles[1]! / expected).toBeLessThan(1.25);
      }
    }
    const { stdout: one } = await cli('forecast', 'run', '--horizon', '10', '--json', '--series', 'large');
    expect(JSON.parse(one).steps).toEqual(series[1]!.steps);
    const { stdout: csv } = await cli('forecast', 'run', '--horizon', '2');
    expect(
      csv
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(',').slice(0, 3)),
    ).toEqual([
      ['series', 'time', 'step'],
      ['small', day(240), '1'],
      ['small', day(241), '2'],
      ['large', day(240), '1'],
    ]);
  });

  test('they are evaluated together and each for itself, on what was kept from the training', async () => {
    const { status, stdout } = await cli('evaluate', 'run', '--horizon', '5', '--season', '7', '--json');
    expect(status).toBe(0);
    const { oneStep, backtest, lostTo } = JSON.parse(stdout) as ForecastEvaluation;
    // 36 of 240 values, an eighth of them missing
    expect(oneStep.count).toBeGreaterThan(60);
    expect(oneStep.count).toBeLessThan(68);
    expect(backtest).toMatchObject({ horizon: 5, season: 7, numForecasts: 14 });
    expect(backtest.bySeries!.map(({ name }) => name)).toEqual(['small', 'large']);
    expect(lostTo).toEqual([]);
    const saved = JSON.parse(readFileSync(join(folder, 'run', 'evaluation.json'), 'utf8'));
    expect(saved).toEqual({ kind: 'mdn-rnn', column: 'sales', ...JSON.parse(stdout) });
  });

  test('one of them is evaluated alone, into a file', async () => {
    const kept = readFileSync(join(folder, 'run', 'evaluation.json'), 'utf8');
    const { status } = await cli('evaluate', 'run', '--horizon', '5', '--series', 'large', '--out', 'large.json');
    expect(status).toBe(0);
    const { backtest } = JSON.parse(readFileSync(join(folder, 'large.json'), 'utf8')) as ForecastEvaluation;
    expect([backtest.numForecasts, backtest.bySeries]).toEqual([7, undefined]);
    expect(readFileSync(join(folder, 'run', 'evaluation.json'), 'utf8')).toBe(kept);
  });

  test('what cannot be forecast is said', async () => {
    const failures: [string[], number, RegExp][] = [
      [
        ['--horizon', '11'],
        1,
        /Expected covariates for the whole forecast horizon, but they are known for only 250 steps of the series "small"/,
      ],
      [['--series', 'larg'], 2, /Unknown series "larg"\. Did you mean "large"\?/],
      [
        ['--chart', 'chart.svg', '--horizon', '5'],
        2,
        /--chart draws a single series: choose one with --series, such as small\./,
      ],
    ];
    for (const [flags, status, message] of failures) {
      const result = await cli('forecast', 'run', ...flags);
      expect(result).toEqual({ status, stdout: '', stderr: expect.stringMatching(message) });
    }
    expect((await cli('evaluate', 'run', '--season', '204')).stderr).toMatch(
      /a whole number below 204, the values before the first forecast for --season but received 204/,
    );
  });
});

test('columns side by side are a series each; odd times are reported; the validation part chose the weights', async () => {
  const rows = Array.from({ length: 80 }, (_, i) => `${i === 40 ? 39.5 : i},${i % 6},${(i % 4) * 10}\n`);
  writeFileSync(join(folder, 'wide.csv'), `t,a,b\n${rows.join('')}`);
  const columns = ['--data', 'wide.csv', '--column', 'a', 'b', '--time', 't', '--scale', 'series'];
  const training = ['--window', '12', '--hidden', '8', '--epochs', '3', '--validation', '0.3', '--patience', '2'];
  const { status, stderr } = await cli(...trainArticle, ...columns, ...training, '--out', 'wide');
  expect(status).toBe(0);
  const [warning, , last] = stderr.split('\n');
  expect(warning).toBe(
    `warning: ${join(folder, 'wide.csv')}, series "a": 2 of 79 steps are not 1, the first from 39 to 39.5: rows are treated as equally spaced (and 1 other irregular series)`,
  );
  expect(last).toBe('The run is in wide');
  const { stdout } = await cli('evaluate', 'wide', '--horizon', '6');
  expect(stdout).toMatch(/^a, b, one step ahead, 48 values/);
  expect(stdout).toMatch(/also used these values.*the scores are optimistic: hold out a test part/);
});

test('gaps longer than the window are no forecast’s past, neither for calibration nor for evaluation', async () => {
  const isMissing = (i: number) => (i >= 120 && i < 132) || (i >= 165 && i < 177);
  const rows = Array.from({ length: 200 }, (_, i) => `${i},${isMissing(i) ? '' : (i % 7) + (i % 3)}\n`);
  writeFileSync(join(folder, 'gaps.csv'), `n,x\n${rows.join('')}`);
  const args = [...trainArticle, '--data', 'gaps.csv', '--column', 'x', '--window', '6', '--hidden', '4'];
  const parts = ['--validation', '0.25', '--test', '0.25', '--calibrate', '2', '--epochs', '2'];
  expect(await cli(...args, ...parts, '--out', 'gaps')).toMatchObject({ status: 0 });
  const { status, stdout } = await cli('evaluate', 'gaps', '--json');
  expect(status).toBe(0);
  const { backtest } = JSON.parse(stdout) as ForecastEvaluation;
  expect(backtest.numForecasts).toBe(22); // of 25, those from 172, 174 and 176 know nothing
  for (const { crps } of backtest.rows) expect(Number.isFinite(crps)).toBe(true);

  // Of the held-out part nothing is left but its last value, after a gap.
  const lostRows = rows.map((row, i) => (i < 110 || i === 199 ? row : `${i},\n`));
  writeFileSync(join(folder, 'lost.csv'), `n,x\n${lostRows.join('')}`);
  const lost = [...trainArticle, '--data', 'lost.csv', ...args.slice(6)];
  expect(await cli(...lost, '--epochs', '1', '--validation', '0.3', '--out', 'lost')).toMatchObject({ status: 0 });
  expect(await cli('evaluate', 'lost', '--horizon', '2')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^error: Expected held-out values that .* too many values are missing\n$/),
  });
});

test('a series of a few values trains, resumes and reports', async () => {
  writeFileSync(join(folder, 'few.csv'), `x\n${[3, 5, 4, 6, 5, 7, 6, 8, 7, 9].join('\n')}\n`);
  const args = [...trainArticle, '--data', 'few.csv', '--column', 'x', '--window', '3', '--hidden', '4'];
  expect(await cli(...args, '--epochs', '2', '--out', 'few')).toMatchObject({ status: 0 });
  expect(await cli('train', 'mdn-rnn', '--resume', 'few', '--epochs', '3')).toMatchObject({ status: 0 });
  expect(JSON.parse(readFileSync(join(folder, 'few', 'config.json'), 'utf8')).settings.batchSize).toBe(5);
  const { status, stdout } = await cli('evaluate', 'few');
  expect(status).toBe(0);
  expect(stdout).toMatch(/2 steps ahead, 1 forecast, season 2:/);
});

test.each<[string, string[], number, RegExp]>([
  ['a calendar without times', ['--calendar', 'month'], 2, /--calendar requires --time/],
  [
    'a calendar of numbers',
    ['--calendar', 'month', '--time', 'n'],
    1,
    /column "x": Expected dates for time: the model uses calendar features/,
  ],
  ['an unknown cycle', ['--calendar', 'month,moon'], 2, /"month" or "yearday" for --calendar/],
  ['an unknown scale', ['--scale', 'none'], 2, /"series" or "window" for --scale/],
  [
    'a link that the values do not fit',
    ['--link', 'log'],
    1,
    /a\.csv:2: expected values above 0 .*but found 0 in column "x"/,
  ],
  [
    'parts that leave nothing',
    ['--validation', '0.6', '--test', '0.5'],
    2,
    /leave a part for training, but 0\.6 \+ 0\.5 is not below 1/,
  ],
  ['too few values to calibrate by', ['--calibrate', '30'], 1, /at least 39 validation values to calibrate/],
  ['missing covariates', ['--covariates', 'c'], 1, /a\.csv:5: missing value in column "c"/],
  ['an unknown covariate', ['--covariates', 'd'], 1, /no column "d"/],
])('%s gets one message and leaves nothing', async (_, flags, status, message) => {
  const rows = Array.from({ length: 100 }, (_, i) => `${i},${i % 7},${i === 3 ? '' : i}\n`);
  writeFileSync(join(folder, 'a.csv'), `n,x,c\n${rows.join('')}`);
  const result = await cli(
    ...trainArticle,
    '--data',
    'a.csv',
    '--column',
    'x',
    '--epochs',
    '1',
    ...flags,
    '--out',
    'none',
  );
  expect(result).toMatchObject({ status, stderr: expect.stringMatching(message) });
  expect(() => readFileSync(join(folder, 'none', 'config.json'))).toThrow(/no such file/);
});
