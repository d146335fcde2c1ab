import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { co2, runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();

test('a CSV file is forecast without training, to the same numbers each time', async () => {
  const args = ['forecast', co2, '--column', 'CO2', '--time', 'Date', '--horizon', '3', '--quantiles', '0.05,0.5,0.95'];
  const { status, stdout, stderr } = await runCli(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [header, ...rows] = stdout.trim().split('\n');
  expect(header).toBe('time,step,mean,q0.05,q0.5,q0.95');
  expect(rows.map((row) => row.split(',')[0])).toHaveLength(3);
  for (const row of rows) {
    const [low, median, high] = row.split(',').slice(3).map(Number);
    expect(low! < median! && median! < high!).toBe(true);
  }
  expect((await runCli(args)).stdout).toBe(stdout);
});

test('dates, decimals and separators of another country are read, and dates written as they were', async () => {
  const file = join(folder(), 'verkauf.csv');
  const rows = Array.from({ length: 60 }, (_, day) => {
    const date = new Date(Date.UTC(2024, 0, 15 + day)).toISOString().slice(0, 10).split('-').reverse().join('.');
    return `${date};${(1000 + 50 * (day % 7) + (day % 3)).toFixed(1).replace('.', ',')}`;
  });
  writeFileSync(file, ['Tag;Menge', ...rows].join('\n'));
  const { status, stdout, stderr } = await runCli([
    'forecast',
    file,
    '--column',
    'Menge',
    '--time',
    'Tag',
    '--horizon',
    '2',
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const [, first, second] = stdout.split('\n').map((row) => row.split(','));
  expect([first![0], second![0]]).toEqual(['15.3.2024', '16.3.2024']);
  expect(Math.abs(Number(first![4]) - (1000 + 50 * (60 % 7)))).toBeLessThan(20);
});

test.each([
  [[co2], /--column is required: the column to forecast, or several/],
  [[co2, '--column', 'CO2', '--data', co2], /--data is for a run folder, but .* is a file/],
  [['runs/none', '--column', 'CO2'], /--column is for a CSV file, but runs\/none is not a file/],
  [[co2, '--column', 'C02'], /has no column "C02".* Did you mean "CO2"\?/],
  [[co2, '--column', 'CO2', '--time-zone', 'Berlin'], /the IANA name of a time zone/],
])('forecast %j is refused', async (args, message) => {
  const { status, stderr } = await runCli(['forecast', ...args]);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(message);
});

test('a series that cannot be forecast, rows without a name and series without a value stop no other', async () => {
  const file = join(folder(), 'shops.csv');
  const rows = ['a', 'b', 'c', ''].flatMap((shop) =>
    Array.from({ length: 30 }, (_, day) => {
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      return `${shop},${date},${shop === 'b' ? '' : shop === 'c' && day > 27 ? '1e308' : 10 + (day % 7)}`;
    }),
  );
  writeFileSync(file, ['shop,day,sold', ...rows].join('\n'));
  const out = join(folder(), 'forecast.json');
  const args = ['--column', 'sold', '--series-column', 'shop', '--time', 'day', '--horizon', '2', '--link', 'identity'];
  const { status, stderr } = await runCli(['forecast', file, ...args, '--out', out]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/warning: .*shops\.csv: 30 rows without a name in column "shop" are left out/);
  expect(stderr).toMatch(/warning: .*shops\.csv: series without a value are left out: "b"/);
  const { series } = JSON.parse(readFileSync(out, 'utf8')) as { series: { name: string; steps: { step: number }[] }[] };
  const left = /warning: the series c is left out: /.test(stderr) ? [] : ['c'];
  expect(series.map(({ name }) => name)).toEqual(['a', ...left]);
  for (const { steps } of series) expect(steps.map(({ step }) => step)).toEqual([1, 2]);
});
