import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from '../../src/version';
import { runCli, useTemporaryFolder } from './cli';

const root = join(__dirname, '..', '..');
const folder = useTemporaryFolder();

test('the name alone shows what to do first', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'lib', 'cli', 'main.js')], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/First steps:\n.*setup[\s\S]*demo[\s\S]*train gan[\s\S]*train mdn-rnn[\s\S]*--help/);
});

test('--version tells the package and its libtorch', async () => {
  const { status, stdout } = await runCli(['--version']);
  expect(status).toBe(0);
  const [own, libtorch] = stdout.split('\n');
  expect(own).toBe(`libtorch-generative ${packageVersion()}`);
  expect(libtorch).toMatch(/^libtorch: 2\.\d+\.\d+ \((CPU|CUDA)\) in \//);
});

test('--version without libtorch says so', async () => {
  const env = { LIBTORCH: '', XDG_CACHE_HOME: folder(), PATH: '/nowhere' };
  const { status, stdout } = await runCli(['--version'], { env });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/\nlibtorch: not usable: .* not found/),
  });
});

describe('explain', () => {
  const codes = [...readFileSync(join(root, 'src', 'errors.ts'), 'utf8').matchAll(/^ {2}\| '(ERR_\w+)'/gm)];

  test.each(codes.map(([, code]) => code!))('%s says what it means', async (code) => {
    const { status, stdout } = await runCli(['explain', code.toLowerCase()]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${code}\\n\\n\\S[^#]{40,}$`));
  });

  test('without a code it lists all', async () => {
    const { stdout } = await runCli(['explain']);
    const listed = stdout.split('\n').flatMap((line) => line.match(/^(ERR_\w+) +\S.*\.$/)?.[1] ?? []);
    expect(listed.length).toBeGreaterThan(10);
    expect(listed.sort()).toEqual(codes.map(([, code]) => code).sort());
  });

  test('of an unknown code it is refused', async () => {
    const { status, stderr } = await runCli(['explain', 'ERR_OOPS']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/received "ERR_OOPS"\n$/) });
  });
});

test('demo trains both models on bundled data, and leaves their reports', async () => {
  const { status, stderr } = await runCli(['demo'], { cwd: folder() });
  expect(status).toBe(0);
  for (const run of ['demo-digits', 'demo-co2']) {
    const report = join('runs', run, 'report.html');
    expect(existsSync(join(folder(), report))).toBe(true);
    expect(stderr).toMatch(new RegExp(`file://\\S*/${report}\\n`));
  }
  expect(existsSync(join(folder(), 'runs', 'demo-digits', 'grid.png'))).toBe(true);
  expect(existsSync(join(folder(), 'runs', 'demo-co2', 'forecast.svg'))).toBe(true);
  const { lostTo } = JSON.parse(readFileSync(join(folder(), 'runs', 'demo-co2', 'evaluation.json'), 'utf8'));
  expect(lostTo).toEqual([]);
});

describe('complete', () => {
  test.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    const { status, stdout } = await runCli(['complete', shell]);
    expect({ status, hasName: stdout.includes('libtorch-generative') }).toEqual({ status: 0, hasName: true });
  });

  test.each([
    [['tr'], 'train'],
    [['train', 'g'], 'gan'],
    [['train', 'gan', '--ep'], '--epochs'],
    [['setup', '--in'], '--index'],
  ])('of %j is %s', async (words, completion) => {
    const { stdout } = await runCli(['complete', '--', ...words]);
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toContain(completion);
  });
});

describe("the article's programs", () => {
  const article = (name: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'lib', 'scripts', `${name}.js`), ...args], {
      cwd: folder(),
      encoding: 'utf8',
    });

  test.each(['train-gan', 'train-mdn-rnn'])('%s answers --help', (name) => {
    const { status, stdout } = article(name, '--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/--device <name>[\s\S]*--seed <n>[\s\S]*--epochs <n>/);
  });

  test.each([
    ['train-gan', ['--epcohs', '3'], /^error: unknown option '--epcohs'\n\(Did you mean --epochs\?\)\n$/],
    ['train-gan', ['--epochs', 'ten'], /^error: .* Expected a whole number\.\n$/],
    ['train-gan', ['--device', 'gpu'], /^error: Expected "auto", "cpu", "cuda" or "cuda:N" for device [^\n]*\n$/],
    ['train-mdn-rnn', [], /^error: required option '--data <file>' not specified\n$/],
    ['train-mdn-rnn', ['--data', 'nowhere.csv', '--column', 'x'], /^error: Cannot read nowhere\.csv[^\n]*\n$/],
  ])('%s %j ends in a message', (name, args, message) => {
    const { status, stderr } = article(name, ...args);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) });
  });

  test('prints the same from the package as from its source', () => {
    const tsx = join(root, 'node_modules', '.bin', 'tsx');
    const source = execFileSync(tsx, [join(root, 'scripts', 'train-gan.ts'), '--seed', '7', '--epochs', '11']);
    expect(article('train-gan', '--seed', '7', '--epochs', '11').stdout).toBe(String(source));
  });
});

test.each(['gan', 'mdn-rnn'])('train %s --help: every option that a program has, too, has a heading', async (model) => {
  const { stdout } = await runCli(['train', model, '--help']);
  const [, unsorted] = stdout.split('\nOptions:\n');
  const flags = [...unsorted!.split('\n\n')[0]!.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
  expect(flags).toEqual(model === 'gan' ? ['--digits', '--json', '--help'] : ['--json', '--help']);
});
