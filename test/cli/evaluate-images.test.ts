import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { ImageEvaluation } from '../../src/evaluation/evaluate-images';
import { DcganDiscriminator } from '../../src/models/dcgan';
import { exportOnnx } from '../../src/models/onnx';
import { encodeGrid } from '../../src/report/png';
import { RandomGenerator, rand } from '../../src/tensor/random';
import { cacheIn, runCli } from './cli';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  await runCli(['train', 'gan', '--preset', 'article', '--epochs', '2', '--hidden', '64', '--out', 'run'], options());
  await runCli(['train', 'gan', '--data', 'noise', '--epochs', '1', '--out', 'noise'], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One thread: more slow each other down where tests run side by side. */
const options = () => ({ cwd: folder, env: { OMP_NUM_THREADS: '1' } });
const evaluate = (run: string, ...flags: string[]) => runCli(['evaluate', run, ...flags], options());

test('where nothing can be cached, the classifier is trained, which one line says', async () => {
  const blocked = join(folder, 'blocked');
  writeFileSync(blocked, '');
  const { status, stdout, stderr } = await runCli(['evaluate', 'run', '--count', '100'], {
    cwd: folder,
    env: cacheIn(blocked),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^Training the classifier .*\n$/) });
  expect(stdout).toMatch(/^Compared with 60000 images of mnist/);
});

test('in words', async () => {
  const { status, stdout } = await evaluate('run', '--count', '1000');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Compared with 60000 images of mnist, .* with 98\.\d % accuracy on MNIST's test digits:\n/);
  for (const row of ['generated +1000', 'other real +10000', 'pixel noise +1000']) {
    expect(stdout).toMatch(new RegExp(`\n  ${row} +[\\d.]+ +-?[\\d.]+ +[\\d.]+ +[\\d.]+ % +[\\d.]+ % +\\d\\.\\d\\d\n`));
  }
  expect(stdout).toMatch(/\nThe Fréchet distance is \d+\.\d % of that of independent pixels\.\n/);
  expect(stdout).toMatch(/\nDigits: 0: .* 9: \d+\.\d %\n/);
  expect(stdout).toMatch(/\nCopies of training images: \d\.\d % of 250 samples, \d\.\d % of other real images\.\n/);
  expect(stdout).toMatch(/\nIt rarely draws the digits [\d, ]+\.\n/); // after two epochs
  expect(stdout).toMatch(/\nProblem: the samples cover only \d\.\d % of the real images \(recall\)\.\n$/);
  expect(stdout).not.toContain('No problem');
});

test('as JSON, in evaluation.json too, and the same each time', async () => {
  const { stdout } = await evaluate('run', '--count', '300', '--json');
  const evaluation = JSON.parse(stdout) as ImageEvaluation;
  expect(evaluation.rows[0]).toMatchObject({ name: 'generated', count: 300 });
  const file = () => JSON.parse(readFileSync(join(folder, 'run', 'evaluation.json'), 'utf8'));
  expect(file()).toEqual({ kind: 'gan', ...evaluation });
  expect((await evaluate('run', '--count', '300', '--json')).stdout).toBe(stdout);
  const other = JSON.parse((await evaluate('run', '--count', '300', '--json', '--seed', '5')).stdout);
  expect(other.rows[0].frechet).not.toBe(evaluation.rows[0]!.frechet);
  expect(file().rows[0].frechet).toBe(other.rows[0].frechet);
});

test('a run on PNG files of another size claims no digits', async () => {
  mkdirSync(join(folder, 'images'));
  const size = { height: 12, width: 20 };
  const values = rand([150, 240], { generator: new RandomGenerator(1) });
  for (let index = 0; index < 150; index++) {
    const image = encodeGrid(values.select(0, index).toArray() as Float32Array, { ...size, padding: 0, scale: 1 });
    writeFileSync(join(folder, 'images', `${index}.png`), image);
  }
  const args = ['--data', 'images', '--epochs', '2', '--batch-size', '50', '--hidden', '16', '--out', 'png'];
  await runCli(['train', 'gan', ...args], options());
  const { status, stdout } = await evaluate('png', '--count', '70');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Compared with 75 images of .*images,/);
  expect(stdout).toContain(', by random convolutional features (compare only within this table):\n');
  expect(stdout).not.toContain('Digits');

  const otherSize = await evaluate('png', '--data', 'mnist');
  expect(otherSize).toMatchObject({
    status: 1,
    stderr: "error: Expected images of 20 x 12 pixels in mnist, the generator's, but found 28 x 28\n",
  });
});

test('the nearest training images are a picture, which the report shows and a resumed training forgets', async () => {
  const picture = () => join(folder, 'png', 'nearest.png');
  const { width, height } = PNG.sync.read(readFileSync(picture()));
  expect([width, height]).toEqual([2 * (2 + 8 * 22), 2 * (2 + 4 * 14)]); // of 20 x 12 pixels
  const { nearest } = JSON.parse(readFileSync(join(folder, 'png', 'evaluation.json'), 'utf8'));
  expect(nearest).toMatchObject({ count: 70, copies: 0, closest: { length: 8 } });
  await runCli(['report', 'png'], options());
  const report = readFileSync(join(folder, 'png', 'report.html'), 'utf8');
  expect(report).toContain(readFileSync(picture()).toString('base64'));
  await runCli(['train', 'gan', '--resume', 'png', '--epochs', '3'], options());
  expect(existsSync(picture())).toBe(false);
});

test('by the features of an ONNX file', async () => {
  const discriminator = new DcganDiscriminator({ resolution: 32, channels: 3, filters: 1 });
  exportOnnx(join(folder, 'features.onnx'), discriminator.eval());
  const flags = ['--count', '70', '--features', 'features.onnx'];
  const { status, stdout } = await evaluate('png', ...flags);
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Compared with 75 images of .*images, by the 1 features of features\.onnx:\n/),
  });
  const missing = await evaluate('png', '--features', 'no.onnx');
  expect(missing).toMatchObject({ status: 1, stderr: 'error: Cannot read no.onnx: no such file or folder\n' });
  writeFileSync(join(folder, 'no.onnx'), 'no model');
  const invalid = await evaluate('png', '--features', 'no.onnx');
  expect(invalid).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^error: Expected an ONNX model in no\.onnx/),
  });
});

test('a run on noise is refused, and fewer images than features', async () => {
  expect(await evaluate('noise')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^error: Expected a GAN trained on images, but noise was trained on noise/),
  });
  const few = await evaluate('run', '--count', '64');
  expect(few).toMatchObject({ status: 2, stderr: expect.stringMatching(/at least 65 for --count/) });
});

test('the alarm is one line on stderr, and in the records', async () => {
  const args = ['train', 'gan', '--preset', 'article', '--lr', '0.02', '--epochs', '2', '--json'];
  const { status, stdout, stderr } = await runCli(args, options());
  expect(status).toBe(0);
  expect(
    stderr.match(
      /^warning: Epoch \d: one network has won.*; the generator has collapsed: its samples are nearly identical.*Try preset recommended$/gm,
    ),
  ).toHaveLength(1);
  expect(
    stdout
      .trim()
      .split('\n')
      .filter((line) => 'problem' in JSON.parse(line)).length,
  ).toBeGreaterThan(1);
});
