import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LibtorchGenerativeError } from '../../src/errors';
import { findLibtorch } from '../../src/native/libtorch';
import { temporaryFolder, writeFakeLibtorch, writeFakePython, writeFiles } from './fake-libtorch';

let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = temporaryFolder();
  // A Python that must not be asked: it would make the search slow.
  env = { XDG_CACHE_HOME: join(folder, 'cache'), ...writeFakePython(folder, `touch ${folder}/asked; exit 1`) };
});
afterEach(() => rmSync(folder, { recursive: true }));

const cache = (name: string) => join(folder, 'cache', 'libtorch-generative', name);
const pythonWasAsked = () => existsSync(join(folder, 'asked'));

function errorOf(...compiledFor: string[]): LibtorchGenerativeError {
  try {
    findLibtorch(env, compiledFor.length ? compiledFor : undefined);
  } catch (error) {
    return error as LibtorchGenerativeError;
  }
  throw new Error('libtorch was found');
}

describe('LIBTORCH', () => {
  test('names a folder with lib and include, and comes before the cache', () => {
    writeFakeLibtorch(join(cache('2.13.0-cpu'), 'torch'));
    env.LIBTORCH = writeFakeLibtorch(join(folder, 'mine'), { version: '2.14.1', cuda: true });
    expect(findLibtorch(env)).toEqual({
      root: join(folder, 'mine'),
      lib: join(folder, 'mine', 'lib'),
      include: join(folder, 'mine', 'include'),
      version: '2.14.1',
      cuda: true,
      source: 'LIBTORCH',
    });
    expect(pythonWasAsked()).toBe(false);
  });

  test('may name the folder that pip --target filled', () => {
    writeFakeLibtorch(join(folder, 'pip', 'torch'));
    env.LIBTORCH = join(folder, 'pip');
    expect(findLibtorch(env, ['2.13.0']).root).toBe(join(folder, 'pip', 'torch'));
  });

  test('that names no folder is an error, though the cache has libtorch', () => {
    writeFakeLibtorch(join(cache('2.13.0-cpu'), 'torch'));
    env.LIBTORCH = join(folder, 'nowhere');
    const { code, message } = errorOf('2.13.0');
    expect(code).toBe('ERR_LIBTORCH_BROKEN');
    expect(message).toContain(`LIBTORCH is set to ${folder}/nowhere, but that folder does not exist.`);
  });

  test.each(['lib/libc10.so', 'lib/libtorch_cpu.so', 'lib/libtorch.so', 'include/torch/headeronly/version.h'])(
    'without %s is an error that names the file',
    (file) => {
      env.LIBTORCH = writeFakeLibtorch(join(folder, 'mine'));
      rmSync(join(folder, 'mine', file));
      const { code, message } = errorOf('2.13.0');
      expect(code).toBe('ERR_LIBTORCH_BROKEN');
      expect(message).toContain(`LIBTORCH is set to ${folder}/mine, but ${file} is missing.`);
      expect(message).toContain('npx libtorch-generative setup');
    },
  );

  test('of another version than the add-on is an error that names both', () => {
    env.LIBTORCH = writeFakeLibtorch(join(folder, 'mine'), { version: '2.14.1' });
    const { code, message } = errorOf('2.13.0');
    expect(code).toBe('ERR_LIBTORCH_VERSION');
    expect(message).toContain('is libtorch 2.14.1, but the add-on was compiled for 2.13.0');
  });

  test('of a version that the add-on cannot be built with is an error', () => {
    env.LIBTORCH = writeFakeLibtorch(join(folder, 'mine'), { version: '2.1.2' });
    expect(errorOf()).toMatchObject({
      code: 'ERR_LIBTORCH_VERSION',
      message: expect.stringContaining('is libtorch 2.1.2, but the add-on can be compiled for 2.11 to 2.14 only'),
    });
  });

  test.each([
    ['build-version', '2.13.0+cpu\n'],
    ['version.py', "__version__ = '2.13.0+cpu'\n"],
  ])('has its version read from %s where the header is missing', (file, text) => {
    env.LIBTORCH = writeFakeLibtorch(join(folder, 'mine'));
    rmSync(join(folder, 'mine', 'include', 'torch'), { recursive: true });
    writeFiles(env.LIBTORCH, { [file]: text });
    expect(findLibtorch(env, ['2.13.0']).version).toBe('2.13.0');
  });
});

