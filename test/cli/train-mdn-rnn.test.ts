import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bitTest, expectLosses, pytorch } from '../fixtures/training/losses';
import { co2, jsonLines, runCli, trainArticle, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();

type MdnRnnTraining = (typeof pytorch.mdnRnn)[number];

/** The losses that the command line prints for a training of PyTorch's. */
async function trainedLosses({ data, column, options, losses }: MdnRnnTraining, ...flags: string[]): Promise<number[]> {
  const names = { seed: 'seed', epochs: 'epochs', window: 'window', batchSize: 'batch-size' };
  const values = Object.entries(options).flatMap(([name, value]) => [
    `--${names[name as keyof typeof names]}`,
    String(value),
  ]);
  const series = ['--data', join(dirname(co2), data), '--column', column, '--validation', '0'];
  const args = [...trainArticle, '--threads', '1', '--json', ...flags, ...series, ...values];
  const { status, stdout } = await runCli(args, { cwd: folder() });
  expect(status).toBe(0);
  const records = jsonLines(stdout);
  expect(records.map(Object.keys)).toEqual(losses.map(() => ['epoch', 'loss', 'seconds']));
  return records.map(({ loss }) => loss!);
}

bitTest.each(pytorch.mdnRnn)("PyTorch's losses on $data: $options, --exact", async (training) => {
  expectLosses(await trainedLosses(training, '--exact'), training.losses);
});

test.each(pytorch.mdnRnn)("PyTorch's losses on $data: $options, within 1e-5", async (training) => {
  const actual = await trainedLosses(training);
  for (const [epoch, loss] of training.losses.entries()) {
    expect(Math.abs(actual[epoch]! / loss - 1)).toBeLessThan(1e-5);
  }
});

describe('forecast', () => {
  const train = async (run: string) => {
    const args = [
      ...trainArticle,
      '--data',
      co2,
      '--column',
      'CO2',
      '--epochs',
      '12',
      '--validation',
      '0',
      '--out',
      run,
    ];
    expect((await runCli(args)).status).toBe(0);
  };

  test('draws paths in the data units: the same for a seed, wider when hotter, by flag as CSV, JSON and SVG', async () => {
    const run = join(folder(), 'run');
    await train(run);
    const forecast = async (...flags: string[]) => {
      const { status, stdout } = await runCli(['forecast', run, '--horizon', '6', '--paths', '200', ...flags]);
      expect(status).toBe(0);
      return stdout;
    };
    const csv = await forecast();
    const [header, ...rows] = csv
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(header).toEqual(['step', 'mean', 'q0.1', 'q0.5', 'q0.9']);
    expect(rows.map((row) => row[0])).toEqual(['1', '2', '3', '4', '5', '6']);
    for (const [, mean, low, median, high] of rows.map((row) => row.map(Number))) {
      expect(mean).toBeGreaterThan(300); // parts per million, 416 at the end of the series
      expect(mean).toBeLessThan(500);
      expect(low! < median! && median! < high!).toBe(true);
    }
    expect(await forecast()).toBe(csv);
    expect(await forecast('--seed', '1')).not.toBe(csv);

    const width = (json: string) =>
      JSON.parse(json).steps[0].quantiles.reduce((low: number, high: number) => high - low);
    const quantiles = ['--json', '--quantiles', '0.1,0.9'];
    expect(width(await forecast(...quantiles, '--temperature', '4'))).toBeGreaterThan(
      width(await forecast(...quantiles)),
    );

    const [out, chart] = [join(folder(), 'forecast.csv'), join(folder(), 'forecast.svg')];
    expect(await forecast('--out', out, '--chart', chart)).toBe('');
    expect(readFileSync(out, 'utf8')).toBe(csv);
    expect(readFileSync(chart, 'utf8')).toMatch(/^<svg /);
  });
});
