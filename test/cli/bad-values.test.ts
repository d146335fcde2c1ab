import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { co2, runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();

/** The command line, the exit status, and what the one message says. */
const cases: [command: string, status: number, message: RegExp][] = [
  ['train gan --as-written --epochs abc', 2, /--epochs <n>' argument 'abc'.*whole number of at least 1/],
  ['train gan --as-written --batch-size 0', 2, /--batch-size <n>' argument '0'/],
  ['train gan --as-written --threads 0', 2, /--threads <n>' argument '0'/],
  ['train gan --as-written --threads 100000', 2, /1 to 4096 for numThreads but received 100000/],
  ['train gan --as-written --lr -1', 2, /--lr <rate>' argument '-1'.*above 0/],
  ['train gan --as-written --lr nan', 2, /--lr <rate>' argument 'nan'/],
  ['train gan --as-written --real-label 0', 2, /--real-label <x>' argument '0'.*above 0, at most 1/],
  ['train gan --as-written --real-label 2', 2, /--real-label <x>' argument '2'/],
  ['train gan --as-written --seed 1.5', 2, /--seed <n>' argument '1\.5'.*whole number/],
  ['train gan --as-written --seed 9007199254740993', 2, /--seed.*at most 9007199254740991/],
  ['train gan --as-written --preset recommended', 2, /"article".*for preset but received "recommended"/],
  ['train gan --as-written --loss hinge', 2, /"bce", which asWritten minimises, for loss but received "hinge"/],
  ['train gan --loss wgan', 2, /--loss <name>' argument 'wgan'.*bce or hinge or least-squares/],
  ['train gan --loss hinge --real-label 0.9', 2, /1, as the hinge loss has no targets.* for realLabel/],
  ['train gan --clip-norm 0', 2, /--clip-norm <x>' argument '0'.*above 0/],
  ['train gan --ema-decay 1', 2, /--ema-decay <x>' argument '1'.*from 0 to below 1/],
  ['train gan --as-written --batch-size 1000000000000000', 1, /not enough memory for another [\d.]+ GiB/],
  ['train gan extra', 2, /too many arguments/],
  [`train mdn-rnn --data ${co2}`, 2, /required option '--column' not specified/],
  [`train mdn-rnn --data ${co2} --column CO2 --window 0`, 2, /--window <n>' argument '0'/],
  [`train mdn-rnn --data ${co2} --column CO2 --window 741`, 1, /at least 742 values.*validation 0\.2 leaves 593/],
  [`train mdn-rnn --data ${co2} --column CO2 --mixtures 0`, 2, /--mixtures <n>' argument '0'/],
  [`train mdn-rnn --data ${co2} --column CO2 --validation 1`, 2, /--validation <part>' argument '1'.*below 1/],
  [`train mdn-rnn --data ${co2} --column CO2 --loss mae`, 2, /--loss <name>' argument 'mae'.*nll or mse/],
  ['train mdn-rnn --resume .', 1, /Cannot read the run folder/],
  ['sample', 2, /missing required argument 'run'/],
  ['sample run --count 0', 2, /--count <n>' argument '0'/],
  ['forecast run --quantiles 0.1,1', 2, /--quantiles.*between 0 and 1/],
  ['forecast run --temperature 0', 2, /--temperature.*above 0/],
  ['forecast run --out forecast.txt', 2, /--out.*\.csv or \.json/],
];

test.each(cases)('%s', async (command, status, message) => {
  const { stderr, ...result } = await runCli(command.split(' '), { cwd: folder() });
  expect({ ...result, stderr }).toEqual({ status, stdout: '', stderr: expect.stringMatching(message) });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(readdirSync(folder())).toEqual([]);
});

test('a GAN whose numbers blow up after an epoch says at which step, and keeps its metrics', async () => {
  const args = ['train', 'gan', '--data', 'noise', '--lr', '1e20', '--json', '--out', 'run'];
  const { status, stdout, stderr } = await runCli(args, { cwd: folder() });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^error: The loss is NaN at step \d+.*: lower the learning rate \(lr\)[^\n]*\n$/),
  });
  expect(readFileSync(join(folder(), 'run', 'metrics.jsonl'), 'utf8')).toBe(stdout);
});
