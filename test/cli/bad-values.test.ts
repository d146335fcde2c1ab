import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { commandLine } from '../../src/cli/flags';
import { buildProgram } from '../../src/cli/program';
import { type ErrorCode, LibtorchGenerativeError, messageOn } from '../../src/errors';
import { co2, runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const workingFolder = process.cwd();
beforeEach(() => process.chdir(folder()));
afterEach(() => process.chdir(workingFolder));

/** What the command line says of arguments that it refuses, in this process: others take a second to start. */
async function refusal(args: string[]): Promise<{ code: ErrorCode; message: string }> {
  const program = buildProgram();
  const error = await program.parseAsync(args, { from: 'user' }).then(
    () => new Error('was not refused'),
    (error) => error,
  );
  if (!(error instanceof LibtorchGenerativeError)) throw error;
  expect(readdirSync(folder())).toEqual([]);
  return { code: error.code, message: messageOn(commandLine(program), error) };
}

const mdnRnn = `train mdn-rnn --preset article --data ${co2} --column CO2`;
const size = 'a whole number of at least 1';

test.each([
  ['train gan --as-written --epochs abc', `Expected ${size} for --epochs but received "abc"`],
  ['train gan --as-written --epochs -3', `Expected ${size} for --epochs but received -3`],
  ['train gan --epochs 1e99', `Expected ${size} and at most 9007199254740991 for --epochs but received 1e+99`],
  ['train gan --as-written --batch-size 0', `Expected ${size} for --batch-size but received 0`],
  ['train gan --as-written --batch-size=', `Expected ${size} for --batch-size but received ""`],
  ['train gan --threads 0', `Expected ${size} and at most 4096 for --threads but received 0`],
  ['train gan --threads 99999', `Expected ${size} and at most 4096 for --threads but received 99999`],
  ['train gan --as-written --lr -1', 'Expected a number above 0 for --lr but received -1'],
  ['train gan --as-written --lr nan', 'Expected a number above 0 for --lr but received "nan"'],
  ['train gan --lr 1e999', 'Expected a number above 0 for --lr but received Infinity'],
  ['train gan --real-label 2', 'Expected a number above 0 and of at most 1 for --real-label but received 2'],
  ['train gan --as-written --seed 1.5', 'Expected a whole number for --seed but received 1.5'],
  [
    'train gan --seed 1e16',
    'Expected a whole number of at most 9007199254740991 for --seed but received 10000000000000000',
  ],
  ['train gan --seed 1 --epochs 2 --seed 3', '--seed is given twice.'],
  ['train gan --as-written --preset recommended', '--as-written requires --preset article.'],
  ['train gan --as-written --loss hinge', '--as-written requires --loss bce.'],
  ['train gan --as-written --data mnist', '--as-written requires --data noise.'],
  ['train gan --loss wgan', 'Expected "bce", "hinge", "least-squares" or "wgan-gp" for --loss but received "wgan"'],
  ['train gan --loss hinge --real-label 0.9', '--loss hinge requires --real-label 1.'],
  ['train gan --loss wgan-gp --real-label 0.9', '--loss wgan-gp requires --real-label 1.'],
  ['train gan --r1-gamma -1', 'Expected a number of at least 0 for --r1-gamma but received -1'],
  [
    'train gan --net dcgan --loss wgan-gp',
    "--loss wgan-gp does not work with --net dcgan: its batch normalization makes an image's judgement depend on the others. Use --net resnet, or --loss hinge.",
  ],
  ['train gan --clip-norm 0', 'Expected a number above 0 for --clip-norm but received 0'],
  ['train gan --ema-decay 1', 'Expected a number of at least 0 and below 1 for --ema-decay but received 1'],
  ['train gan --device gpu', 'Expected "auto", "cpu", "cuda" or "cuda:N" for --device but received "gpu"'],
  ['train gan --data=', 'Expected a non-empty string for --data but received ""'],
  ['train gan --out a --resume b', 'Cannot set --out when resuming: the run continues in b.'],
  [`train mdn-rnn --data ${co2}`, '--column is required: the column to forecast, or several.'],
  ['train mdn-rnn --column CO2', '--data is required: a CSV file.'],
  [`${mdnRnn} --window 0`, `Expected ${size} for --window but received 0`],
  [`${mdnRnn} --loss mae`, 'Expected "nll" or "mse" for --loss but received "mae"'],
  [`${mdnRnn} --validation 0 --patience 3`, '--patience requires --validation > 0.'],
  [`${mdnRnn} --validation 0 --lr-patience 3`, '--lr-patience requires --validation > 0.'],
  [`${mdnRnn} --calendar month`, '--calendar requires --time, the column of the dates.'],
  [
    `${mdnRnn} --calendar month,moon`,
    'Expected "hour", "weekday", "month" or "yearday" for --calendar but received "moon"',
  ],
  [
    `${mdnRnn} --validation 0.75 --test 0.5`,
    'Expected --validation and --test to leave a part for training, but 0.75 + 0.5 is not below 1',
  ],
  [`${mdnRnn} --batch-size 9999`, 'Expected at most 569, the number of rows, for --batch-size but received 9999'],
  ['sample run --count 0', `Expected ${size} for --count but received 0`],
  ['forecast run --quantiles 0.1,1', 'Expected a number above 0 and below 1 for --quantiles but received 1'],
  ['forecast run --quantiles 0.1,', 'Expected a number above 0 and below 1 for --quantiles but received ""'],
  ['forecast run --temperature 0', 'Expected a number above 0 for --temperature but received 0'],
  [
    'forecast run --out forecast.txt',
    'Expected a file name ending in .csv or .json for --out but received "forecast.txt"',
  ],
  ['evaluate run --paths 1', 'Expected a whole number of at least 2 for --paths but received 1'],
  ['export run --format pt', 'Expected "safetensors" or "onnx" for --format but received "pt"'],
  ['export run', '--format is required: "safetensors" or "onnx".'],
])('%s', async (command, message) => {
  expect(await refusal(command.split(' '))).toEqual({ code: 'ERR_INVALID_ARGUMENT', message });
});

test.each([
  [`${mdnRnn} --window 741`, 'ERR_DATA_FORMAT', /at least 742 training values.*--validation 0\.2 leaves 593/],
  [`${mdnRnn} --calibrate 200`, 'ERR_DATA_FORMAT', /--validation or lower --calibrate/],
  ['train mdn-rnn --resume .', 'ERR_FILE', /Cannot read the run folder/],
])('%s', async (command, code, message) => {
  expect(await refusal(command.split(' '))).toEqual({ code, message: expect.stringMatching(message) });
});

/** All commands with their flags that take a value. */
function* valueFlags(command: Command, path: string[] = []): Iterable<{ args: string[]; flag: string }> {
  const run = command.registeredArguments.length > 0 ? ['run'] : [];
  for (const option of command.options) {
    if (option.required) yield { args: [...path, ...run], flag: option.long! };
  }
  for (const each of command.commands) yield* valueFlags(each, [...path, each.name()]);
}

const flags = [...valueFlags(buildProgram())].filter(({ args }) => args[0] !== 'setup');

test.each(flags)('$args: $flag takes no empty value, and only flags are named', async ({ args, flag }) => {
  const { code, message } = await refusal([...args, `${flag}=`]);
  expect(code).toBe('ERR_INVALID_ARGUMENT');
  expect(message).toMatch(new RegExp(`^Expected .* for ${flag} but received ""$`));
});

test('one line on stderr, exit status 2, nothing else', async () => {
  for (const command of [
    'train gan --epochs 0',
    'train gan --seed 1 --seed 2',
    'train gan extra',
    'sample',
    'nothing',
  ]) {
    const { stderr, ...result } = await runCli(command.split(' '), { cwd: folder() });
    expect(result).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [A-Z-][^\n]+\n$/);
    expect(readdirSync(folder())).toEqual([]);
  }
});

test('a GAN whose numbers blow up after an epoch says at which step, and keeps its metrics', async () => {
  const args = ['train', 'gan', '--data', 'noise', '--lr', '1e20', '--json', '--out', 'run'];
  const { status, stdout, stderr } = await runCli(args, { cwd: folder() });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^error: The loss is NaN at step \d+.*: lower the learning rate \(--lr\)[^\n]*\n$/),
  });
  expect(readFileSync(join(folder(), 'run', 'metrics.jsonl'), 'utf8')).toBe(stdout);
});
