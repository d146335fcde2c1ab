import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/tensor/safetensors';
import { type CliResult, co2, jsonLines, runCli, trainArticle, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const noise = ['train', 'gan', '--data', 'noise', '--threads', '1'];
const mdnRnn = [...trainArticle, '--data', co2, '--column', 'CO2'];

const bytes = (run: string, file = 'model.safetensors') => readFileSync(join(run, file));
const epochsIn = (run: string) => jsonLines(bytes(run, 'metrics.jsonl').toString()).map(({ epoch }) => epoch);
const range = (length: number) => Array.from({ length }, (_, index) => index);

test.each([
  ['the GAN', noise, 300],
  ['the MDN-RNN', mdnRnn, 12],
])('%s, killed after its checkpoint, goes on from there to the same weights and metrics', async (_, args, epochs) => {
  const [whole, run] = [join(folder(), 'whole'), join(folder(), 'run')];
  expect((await runCli([...args, '--epochs', String(epochs), '--out', whole])).status).toBe(0);
  await runCli([...args, '--epochs', '3', '--out', run]);

  const resume = [...args.slice(0, 2), '--resume', run, '--epochs', String(epochs), '--threads', '1', '--json'];
  const killed = await runCli(resume, { signal: 'SIGKILL', signalAfter: 3 });
  expect(killed.status).toBeNull();
  const kept = Number(readSafetensors(join(run, 'checkpoint.safetensors')).metadata.epoch);
  expect(kept).toBeGreaterThanOrEqual(3);

  const { stdout } = await runCli(resume);
  expect(jsonLines(stdout).map(({ epoch }) => epoch)).toEqual(range(epochs).slice(kept));
  expect(epochsIn(run)).toEqual(range(epochs));
  expect(bytes(run).equals(bytes(whole))).toBe(true);
  expect(bytes(run, 'checkpoint.safetensors').equals(bytes(whole, 'checkpoint.safetensors'))).toBe(true);
});

test('a run made longer and interrupted keeps its new length, and its lines say it', async () => {
  const run = join(folder(), 'run');
  await runCli([...noise, '--epochs', '5', '--out', run]);
  const longer = ['train', 'gan', '--resume', run, '--epochs', '401', '--threads', '1'];
  const { status, stdout } = await runCli(longer, { signal: 'SIGINT', signalAfter: 2 });
  expect(status).toBe(130);
  expect(stdout).toMatch(/^Epoch \[10\/401\], Loss D: .*\nEpoch \[20\/401\], Loss D: /);

  const rest = await runCli(['train', 'gan', '--resume', run, '--threads', '1']);
  expect(rest.stdout).toMatch(/Epoch \[400\/401\], .*\n$/);
  expect(rest.stdout).not.toMatch(/Epoch \[20\//);
  expect(epochsIn(run)).toEqual(range(401));
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s too leaves a checkpoint', async (signal, expected) => {
  const run = join(folder(), 'run');
  const args = [...mdnRnn, '--epochs', '500', '--json', '--out', run];
  const { status, stderr } = await runCli(args, { signal, signalAfter: 2 });
  expect(status).toBe(expected);
  expect(stderr.replace(/^warning: .*\n/, '')).toBe(`Interrupted; continue with --resume ${run}\n`);
  expect(Number(readSafetensors(join(run, 'checkpoint.safetensors')).metadata.epoch)).toBeGreaterThan(1);
});

test('under nohup SIGHUP is ignored', async () => {
  const args = [...noise, '--epochs', '401', '--out', join(folder(), 'run')];
  const env = { _: '/usr/bin/nohup' }; // as shells tell what they run
  const { status, stdout } = await runCli(args, { signal: 'SIGHUP', signalAfter: 2, env });
  expect(status).toBe(0);
  expect(stdout).toContain('Epoch [400/401]');
});

test('of two processes that continue a run one is told that the other does', async () => {
  const run = join(folder(), 'run');
  await runCli([...noise, '--epochs', '3', '--out', run]);
  const resume = ['train', 'gan', '--resume', run, '--epochs', '320', '--threads', '1', '--json'];
  const results = await Promise.all([runCli(resume), runCli(resume)]);
  results.sort((a, b) => a.status! - b.status!);
  const [finished, refused] = results as [CliResult, CliResult];
  expect([finished.status, refused.status]).toEqual([0, 1]);
  expect(refused.stderr).toMatch(
    /^error: The run folder .*run is locked by process \d+ on .*, since 20.*: wait until that training ends, or stop it\n$/,
  );
  expect(epochsIn(run)).toEqual(range(320));
  expect(existsSync(join(run, 'lock.json'))).toBe(false);
});

test('of two processes that begin a run in one folder one does', async () => {
  const run = join(folder(), 'run');
  const args = [...noise, '--epochs', '320', '--json', '--out', run];
  const results = await Promise.all([runCli(args), runCli(args)]);
  expect(results.map(({ status }) => status).sort()).toEqual([0, 1]);
  expect(results.find(({ status }) => status === 1)!.stderr).toMatch(/is locked by process|already contains a run/);
  expect(epochsIn(run)).toEqual(range(320));
});

test('a run of another kind, or with other options, is refused by name and left as it is', async () => {
  const run = join(folder(), 'run');
  await runCli([...noise, '--epochs', '2', '--out', run]);
  const contents = () =>
    ['checkpoint.safetensors', 'config.json', 'metrics.jsonl'].map((file) => bytes(run, file).toString('latin1'));
  const before = contents();
  const { status, stdout, stderr } = await runCli(['train', 'mdn-rnn', '--resume', run, '--epochs', '4']);
  const message = expect.stringMatching(/^error: Expected a run of kind mdn-rnn in .*run but found gan\n$/);
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: message });
  const hidden = await runCli(['train', 'gan', '--resume', run, '--hidden', '8', '--epochs', '4']);
  const refused = `error: Cannot change --hidden to 8 when resuming: ${run} was trained with 128. Train a new run for that.\n`;
  expect(hidden).toEqual({ status: 2, stdout: '', stderr: refused });
  const seed = await runCli(['train', 'gan', '--resume', run, '--seed', '8']);
  expect(seed.stderr).toBe(
    `error: Cannot change --seed to 8 when resuming: ${run} was trained with 0. --init ${run} starts a new run, with other options, from its weights.\n`,
  );
  expect(contents()).toEqual(before);
});
