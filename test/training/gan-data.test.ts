import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeGrid } from '../../src/report/png';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { runCli, useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

/** A folder with gray PNG files. */
function writeImages(count: number, height: number, width: number): string {
  const dir = join(folder(), 'images');
  mkdirSync(dir);
  const generator = new RandomGenerator(1);
  for (let index = 0; index < count; index++) {
    const pixels = rand([height * width], { generator }).toArray();
    const png = encodeGrid(pixels as Float32Array, { height, width, padding: 0, scale: 1, range: [0, 1] });
    writeFileSync(join(dir, `${String(index).padStart(3, '0')}.png`), png);
  }
  return dir;
}

const configOf = (run: string) => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));

test.each([1, 5])('%d images make one batch an epoch, and a run that goes on', async (count) => {
  const data = writeImages(count, 6, 4);
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  const options = { data, hidden: 8, threads: 1, onWarning: () => {} };
  const batches: number[] = [];
  const { settings } = await trainGan({
    ...options,
    epochs: 4,
    out: whole,
    onProgress: (progress) => batches.push(progress.batches),
  }).result;
  expect(settings.batchSize).toBe(count);
  expect(batches).toEqual([1, 1, 1, 1]);
  await trainGan({ ...options, epochs: 2, out: parts }).result;
  await trainGan({ resume: parts, epochs: 4, threads: 1, onWarning: () => {} }).result;
  for (const name of ['model.safetensors', 'checkpoint.safetensors']) {
    expect(readFileSync(join(parts, name)).equals(readFileSync(join(whole, name)))).toBe(true);
  }
});

test('what was skipped is a warning, and in config.json and the report', async () => {
  const data = writeImages(8, 6, 4);
  writeFileSync(join(data, 'labels.txt'), 'none');
  truncateSync(join(data, '003.png'), 50);
  const description = '7 images, 4 × 6, gray, 2 skipped: 1 .txt, 1 damaged (003.png)';
  for (const worker of [false, true]) {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const out = join(folder(), `run-${worker}`);
    await trainGan({ data, hidden: 8, epochs: 1, batchSize: 4, out, worker, onWarning }).result;
    expect(warnings[0]).toBe(`${data}: ${description}`);
    expect(warnings.filter((message) => message.includes('images,'))).toHaveLength(1);
    expect(configOf(out).images).toBe(description);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain(`images · ${description} · 1 epoch`);
  }
});

test('the command line says what was read', async () => {
  writeImages(4, 6, 4);
  const args = ['train', 'gan', '--data', 'images', '--epochs', '1', '--hidden', '8', '--out', 'run'];
  const { status, stderr } = await runCli(args, { cwd: folder() });
  expect(status).toBe(0);
  expect(stderr).toContain('Trained on 4 images, 4 × 6, gray\n');
});

test('a training that ends with static says so, with advice', async () => {
  const warnings: string[] = [];
  const data = join(folder(), 'ramps.idx');
  const header = [0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 16, 0, 0, 0, 16];
  const ramps = Array.from({ length: 40 * 256 }, (_, index) => (index % 16) * 8 + Math.floor(index / 256));
  writeFileSync(data, Uint8Array.from([...header, ...ramps]));
  const training = trainGan({ data, epochs: 2, lr: 1e-6, onWarning: (message) => warnings.push(message) });
  const problems: unknown[] = [];
  for await (const { problem } of training) problems.push(problem);
  expect(problems).toEqual([undefined, expect.stringMatching(/^the samples look like static/)]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Epoch 1: the samples look like static.*few steps \(2 of 40 images\): try more epochs/),
  ]);
});

test('images too large for the networks are refused before the training, with what they need', async () => {
  const data = join(folder(), 'large.idx');
  const header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 8, 0, 0, 0, 8, 0];
  writeFileSync(data, Buffer.concat([Buffer.from(header), Buffer.alloc(2 ** 23, 7)]));
  const epochs: object[] = [];
  const run = (options: object) => {
    const training = trainGan({ data, epochs: 1, out: join(folder(), 'run'), onWarning: () => {}, ...options });
    return training.result.then((result) => epochs.push(result));
  };
  await expect(run({ hidden: 100_000 })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(
      /^Training on 2 images of 2048 x 2048 pixels with hidden: 100000 needs at least 1\d{4} GiB of memory, but the limit is .* GiB\. Use a smaller resolution or hidden\.$/,
    ),
  });
  expect(epochs).toEqual([]);
  // Small networks draw them.
  await run({ hidden: 1 });
  expect(loadGenerator(join(folder(), 'run')).generator.dataDim).toBe(2 ** 22);
});
