import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryFile } from '../../src/native/libtorch';
import { writeFakeLibtorch } from '../native/fake-libtorch';
import { canMount, mountDisk, testOnDisk, unmountDisk } from '../small-disk';
import { testIf } from '../test-if';
import { runCli, useTemporaryFolder } from './cli';

const folder = useTemporaryFolder();
const train = ['train', 'gan', '--as-written', '--epochs', '30', '--threads', '1'];

/** One message without a stack trace, the status of a failure, and the folder as it was. */
async function expectRefusal(libtorch: string, message: RegExp) {
  const cwd = join(folder(), 'cwd');
  mkdirSync(cwd);
  const { status, stdout, stderr } = await runCli(train, { cwd, env: { LIBTORCH: libtorch } });
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
  expect(stderr).toMatch(/^error: .*\nWays to fix this:\n/);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(readdirSync(cwd)).toEqual([]);
}

test('a libtorch of another version is refused by number', async () => {
  const libtorch = writeFakeLibtorch(join(folder(), 'libtorch'), { version: '2.9.1' });
  await expectRefusal(libtorch, /LIBTORCH is set to .*, which is libtorch 2\.9\.1, but .* compiled for 2\.13\.0/);
});

test('a libtorch with a file missing is refused by its name', async () => {
  const libtorch = writeFakeLibtorch(join(folder(), 'libtorch'));
  rmSync(join(libtorch, 'lib', libraryFile('torch_cpu')));
  await expectRefusal(libtorch, /LIBTORCH is set to .*, but lib\/libtorch_cpu\.\w+ is missing/);
});

describe('a full disk', () => {
  const disk = () => join(folder(), 'disk');
  beforeEach(() => {
    mkdirSync(disk());
    if (canMount) mountDisk(disk(), '256k');
  });
  afterEach(() => {
    if (canMount) unmountDisk(disk());
  });

  testOnDisk('is named, and no run is left half-written', async () => {
    writeFileSync(join(disk(), 'ballast'), Buffer.alloc(256 * 1024));
    const { status, stdout, stderr } = await runCli([...train, '--out', join(disk(), 'run')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: Cannot write .*: the disk is full\n$/);
    expect(readdirSync(disk())).toEqual(['ballast']);
  });

  testOnDisk('that fills up later is named too, and leaves no temporary file', async () => {
    spawnSync('mount', ['-o', 'remount,size=5m', disk()]); // the first checkpoint fits, the second not beside it
    const run = join(disk(), 'run');
    const { status, stderr } = await runCli([...train, '--out', run]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: Cannot write .*run\/checkpoint\.safetensors: the disk is full\n$/);
    const files = ['checkpoint', 'config', 'discriminator', 'metrics', 'model'];
    expect(readdirSync(run).map((name) => name.split('.')[0])).toEqual(files);

    spawnSync('mount', ['-o', 'remount,size=50m', disk()]);
    expect(await runCli(['train', 'gan', '--resume', run])).toMatchObject({ status: 0 });
  });

  testIf(process.platform === 'linux', 'Linux, which has /dev/full')(
    'as the output is a failure in one line',
    async () => {
      const { status, stderr } = spawnCliTo('/dev/full');
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/^error: Cannot write to stdout: .*no space left.*\n$/),
      });
    },
  );
});

function spawnCliTo(output: string) {
  const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
  const stdout = openSync(output, 'w');
  return spawnSync(process.execPath, [main, ...train], {
    cwd: folder(),
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
  });
}

test('a reader that leaves ends no run', () => {
  const main = join(__dirname, '..', '..', 'lib', 'cli', 'main.js');
  const command = `"${process.execPath}" "${main}" ${train.join(' ')} --json --out run | head -n 1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder(), encoding: 'utf8' });
  expect(stdout).toMatch(/^\{"epoch":0,.*\}\n$/);
  expect(stderr).toBe('The run is in run\n');
  expect(readdirSync(join(folder(), 'run'))).toContain('checkpoint.safetensors');
});
