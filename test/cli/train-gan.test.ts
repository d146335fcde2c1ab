import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { bitTest, expectLosses, isSameCpu, pytorch } from '../fixtures/training/losses';
import { cacheIn, jsonLines, runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();

const numbersIn = (text: string) => Array.from(text.match(/[\d.]+(e-?\d+)?/g) ?? [], Number);

bitTest.each(pytorch.asWritten)(
  '--as-written --seed $seed prints the lines of the article in PyTorch',
  async ({ seed, lines }) => {
    const { status, stdout } = await runCli(['train', 'gan', '--as-written', '--seed', String(seed)], {
      cwd: folder(),
    });
    expect(status).toBe(0);
    if (isSameCpu) expect(stdout).toBe(`${lines.join('\n')}\n`);
    expectLosses(numbersIn(stdout), numbersIn(lines.join('\n')));
  },
);

bitTest.each(pytorch.fused)('--digits: seed $seed, $threads threads', async ({ seed, threads, lines }) => {
  const args = ['train', 'gan', '--as-written', '--digits', '--seed', String(seed), '--threads', String(threads)];
  const { stdout } = await runCli(args, { cwd: folder() });
  expectLosses(numbersIn(stdout), numbersIn(lines.join('\n')));
});

bitTest.each(pytorch.mnist)('--preset article on MNIST: $options', async ({ options, losses }) => {
  const flags = { hidden: 'hidden', beta1: 'beta1', realLabel: 'real-label', seed: 'seed', epochs: 'epochs' };
  const values = Object.entries(options).flatMap(([name, value]) => [
    `--${flags[name as keyof typeof flags]}`,
    String(value),
  ]);
  const args = ['train', 'gan', '--preset', 'article', '--json', '--threads', '1', ...values];
  const { status, stdout } = await runCli(args, { cwd: folder(), env: cacheIn(folder()) });
  expect(status).toBe(0);
  const records = jsonLines(stdout);
  expect(records.map(Object.keys)).toEqual(losses.map(() => ['epoch', 'lossD', 'lossG', 'diversity', 'seconds']));
  expectLosses(
    records.flatMap(({ lossD, lossG }) => [lossD!, lossG!]),
    losses.flat(),
  );
});

test('a run folder has everything, and sample draws from it', async () => {
  const run = join(folder(), 'run');
  const { stdout, stderr } = await runCli(['train', 'gan', '--data', 'noise', '--epochs', '3', '--json', '--out', run]);
  expect(stderr).toContain(run);
  expect(readdirSync(run).sort()).toEqual([
    'checkpoint.safetensors',
    'config.json',
    'discriminator.safetensors',
    'metrics.jsonl',
    'model.safetensors',
    'report.html',
    'samples',
  ]);
  expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).toBe(stdout);
  expect(readdirSync(join(run, 'samples'))).toEqual(['epoch-0002.png']);

  const draw = async (seed: string, count = '6') => {
    const out = join(folder(), `grid-${seed}.png`);
    expect((await runCli(['sample', run, '--count', count, '--seed', seed, '--out', out])).status).toBe(0);
    return readFileSync(out);
  };
  const grid = await draw('1');
  expect(PNG.sync.read(grid)).toMatchObject({ width: 2 * (2 + 3 * 30), height: 2 * (2 + 2 * 30) });
  expect(grid.equals(await draw('1'))).toBe(true);
  expect(grid.equals(await draw('2'))).toBe(false);

  const [one, all] = [await draw('1', '1'), await draw('1', '64')].map((bytes) => PNG.sync.read(bytes));
  expect(one).toMatchObject({ width: 28, height: 28 });
  const pixel = (x: number, y: number) => 4 * ((4 + 2 * y) * all!.width + 4 + 2 * x); // framed and magnified
  const first = Array.from({ length: 784 }, (_, index) => all!.data[pixel(index % 28, Math.floor(index / 28))]);
  expect(first).toEqual([...one!.data.filter((_, index) => index % 4 === 0)]);
});

test('a run is not overwritten', async () => {
  const args = ['train', 'gan', '--as-written', '--epochs', '1', '--out', join(folder(), 'run')];
  expect((await runCli(args)).status).toBe(0);
  const before = readFileSync(join(folder(), 'run', 'model.safetensors'));
  const { status, stderr } = await runCli([...args, '--seed', '5']);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^error: .*run already contains a run: choose another folder, or continue it with --resume\n$/,
  );
  expect(readFileSync(join(folder(), 'run', 'model.safetensors')).equals(before)).toBe(true);
});

test('without --out a new folder under runs/ is taken each time', async () => {
  for (let i = 0; i < 2; i++) await runCli(['train', 'gan', '--as-written', '--epochs', '1'], { cwd: folder() });
  expect(readdirSync(join(folder(), 'runs')).sort()).toEqual(['gan', 'gan-2']);
});

test('Ctrl-C leaves a checkpoint, from which --resume gives the uninterrupted numbers', async () => {
  const args = (epochs: number) => [
    'train',
    'gan',
    '--data',
    'noise',
    '--epochs',
    String(epochs),
    '--threads',
    '1',
    '--json',
  ];
  const [whole, run] = [join(folder(), 'whole'), join(folder(), 'run')];
  await runCli([...args(400), '--out', whole]);
  const stopped = await runCli([...args(400), '--out', run], { signal: 'SIGINT', signalAfter: 20 });
  expect(stopped).toMatchObject({ status: 130, stderr: `Interrupted; continue with --resume ${run}\n` });
  expect(existsSync(join(run, 'checkpoint.safetensors'))).toBe(true);
  expect(jsonLines(stopped.stdout).length).toBeLessThan(400);

  expect((await runCli(['train', 'gan', '--resume', run, '--threads', '1', '--json'])).status).toBe(0);
  const model = (folder: string) => readFileSync(join(folder, 'model.safetensors'));
  expect(model(run).equals(model(whole))).toBe(true);
  const losses = (folder: string) =>
    jsonLines(readFileSync(join(folder, 'metrics.jsonl'), 'utf8')).map(({ epoch, lossD, lossG }) => [
      epoch,
      lossD,
      lossG,
    ]);
  expect(losses(run)).toEqual(losses(whole));
});
