import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCsvColumns } from '../../src/data/csv';
import { co2, runCli, trainArticle } from './cli';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  const args = [...trainArticle, '--data', co2, '--column', 'CO2', '--epochs', '2', '--window', '12'];
  await runCli([...args, '--out', 'run'], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forecast = (...flags: string[]) =>
  runCli(['forecast', 'run', '--horizon', '3', '--paths', '50', ...flags], { cwd: folder });
const values = readCsvColumns(co2, ['CO2']).CO2!;

function writeSeries(name: string, series: ArrayLike<number>): string {
  writeFileSync(join(folder, name), `other,CO2\n${Array.from(series, (value) => `0,${value}\n`).join('')}`);
  return name;
}

test('only the last window of a series counts, from whatever file', async () => {
  const { stdout: whole } = await forecast();
  const { stdout, stderr } = await forecast('--data', writeSeries('window.csv', values.slice(-12)));
  expect(stderr).toBe('');
  expect(stdout).toBe(whole);
  const { stdout: older } = await forecast('--data', writeSeries('older.csv', values.slice(0, 400)));
  expect(older).not.toBe(whole);
});

test('JSON, on stdout or in a file, has what the CSV has', async () => {
  const { stdout: csv } = await forecast('--quantiles', '0.25,0.75');
  const { stdout, stderr } = await forecast('--quantiles', '0.25,0.75', '--json', '--out', 'forecast.json');
  expect(stderr).toBe('The forecast is in forecast.json\n');
  expect(readFileSync(join(folder, 'forecast.json'), 'utf8')).toBe(stdout);
  const { column, levels, steps } = JSON.parse(stdout);
  expect({ column, levels }).toEqual({ column: 'CO2', levels: [0.25, 0.75] });
  const rows = steps.map((each: { step: number; mean: number; quantiles: number[] }) =>
    [each.step, each.mean, ...each.quantiles].join(','),
  );
  expect(csv).toBe(`step,mean,q0.25,q0.75\n${rows.join('\n')}\n`);
});

test('a series shorter than the window, a missing column or file, and a folder that is not there are named', async () => {
  const before = readdirSync(folder);
  const failures = [
    [
      ['--data', writeSeries('short.csv', values.slice(-11))],
      "at least 12 values, the model's window, in short.csv but found 11",
    ],
    [['--data', 'no.csv'], 'Cannot read no.csv: no such file'],
    [['--out', 'nowhere/forecast.csv'], 'Cannot write nowhere/forecast.csv: no such file or folder'],
    [['--chart', 'nowhere/chart.svg', '--out', 'a.csv'], 'Cannot write nowhere/chart.svg'],
  ] as const;
  for (const [flags, message] of failures) {
    const { status, stdout, stderr } = await forecast(...flags);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(stderr).not.toMatch(/\n {4}at /);
  }
  expect(readdirSync(folder).filter((name) => !before.includes(name))).toEqual(['a.csv', 'short.csv']);
});

test('a run of the other kind, or a damaged one, is refused by name', async () => {
  const sampled = await runCli(['sample', 'run'], { cwd: folder });
  expect(sampled).toMatchObject({
    status: 1,
    stderr: 'error: Expected a run of kind gan in run but found mdn-rnn\n',
  });
  writeFileSync(join(folder, 'run', 'model.safetensors'), readFileSync(join(folder, 'run', 'checkpoint.safetensors')));
  expect((await forecast()).stderr).toMatch(
    /^error: Cannot load run\/model\.safetensors: it is the checkpoint of a run/,
  );
  writeFileSync(join(folder, 'run', 'config.json'), '{"kind":"mdn-rnn","settings":null}');
  const { status, stderr } = await forecast();
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/run\/config\.json is corrupt/) });
});
