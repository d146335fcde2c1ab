import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPair } from '../../src/native/load';
import { writeFakePython } from '../native/fake-libtorch';
import { testIf } from '../test-if';
import { runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
const train = ['train', 'gan', '--as-written', '--epochs', '1', '--threads', '1', '--out', 'run'];

/** A machine without libtorch, whose pip has a mirror and brings the one that is used here: links, where pip would have files. */
function machine(): NodeJS.ProcessEnv {
  const { root } = findPair().libtorch;
  const version = 'include/torch/headeronly';
  const link = `mkdir -p "$2/torch/${version}" && cp -s ${root}/${version}/version.h "$2/torch/${version}" && cp -rs ${root}/lib "$2/torch"`;
  const install = `while [ "$1" != --target ]; do shift || exit 1; done; ${link}`;
  const pip = `case "$*" in *"pip install"*) ${install};; *"config list") echo "global.index-url='https://mirror'";; *pip*|--version) exit 0;; *) exit 1;; esac`;
  return { LIBTORCH: '', XDG_CACHE_HOME: join(folder(), 'cache'), ...writeFakePython(folder(), pip) };
}

test('where libtorch is missing a command says how to get it', async () => {
  const { status, stderr } = await runCli(train, { cwd: folder(), env: machine() });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: libtorch .* was not found\. Searched:\n/);
  expect(stderr).toContain('  npx libtorch-generative setup');
  expect(stderr).toMatch(
    /\nOr add --yes to this command to download libtorch first\.\nWhat helps: npx libtorch-generative explain ERR_LIBTORCH_NOT_FOUND\n$/,
  );
  expect(existsSync(join(folder(), 'run'))).toBe(false);
});

test('with --yes it is fetched, and the command goes on', async () => {
  const { status, stdout, stderr } = await runCli([...train, '--yes'], { cwd: folder(), env: machine() });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^Putting libtorch .* into /) });
  expect(stdout).toMatch(/^Epoch /);
  expect(existsSync(join(folder(), 'cache', 'libtorch-generative'))).toBe(true);
});

test('wrong usage is told before anything is fetched', async () => {
  const { status, stderr } = await runCli(['train', 'gan', '--epoch', '1', '--yes'], { env: machine() });
  expect(status).toBe(2);
  expect(stderr).toContain('--epochs');
  expect(existsSync(join(folder(), 'cache'))).toBe(false);
});

describe('on a terminal', () => {
  const testOnTerminal = testIf(
    spawnSync('script', ['--version']).status === 0,
    "util-linux's script, which makes one",
  );

  /** Answers the question once it is asked, and gives all that is on the screen. */
  async function answer(text: string): Promise<{ status: number | null; screen: string }> {
    const command = [process.execPath, main, ...train].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder(),
      env: { ...process.env, ...machine() },
    });
    let screen = '';
    let asked = false;
    child.stdout.setEncoding('utf8').on('data', (data) => {
      screen += data;
      if (!asked && screen.includes('[Y/n]')) child.stdin.write(text);
      asked ||= screen.includes('[Y/n]');
    });
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { status, screen };
  }

  testOnTerminal.each(['y\r', '\r'])('it is fetched at %j', async (text) => {
    const { status, screen } = await answer(text);
    expect(screen).toMatch(/This command needs libtorch .* \[Y\/n\] [\s\S]*Putting libtorch/);
    expect(status).toBe(0);
    expect(existsSync(join(folder(), 'run', 'config.json'))).toBe(true);
  });

  testOnTerminal.each(['n\r', '\x03', '\x04'])('nothing is fetched at %j', async (text) => {
    const { status, screen } = await answer(text);
    expect(screen).toMatch(/\[Y\/n\] [\s\S]*error: libtorch .* was not found/);
    expect(status).toBe(1);
    expect(existsSync(join(folder(), 'cache'))).toBe(false);
  });
});
