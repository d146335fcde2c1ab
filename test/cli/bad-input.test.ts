import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { co2, runCli, trainArticle, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const gan = ['train', 'gan'];
const mdnRnn = [...trainArticle, '--column', 'CO2', '--data'];
const rows = (count: number, value: (row: number) => number | string) =>
  `Date,CO2\n${Array.from({ length: count }, (_, row) => `${row},${value(row)}\n`).join('')}`;

interface Case {
  args: string[];
  status: number;
  message: RegExp;
  /** A file in the working folder. */
  file?: [name: string, content: string | Buffer];
  env?: NodeJS.ProcessEnv;
}

const truncatedIdx = Buffer.concat([
  Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]),
  Buffer.alloc(100),
]);

const cases: Record<string, Case> = {
  'a missing file': { args: [...mdnRnn, 'no.csv'], status: 1, message: /Cannot read \S*no\.csv: no such file/ },
  'a missing image folder': { args: [...gan, '--data', 'nowhere'], status: 1, message: /Cannot read \S*nowhere/ },
  'a truncated IDX': {
    args: [...gan, '--data', 'a.idx'],
    status: 1,
    message: /a\.idx.*truncated.*1568 bytes.*found 100/,
    file: ['a.idx', truncatedIdx],
  },
  'a missing column': {
    args: [...trainArticle, '--data', co2, '--column', 'CO'],
    status: 1,
    message: /no column "CO".*"CO2"/,
  },
  'a text cell': {
    args: [...mdnRnn, 'a.csv'],
    status: 1,
    message: /a\.csv:4: expected a number in column "CO2" but found "abc"/,
    file: ['a.csv', rows(60, (row) => (row === 2 ? 'abc' : row))],
  },
  'nothing but missing values': {
    args: [...mdnRnn, 'a.csv'],
    status: 1,
    message: /a\.csv:2: all values in column "CO2" are missing/,
    file: ['a.csv', rows(60, () => 'NaN')],
  },
  'an empty file': { args: [...mdnRnn, 'a.csv'], status: 1, message: /a\.csv is empty/, file: ['a.csv', ''] },
  'a short series': {
    args: [...mdnRnn, 'a.csv', '--validation', '0'],
    status: 1,
    message: /at least 25 training values, a window of 24.*a\.csv has 24/,
    file: ['a.csv', rows(24, (row) => row)],
  },
  'a validation part that leaves too little': {
    args: [...mdnRnn, co2, '--validation', '0.99'],
    status: 1,
    message: /validation 0\.99 leaves 8/,
  },
  'a constant series': {
    args: [...mdnRnn, 'a.csv'],
    status: 1,
    message: /is constant: all 48 values are 0\.1/,
    file: ['a.csv', rows(60, () => 0.1)],
  },
  'an unknown flag': {
    args: [...gan, '--epocs', '3'],
    status: 2,
    message: /Unknown option '--epocs'\. Did you mean --epochs\?/,
  },
  'an unknown command': {
    args: ['trian', 'gan'],
    status: 2,
    message: /Unknown command 'trian'\. Did you mean train\?/,
  },
  'epochs 0': {
    args: [...gan, '--epochs', '0'],
    status: 2,
    message: /Expected a whole number of at least 1 for --epochs but received 0/,
  },
  'epochs -1': { args: [...gan, '--epochs', '-1'], status: 2, message: /for --epochs but received -1/ },
  'epochs 1.5': { args: [...mdnRnn, co2, '--epochs', '1.5'], status: 2, message: /for --epochs but received 1\.5/ },
  'a learning rate of 0': {
    args: [...gan, '--lr', '0'],
    status: 2,
    message: /Expected a number above 0 for --lr but received 0/,
  },
  'beta1 1': { args: [...gan, '--beta1', '1'], status: 2, message: /of at least 0 and below 1 for --beta1/ },
  'an unknown preset': {
    args: [...gan, '--preset', 'best'],
    status: 2,
    message: /Expected "recommended" or "article" for --preset but received "best"/,
  },
  'images as written': {
    args: [...gan, '--as-written', '--data', 'mnist'],
    status: 2,
    message: /--as-written requires --data noise\./,
  },
  'a batch larger than the data': {
    args: [...mdnRnn, co2, '--batch-size', '9999'],
    status: 2,
    message: /at most 569, the number of rows, for --batch-size but received 9999/,
  },
  'a device that is none': {
    args: [...gan, '--device', 'gpu'],
    status: 2,
    message: /Expected "auto", "cpu", "cuda" or "cuda:N" for --device/,
  },
  'a device that is not there': {
    args: [...gan, '--as-written', '--device', 'cuda:7'],
    status: 1,
    message: /Device cuda:7 is not available/,
  },
  'a run folder under a file': {
    args: [...gan, '--as-written', '--out', 'a.csv/run'],
    status: 1,
    message: /a\.csv\/run: a part of the path is not a folder/,
    file: ['a.csv', 'x'],
  },
  'a run folder that cannot be written': {
    args: [...gan, '--as-written', '--out', '/proc/run'],
    status: 1,
    message: /Cannot create the folder \/proc\/run/,
  },
  'more memory than there is': {
    args: [...gan, '--as-written', '--hidden', '1000000000000'],
    status: 2,
    message: /--hidden 1000000000000 needs at least [\d.]+ GiB of memory, but the limit is/,
  },
  'numbers that blow up': {
    args: [...mdnRnn, co2, '--lr', '1e30', '--epochs', '2'],
    status: 1,
    message: /loss is \S+ at step \d+.*lower the learning rate/,
  },
  'a libtorch folder with nothing in it': {
    args: [...gan, '--as-written'],
    status: 1,
    message: /LIBTORCH.*\n?.*libc10/s,
    env: { LIBTORCH: '.' },
  },
  'a run that is none': { args: ['sample', 'nowhere'], status: 1, message: /Cannot read the run folder nowhere/ },
  'a resume of nothing': {
    args: [...gan, '--resume', 'nowhere'],
    status: 1,
    message: /Cannot read the run folder nowhere/,
  },
};

test.each(Object.entries(cases))(
  '%s gets one message and leaves nothing',
  async (_, { args, status, message, file, env }) => {
    if (file) writeFileSync(join(folder(), file[0]), file[1]);
    const result = await runCli(args, { cwd: folder(), env });
    expect({ stderr: result.stderr, status: result.status }).toEqual({
      stderr: expect.stringMatching(message),
      status,
    });
    expect(result.stderr).toMatch(/^(warning: .*\n)?error: /);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect(result.stdout).toBe('');
    expect(readdirSync(folder())).toEqual(file ? [file[0]] : []);
  },
);

test('a damaged checkpoint is refused by name and left as it is', async () => {
  const run = join(folder(), 'run');
  await runCli(['train', 'gan', '--as-written', '--epochs', '2', '--out', run]);
  const checkpoint = join(run, 'checkpoint.safetensors');
  writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 5000));
  const { status, stderr } = await runCli(['train', 'gan', '--resume', run, '--epochs', '4']);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^error: Expected checkpoint\.safetensors to have the \d+ weights or more .*, but it has 5000 bytes/,
  );
  expect(readFileSync(checkpoint).length).toBe(5000);
  expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).settings.epochs).toBe(2);
});