describe('the cache', () => {
  test('answers without Python, and the CUDA build comes first, then the newest that there is an add-on for', () => {
    const put = (version: string, build: string) =>
      writeFakeLibtorch(join(cache(`${version}-${build}`), 'torch'), { version, cuda: build === 'cuda' });
    put('2.9.0', 'cpu');
    put('2.13.0', 'cpu');
    expect(findLibtorch(env, ['2.13.0', '2.14.1'])).toMatchObject({ source: 'cache', version: '2.13.0', cuda: false });
    put('2.14.1', 'cpu');
    expect(findLibtorch(env, ['2.13.0', '2.14.1']).version).toBe('2.14.1');
    expect(findLibtorch(env, ['2.13.0']).version).toBe('2.13.0');
    put('2.13.0', 'cuda');
    expect(findLibtorch(env, ['2.13.0', '2.14.1'])).toMatchObject({ version: '2.13.0', cuda: true });
    expect(pythonWasAsked()).toBe(false);
  });

  test('with another version only says so', () => {
    writeFakeLibtorch(join(cache('2.12.0-cpu'), 'torch'), { version: '2.12.0' });
    const { code, message } = errorOf('2.13.0', '2.14.1');
    expect(code).toBe('ERR_LIBTORCH_NOT_FOUND');
    expect(message).toContain(`cache ${cache('2.12.0-cpu')}: torch 2.12.0 in`);
    expect(message).toContain('libtorch 2.13.0 or 2.14.1 was not found');
  });

  test('with a file missing is passed over and named', () => {
    writeFakeLibtorch(join(cache('2.13.0-cpu'), 'torch'));
    rmSync(join(cache('2.13.0-cpu'), 'torch', 'lib', 'libc10.so'));
    expect(errorOf('2.13.0')).toMatchObject({
      code: 'ERR_LIBTORCH_NOT_FOUND',
      message: expect.stringContaining(`cache ${cache('2.13.0-cpu')}: lib/libc10.so is missing`),
    });
    expect(pythonWasAsked()).toBe(true);
  });
});

describe("Python's torch", () => {
  /** The real Python, which finds a torch that fails when it is imported. */
  const withTorch = (version: string) => {
    writeFakeLibtorch(join(folder, 'site', 'torch'), { version });
    writeFiles(folder, { 'site/torch/__init__.py': 'raise SystemExit("imported")' });
    Object.assign(env, { PATH: process.env.PATH, PYTHONPATH: join(folder, 'site') });
  };

  test('is found without importing it', () => {
    withTorch('2.13.0');
    expect(findLibtorch(env, ['2.13.0'])).toMatchObject({ root: join(folder, 'site', 'torch'), source: 'python' });
  });

  test('of another version is passed over and named, with every other place and what helps', () => {
    withTorch('2.12.0');
    expect(errorOf('2.13.0').message).toBe(
      [
        'libtorch 2.13.0 was not found. Searched:',
        '  LIBTORCH: not set',
        `  cache: no libtorch in ${join(folder, 'cache', 'libtorch-generative')}`,
        `  Python: torch 2.12.0 in ${folder}/site/torch, not the required version`,
        'Ways to fix this:',
        '  npx libtorch-generative setup  downloads libtorch 2.13.0',
        '  npx libtorch-generative build  compiles the add-on for an installed libtorch 2.11 to 2.14',
        '  LIBTORCH=/path/to/libtorch     uses an existing libtorch 2.13.0, a folder with lib/ and include/',
      ].join('\n'),
    );
    expect(findLibtorch(env).version).toBe('2.12.0');
  });

  test.each([
    ['Python has no torch', 'echo', 'Python: python3 has no torch'],
    ['Python fails', 'exit 1', 'Python: python3 did not report where torch is installed'],
  ])('is told of when %s', (_, script, expected) => {
    Object.assign(env, writeFakePython(folder, script));
    expect(errorOf('2.13.0').message).toContain(`  ${expected}\n`);
  });
});

test('a machine without Python is told so', () => {
  env.PATH = '/nowhere';
  expect(errorOf('2.13.0').message).toContain('  Python: not on PATH\n');
});

test('for an add-on that setup has no libtorch for, the remedies do not name setup', () => {
  const { message } = errorOf('2.12.0');
  expect(message).toContain('npx libtorch-generative build');
  expect(message).not.toContain('setup');
});
