import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import { co2, jsonLines, runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const noise = ['train', 'gan', '--data', 'noise', '--threads', '1'];
const mdnRnn = ['train', 'mdn-rnn', '--data', co2, '--column', 'CO2'];

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
  expect(epochsIn(run).length).toBeGreaterThan(3); // trained after the checkpoint, and lost
  expect(readSafetensors(join(run, 'checkpoint.safetensors')).metadata.epoch).toBe('3');

  const { stdout } = await runCli(resume);
  expect(jsonLines(stdout).map(({ epoch }) => epoch)).toEqual(range(epochs).slice(3));
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

test('SIGTERM too leaves a checkpoint', async () => {
  const run = join(folder(), 'run');
  const args = [...mdnRnn, '--epochs', '500', '--json', '--out', run];
  const { status, stderr } = await runCli(args, { signal: 'SIGTERM', signalAfter: 2 });
  expect(status).toBe(143);
  expect(stderr).toBe(`Interrupted; go on with --resume ${run}\n`);
  expect(Number(readSafetensors(join(run, 'checkpoint.safetensors')).metadata.epoch)).toBeGreaterThan(1);
});

test.each([
  ['another model', ['train', 'mdn-rnn'], {}, /Expected a run of kind mdn-rnn in .*run but found gan/],
  ['a damaged position', ['train', 'gan'], { epoch: 'x' }, /Cannot load .*checkpoint\.safetensors: .*for epoch/],
  ['a random state cut short', ['train', 'gan'], { random: 9 }, /Cannot load .*checkpoint\.safetensors: /],
])(
  'a checkpoint of %s is refused by name and left as it is',
  async (_, command, { epoch, random }: Damage, message) => {
    const run = join(folder(), 'run');
    await runCli([...noise, '--epochs', '2', '--out', run]);
    const path = join(run, 'checkpoint.safetensors');
    const { tensors, metadata } = readSafetensors(path);
    if (random) tensors['random.state'] = tensors['random.state']!.slice(0, 0, random);
    writeSafetensors(path, { tensors, metadata: { ...metadata, ...(epoch && { epoch }) } });
    const contents = () =>
      ['checkpoint.safetensors', 'config.json', 'metrics.jsonl'].map((file) => bytes(run, file).toString('latin1'));
    const before = contents();

    const { status, stdout, stderr } = await runCli([...command, '--resume', run, '--epochs', '4']);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(contents()).toEqual(before);
  },
);

interface Damage {
  epoch?: string;
  random?: number;
}
