import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { co2, jsonLines, runCli, trainArticle, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const noise = ['train', 'gan', '--data', 'noise', '--threads', '1', '--hidden', '6'];
const mdnRnn = [...trainArticle, '--data', co2, '--column', 'CO2', '--hidden', '4'];
const still = ['--lr', '1e-30', '--epochs', '1'];
const run = (name: string) => join(folder(), name);
const weights = (path: string) =>
  Object.values(readSafetensors(path).tensors).map((tensor) => Array.from(tensor.toArray(), Number));
const modelOf = (name: string) => join(run(name), 'model.safetensors');

test('--init starts a GAN from a run, or from a file as PyTorch’s wrappers write it', async () => {
  await runCli([...noise, '--epochs', '3', '--lr', '0.01', '--out', run('first')]);
  const second = await runCli([...noise, ...still, '--init', run('first'), '--out', run('second')]);
  expect([second.status, second.stderr]).toEqual([0, `The run is in ${run('second')}\n`]);
  expect(weights(modelOf('second'))).toEqual(weights(modelOf('first')));
  expect(JSON.parse(readFileSync(join(run('second'), 'config.json'), 'utf8')).settings.init).toBe(run('first'));
  expect(readFileSync(join(run('second'), 'report.html'), 'utf8')).toContain(`<td>${run('first')}</td>`);

  const file = run('wrapped.safetensors');
  const { tensors } = readSafetensors(modelOf('first'));
  const wrapped = Object.entries(tensors).map(([name, value]) => [`module._orig_mod.${name}`, value.to('bfloat16')]);
  writeSafetensors(file, Object.fromEntries(wrapped));
  const relative = ['--init', 'wrapped.safetensors', '--out', 'third'];
  expect((await runCli([...noise, ...still, ...relative], { cwd: folder() })).status).toBe(0);
  expect(weights(modelOf('third'))).toEqual(weights(file));
});

test('--init names what does not fit, and leaves no run folder', async () => {
  await runCli([...noise, '--epochs', '1', '--out', run('first')]);
  const refusal = async (...args: string[]) => {
    const { status, stdout, stderr } = await runCli(['train', 'gan', '--data', 'noise', '--out', run('no'), ...args]);
    expect(stdout).toBe('');
    expect(() => readFileSync(join(run('no'), 'config.json'))).toThrow();
    return [status, stderr];
  };
  expect(await refusal('--init', run('first'))).toEqual([
    2,
    `error: Cannot start from ${run('first')}: model.0.weight has shape [6, 100] there, but [128, 100] here. It requires --hidden 6.\n`,
  ]);
  expect(await refusal('--init', run('nothing'))).toEqual([1, expect.stringMatching(/^error: .*nothing/)]);
  const both = await runCli(['train', 'gan', '--resume', run('first'), '--init', run('first')]);
  expect([both.status, both.stderr]).toEqual([
    2,
    `error: Cannot use --init when resuming: the run continues with the weights of ${run('first')}.\n`,
  ]);
});

test('--init starts an MDN-RNN from a run, and warns of what its data do not share', async () => {
  await runCli([...mdnRnn, '--epochs', '1', '--out', run('first')]);
  const again = [...mdnRnn, ...still, '--init', run('first')];
  const same = await runCli([...again, '--out', run('same')]);
  expect([same.status, weights(modelOf('same'))]).toEqual([0, weights(modelOf('first'))]);
  expect(same.stderr).not.toContain(run('first'));
  const other = await runCli([...again, '--difference', '1', '--validation', '0.4', '--out', run('other')]);
  expect(other.stderr).toContain(
    `warning: ${run('first')} was trained with a difference none, not 1: its weights may mislead at first\n`,
  );
  expect(other.stderr).toMatch(/warning: .*was trained on a part of what is held out here/);
  const start = await runCli([...again, '--start', 'random', '--out', run('start')]);
  expect(start.stderr).toBe(`error: Cannot use --start with --init: the weights start as those of ${run('first')}.\n`);
});

test('--resume takes another learning rate and batch size, and keeps them', async () => {
  await runCli([...mdnRnn, '--epochs', '1', '--batch-size', '64', '--out', run('first')]);
  const resume = ['train', 'mdn-rnn', '--resume', run('first'), '--json'];
  expect((await runCli([...resume, '--epochs', '2', '--lr', '0.01', '--batch-size', '100'])).status).toBe(0);
  const { stdout } = await runCli([...resume, '--epochs', '3']);
  expect(jsonLines(stdout).map(({ epoch }) => epoch)).toEqual([2]);
  const { settings, changes } = JSON.parse(readFileSync(join(run('first'), 'config.json'), 'utf8'));
  expect(settings).toMatchObject({ lr: 0.01, batchSize: 100, epochs: 3 });
  expect(changes).toEqual([
    { epoch: 1, name: 'lr', from: 0.001, to: 0.01 },
    { epoch: 1, name: 'batchSize', from: 64, to: 100 },
  ]);
});
