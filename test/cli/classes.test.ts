import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { writeHalves } from '../training/halves';
import { runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const run = (...args: string[]) => runCli(args, { cwd: folder(), env: { OMP_NUM_THREADS: '1' } });
const train = [
  'train',
  'gan',
  '--data',
  'halves',
  '--hidden',
  '32',
  '--batch-size',
  '12',
  '--epochs',
  '60',
  '--out',
  'run',
];
const read = (name: string) => readFileSync(join(folder(), name));

test('a folder of class folders: trained, drawn by class, evaluated and exported', async () => {
  writeHalves(folder());
  const trained = await run(...train, '--conditional');
  expect(trained).toMatchObject({ status: 0, stderr: expect.stringContaining('72 images, 16 × 16, gray, 3 classes') });

  for (const name of ['top', '2']) {
    expect((await run('sample', 'run', '--class', name, '--count', '1', '--out', `${name}.png`)).status).toBe(0);
  }
  expect(read('2.png')).toEqual(read('top.png'));
  const { data, width } = PNG.sync.read(read('top.png'));
  const mean = (from: number, to: number) =>
    data.subarray(from, to).reduce((sum, level) => sum + level, 0) / (to - from);
  expect([width, mean(0, 512) - mean(512, 1024) > 50]).toEqual([16, true]);
  await run('sample', 'run', '--between', '1', '2', '--class', 'left', '--steps', '2', '--out', 'frames/');
  await run('sample', 'run', '--class', 'left', '--seed', '1', '--count', '1', '--out', 'left.png');
  expect(read('frames/1-2-0000.png')).toEqual(read('left.png'));

  const evaluated = await run('evaluate', 'run', '--count', '200', '--data', 'halves'); // compared without classes
  expect(evaluated).toMatchObject({ status: 2, stderr: expect.stringMatching(/at least 65 images for each half of real/) }); // biome-ignore format: one line
});

test('MNIST by digits: the report tells how often a sample is of its class', async () => {
  const options = ['--conditional', '--epochs', '1', '--hidden', '64', '--out', 'digits'];
  expect((await run('train', 'gan', ...options)).status).toBe(0);
  const { stdout } = await run('evaluate', 'digits', '--count', '500');
  expect(stdout).toMatch(/\nOf the class asked for: \d+\.\d % of the samples, 98\.\d % of other real images, as a classifier sees them\.\n/); // biome-ignore format: one line
  expect(stdout).toMatch(/\nLeast often: \d \(\d+\.\d %\), \d \(\d+\.\d %\), \d \(\d+\.\d %\)\.\n/);
  const { classes } = JSON.parse(read('digits/evaluation.json').toString());
  expect(classes.byClass).toHaveLength(10);
  expect((await run('report', 'digits', '--out', 'report.html')).status).toBe(0);
  expect(read('report.html').toString()).toContain('Samples of the class asked for');
  expect((await run('sample', 'digits', '--class', '7', '--count', '2', '--out', 'sevens/')).status).toBe(0);
});

test.each([
  [['--class', 'bottom'], 'Expected one of left, right, top, or 0 to 2, for --class but received "bottom"'],
  [['--class', '3'], 'Expected one of left, right, top, or 0 to 2, for --class but received "3"'],
])('%j is refused', async (args, message) => {
  writeHalves(folder());
  await run(...train.slice(0, -4), '--epochs', '1', '--conditional', '--out', 'run');
  expect(await run('sample', 'run', ...args)).toEqual({ status: 2, stdout: '', stderr: `error: ${message}\n` });
  expect(existsSync(join(folder(), 'grid.png'))).toBe(false);
});

test('without classes, none can be asked for, and one folder has none', async () => {
  writeHalves(folder(), { halves: ['left'] });
  const { status, stderr } = await run(...train, '--conditional');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: Expected the images of each class in a folder of its own in .*, but all are in one folder/)]); // biome-ignore format: one line
  await run(...train.slice(0, -4), '--epochs', '1', '--out', 'run');
  expect((await run('sample', 'run', '--class', 'left')).stderr).toBe(
    'error: Expected nothing, as the GAN was trained without classes, for --class but received "left"\n',
  );
});
