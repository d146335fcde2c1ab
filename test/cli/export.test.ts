import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Discriminator } from '../../src/models/discriminator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { readSafetensors } from '../../src/tensor/safetensors';
import { loadDiscriminator, loadGenerator } from '../../src/training/load-run';
import { co2, runCli, trainArticle } from './cli';

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  const gan = ['train', 'gan', '--as-written', '--hidden', '9', '--epochs', '2', '--out', 'gan'];
  const mdnRnn = [...trainArticle, '--data', co2, '--column', 'CO2', '--hidden', '7', '--epochs', '1', '--out', 'mdn'];
  for (const args of [gan, mdnRnn]) expect(await runCli(args, { cwd: folder })).toMatchObject({ status: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('safetensors are state dicts that load here and in PyTorch, with what the run was', async () => {
  const args = ['--format', 'safetensors', '--out', 'weights.safetensors'];
  const discriminator = ['export', 'gan', ...args, '--part', 'discriminator'];
  expect(await runCli(discriminator, { cwd: folder })).toEqual({
    status: 0,
    stdout: '',
    stderr: 'The model is in weights.safetensors\n',
  });
  const { tensors, metadata } = readSafetensors(file('weights.safetensors'));
  new Discriminator({ hiddenDim: 9 }).loadStateDict(tensors);
  const expected = loadDiscriminator(file('gan')).stateDict();
  for (const [name, tensor] of Object.entries(tensors)) expect(tensor.equal(expected[name]!)).toBe(true);
  expect(metadata).toMatchObject({ format: 'pt', kind: 'gan' });
  expect(JSON.parse(metadata.settings!)).toMatchObject({ hidden: 9 });

  await runCli(['export', 'mdn', ...args], { cwd: folder });
  const series = readSafetensors(file('weights.safetensors'));
  new MdnRnn({ hiddenDim: 7 }).loadStateDict(series.tensors);
  const settings = JSON.parse(series.metadata.settings!);
  expect(settings.column).toBe('CO2');
  expect(settings.encodings).toBeDefined(); // to scale by
  expect(settings.data).toBeUndefined();
});

test('the part of a GAN is the generator if none is named, and the file is named after it', async () => {
  for (const format of ['onnx', 'safetensors']) {
    await runCli(['export', 'gan', '--format', format], { cwd: folder });
    await runCli(['export', 'mdn', '--format', format], { cwd: folder });
    expect([existsSync(file(`generator.${format}`)), existsSync(file(`mdn-rnn.${format}`))]).toEqual([true, true]);
  }
  const { tensors } = readSafetensors(file('generator.safetensors'));
  const { generator } = loadGenerator(file('gan'));
  for (const [name, tensor] of Object.entries(generator.stateDict())) expect(tensors[name]!.equal(tensor)).toBe(true);
});

test.each([
  ['export gan', 2, /^error: --format is required: "safetensors" or "onnx"\.\n$/],
  ['export gan --format pickle', 2, /Expected "safetensors" or "onnx" for --format but received "pickle"/],
  ['export gan --format onnx --part mixer', 2, /for --part but received "mixer"/],
  ['export mdn --format onnx --part generator', 2, /Expected "mdn-rnn" for --part but received "generator"/],
  ['export nowhere --format onnx', 1, /Cannot read the run folder nowhere/],
  ['export gan --format onnx --out no/model.onnx', 1, /Cannot write no\/model\.onnx: no such file or folder/],
])('%s', async (command, status, message) => {
  const before = readdirSync(folder);
  const { stderr, ...result } = await runCli(command.split(' '), { cwd: folder });
  expect({ ...result, stderr }).toEqual({ status, stdout: '', stderr: expect.stringMatching(message) });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(readdirSync(folder)).toEqual(before);
});
