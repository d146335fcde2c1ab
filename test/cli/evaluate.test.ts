import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ForecastEvaluation } from '../../src/evaluation/evaluate-forecasts';
import { RandomGenerator, rand, randn } from '../../src/tensor/random';
import { runCli, trainArticle } from './cli';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  writeFileSync(join(folder, 'series.csv'), `x\n${[...mixtureAutoregression(20_000)].join('\n')}\n`);
  const args = [...trainArticle, '--data', 'series.csv', '--column', 'x', '--window', '8'];
  await runCli([...args, '--epochs', '60', '--batch-size', '256', '--out', 'run'], { cwd: folder });
  await runCli([...args, '--epochs', '1', '--validation', '0', '--out', 'whole'], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of the data's units in one of the noise's. */
const UNIT = 10;
const [MEAN, DEVIATION] = [1, 0.3];

/** x' = 0.7 x + ε with ε around 1 or -1, as a coin falls; then in other units. */
function mixtureAutoregression(length: number): Float64Array {
  const generator = new RandomGenerator(1);
  const coins = rand([length], { generator, dtype: 'float64' }).toArray();
  const noise = randn([length], { generator, dtype: 'float64' }).toArray();
  const values = new Float64Array(length);
  for (let i = 1; i < length; i++) {
    values[i] = 0.7 * values[i - 1]! + (coins[i]! < 0.5 ? MEAN : -MEAN) + DEVIATION * noise[i]!;
  }
  return values.map((value) => 100 + UNIT * value);
}

/** Of the noise in the data's units, in nats: the integral of -p log p. */
function trueEntropy(): number {
  const gaussian = (x: number) => Math.exp(-((x / DEVIATION) ** 2) / 2) / (DEVIATION * Math.sqrt(2 * Math.PI));
  const width = 1e-4;
  let entropy = 0;
  for (let x = -4; x < 4; x += width) {
    const density = (gaussian(x - MEAN) + gaussian(x + MEAN)) / 2;
    entropy -= density * Math.log(density) * width;
  }
  return entropy + Math.log(UNIT);
}

const evaluate = (run: string, ...flags: string[]) => runCli(['evaluate', run, ...flags], { cwd: folder });

test('a model of a known law comes near its entropy, and its intervals hold what they promise', async () => {
  const { status, stdout } = await evaluate('run', '--json', '--horizon', '6');
  expect(status).toBe(0);
  const { oneStep, backtest, lostTo } = JSON.parse(stdout) as ForecastEvaluation;
  expect(oneStep.count).toBe(4000);
  expect(Math.abs(oneStep.nll - trueEntropy())).toBeLessThan(0.05);
  expect(oneStep.pit.pValue).toBeGreaterThan(0.01);
  for (const { coverage } of [oneStep, backtest.rows[0]!]) {
    expect(coverage[2]).toBeGreaterThan(0.87);
    expect(coverage[2]).toBeLessThan(0.93);
  }
  expect(backtest).toMatchObject({ horizon: 6, numForecasts: 333 }); // every second of 666
  expect(lostTo).toEqual([]);
});

test('the same in words, and the same each time', async () => {
  const { stdout } = await evaluate('run', '--horizon', '12', '--season', '4');
  expect(stdout).toMatch(/^x, one step ahead, 4000 values: NLL \d\.\d+ nats, CRPS \d\.\d+\n/);
  expect(stdout).toMatch(/12 steps ahead, 333 forecasts, season 4:/);
  expect(stdout).toMatch(/\n {2}seasonal naive +\d/);
  expect(stdout).toMatch(/The model beats all naive forecasts in CRPS\.\n$/);
  expect((await evaluate('run', '--horizon', '12', '--season', '4')).stdout).toBe(stdout);
});

test('a model that loses is told to', async () => {
  writeFileSync(join(folder, 'line.csv'), `x\n${Array.from({ length: 60 }, (_, i) => 70 + i).join('\n')}\n`);
  const { stdout } = await evaluate('run', '--data', 'line.csv', '--horizon', '5');
  expect(stdout).toMatch(/The model loses to .*drift in CRPS\.\n$/);
});

test('without values that are new to the model there is nothing to say', async () => {
  const { status, stderr } = await evaluate('whole');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: Expected held-out data.*--validation 0\.2.*--data\n$/);
  const tooFar = await evaluate('run', '--horizon', '4001');
  expect(tooFar).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/at least 4001 held-out values.* found 4000/),
  });
});
