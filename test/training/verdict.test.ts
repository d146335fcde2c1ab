import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { runCli } from '../cli/cli';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a series of 120 values to a CSV file. */
function series(valueAt: (step: number) => number): string {
  const data = join(folder, 'series.csv');
  writeFileSync(data, `value\n${Array.from({ length: 120 }, (_, step) => valueAt(step)).join('\n')}\n`);
  return data;
}

/** Without a season of its own, which the sine of a square has. */
const noise = (step: number) => 2 * ((Math.abs(Math.sin(12.9898 * (step + 1))) * 43_758.5453) % 1) - 1;
const wave = (step: number) => 10 + 3 * Math.sin((step * Math.PI) / 6) + noise(step);
const climb = (step: number) => 5 * step + Math.sin(step * step);

async function train(data: string, options: Partial<TrainMdnRnnOptions> = {}) {
  const warnings: string[] = [];
  const { evaluation } = await trainMdnRnn({
    data,
    column: 'value',
    preset: 'article',
    window: 12,
    hidden: 16,
    out: join(folder, 'run'),
    onWarning: (message) => warnings.push(message),
    ...options,
  }).result;
  return { evaluation, warnings };
}

test('a model that beats all naive forecasts ends without a warning', async () => {
  const { evaluation, warnings } = await train(series(wave), {
    preset: 'recommended',
    window: undefined,
    hidden: undefined,
  });
  expect(evaluation!.lostTo).toEqual([]);
  expect(warnings).toEqual([]);
  const kept = JSON.parse(readFileSync(join(folder, 'run', 'evaluation.json'), 'utf8'));
  expect(kept.backtest.rows).toEqual(JSON.parse(JSON.stringify(evaluation!.backtest.rows)));
});

const TREND = /held-out values are beyond those of training, which a global scale can't follow: try preset recommended/;

test('one that loses, as to a trend that is scaled globally, warns with the scores and advice', async () => {
  const { evaluation, warnings } = await train(series(climb), { epochs: 2 });
  expect(evaluation!.lostTo).toContain('drift');
  expect(warnings).toEqual([
    expect.stringMatching(TREND),
    expect.stringMatching(
      /^The model loses to the naive, .*drift forecasts on held-out data \(CRPS [\d.]+, the best naive forecast [\d.]+\): try inputs smoothing, or difference season$/,
    ),
  ]);
});

test('with differences the advice is another', async () => {
  const { warnings } = await train(
    series((step) => Math.floor(step / 25)),
    { epochs: 1, difference: '1' },
  );
  expect(warnings).toEqual([expect.stringMatching(/: try inputs smoothing$/)]);
});

test.each<[string, Partial<TrainMdnRnnOptions>, RegExp[]]>([
  ['a run folder', { out: undefined }, [TREND]],
  ['held-out data', { validation: 0 }, []],
])('without %s there is no verdict', async (_, options, expected) => {
  const { evaluation, warnings } = await train(series(climb), { epochs: 1, ...options });
  expect(evaluation).toBeUndefined();
  expect(warnings).toEqual(expected.map((each) => expect.stringMatching(each)));
});

test('the command line ends with it', async () => {
  const flags = [
    '--preset',
    'article',
    '--data',
    series(climb),
    '--column',
    'value',
    '--window',
    '12',
    '--hidden',
    '16',
    '--epochs',
    '2',
  ];
  const { status, stderr } = await runCli(['train', 'mdn-rnn', ...flags, '--out', join(folder, 'run')]);
  expect(status).toBe(0);
  const [trend, warning, verdict, last] = stderr.split('\n');
  expect(trend).toMatch(TREND);
  expect(warning).toMatch(/^warning: The model loses to the naive, /);
  expect(verdict).toMatch(/^24 steps ahead on held-out data, CRPS: model [\d.]+, naive [\d.]+, .*drift [\d.]+$/);
  expect(last).toMatch(/^The run is in /);
});
