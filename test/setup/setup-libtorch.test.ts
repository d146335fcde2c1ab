import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { findLibtorch } from '../../src/native/libtorch';
import { removeCache, type SetupOptions, setupLibtorch } from '../../src/setup/setup-libtorch';
import { temporaryFolder, writeFakeLibtorch, writeFakePython, writeFiles } from '../native/fake-libtorch';

const originalEnv = process.env;
let folder: string;
let cache: string;

beforeEach(() => {
  folder = temporaryFolder();
  cache = join(folder, 'cache', 'libtorch-generative');
  process.env = { ...originalEnv, XDG_CACHE_HOME: join(folder, 'cache') };
  delete process.env.LIBTORCH;
});
afterEach(() => {
  process.env = originalEnv;
  rmSync(folder, { recursive: true });
});

const lines: string[] = [];
const setup = (options: SetupOptions = {}) => setupLibtorch({ ...options, onProgress: (line) => lines.push(line) });
const fakeLibtorch = (options = {}) => writeFakeLibtorch(join(folder, 'source'), options);

test.each([
  [null, /^Expected an object for options but received null/],
  ['source', /^Expected an object for options/],
  [{ cudda: true }, /^Unknown option "cudda"\. Did you mean "cuda"\?$/],
  [{ cuda: 'yes' }, /^Expected true or false for cuda but received "yes"/],
  [{ from: '' }, /^Expected a non-empty string for from/],
  [{ from: 5 }, /^Expected a non-empty string for from but received .*5/],
  [{ onProgress: console }, /^Expected a function for onProgress/],
  [
    {
      get from() {
        throw new Error('hostile');
      },
    },
    /^Expected an object whose properties can be read for options/,
  ],
  [
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('hostile');
        },
      },
    ),
    /^Expected an object whose properties/,
  ],
])('options %# that are none are refused before anything is done', async (options, message) => {
  const { PATH } = writeFakePython(folder, 'echo python ran >&2; exit 1');
  process.env.PATH = PATH;
  await expect(setupLibtorch(options as SetupOptions)).rejects.toMatchObject({
    name: 'LibtorchGenerativeError',
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
  expect(existsSync(cache)).toBe(false);
});

describe('from a folder', () => {
  test('the cache gets what is needed, and the search finds it', async () => {
    const from = fakeLibtorch();
    writeFiles(from, {
      'lib/libtorch_python.so': '',
      'lib/libtorch_nvshmem.so': '',
      'share/cmake/x': '',
      'version.py': '',
    });
    const libtorch = await setup({ from });
    expect(libtorch).toMatchObject({ root: join(cache, '2.13.0-cpu', 'torch'), version: '2.13.0', source: 'cache' });
    expect(findLibtorch(process.env, ['2.13.0'])).toEqual(libtorch);
    expect(readdirSync(libtorch.root).sort()).toEqual(['include', 'lib', 'version.py']);
    expect(readdirSync(libtorch.lib).sort()).toEqual([
      'libc10.so',
      'libtorch.so',
      'libtorch_cpu.so',
      'libtorch_nvshmem.so',
    ]);
    expect(readdirSync(cache)).toEqual(['2.13.0-cpu']);
  });

  test("pip's layout of the CUDA build brings NVIDIA's libraries", async () => {
    writeFakeLibtorch(join(folder, 'pip', 'torch'), { cuda: true });
    writeFiles(folder, { 'pip/nvidia/cu13/lib/libcudart.so.13': '' });
    const libtorch = await setup({ from: join(folder, 'pip') });
    expect(libtorch).toMatchObject({ root: join(cache, '2.13.0-cuda', 'torch'), cuda: true });
    expect(existsSync(join(libtorch.lib, '../../nvidia/cu13/lib/libcudart.so.13'))).toBe(true);
  });

  test("a CUDA build without NVIDIA's libraries is refused", async () => {
    await expect(setup({ from: fakeLibtorch({ cuda: true }) })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: expect.stringContaining("cannot be loaded without NVIDIA's libraries"),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  test('a CPU build is refused where the CUDA build is asked for', async () => {
    await expect(setup({ from: fakeLibtorch(), cuda: true })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: expect.stringContaining('but found a CPU build: choose an index that has it with index'),
    });
  });

  test.each([
    ['no folder', () => 'nowhere', 'ERR_LIBTORCH_BROKEN', 'does not exist'],
    ['an empty folder', () => mkdirSync(join(folder, 'source')), 'ERR_LIBTORCH_BROKEN', 'lib/libc10.so is missing in'],
    [
      'another version',
      () => fakeLibtorch({ version: '2.9.1' }),
      'ERR_LIBTORCH_VERSION',
      'is version 2.9.1, but this package runs on 2.11 to 2.14',
    ],
  ])('%s is refused', async (_, make, code, message) => {
    make();
    const refused = setup({ from: join(folder, 'source') });
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(existsSync(cache)).toBe(false);
  });
});

describe('the cache', () => {
  test('is used as it is when complete', async () => {
    await setup({ from: fakeLibtorch() });
    process.env.PATH = '/nowhere';
    await expect(setup()).resolves.toMatchObject({ root: join(cache, '2.13.0-cpu', 'torch') });
    expect(lines.at(-1)).toBe(`libtorch 2.13.0 is already in ${cache}/2.13.0-cpu`);
  });

  test('is made anew when a file is missing', async () => {
    const { lib } = await setup({ from: fakeLibtorch() });
    rmSync(join(lib, 'libtorch_cpu.so'));
    await setup({ from: fakeLibtorch() });
    expect(existsSync(join(lib, 'libtorch_cpu.so'))).toBe(true);
  });

  test('stands two setups at once', async () => {
    const from = fakeLibtorch();
    const both = await Promise.all([setup({ from }), setup({ from })]);
    expect(both[0]).toEqual(both[1]);
    expect(readdirSync(cache)).toEqual(['2.13.0-cpu']);
  });

  test('loses what a killed setup left, but not what a running one uses', async () => {
    const endedPid = spawnSync('true').pid;
    const running = `.setup-${hostname()}-${process.ppid}-abcdef`;
    for (const name of [`.setup-${hostname()}-${endedPid}-abcdef`, running, `.setup-elsewhere-${endedPid}-abcdef`]) {
      writeFiles(cache, { [`${name}/content/torch/lib/libc10.so`]: '' });
    }
    await setup({ from: fakeLibtorch() });
    expect(readdirSync(cache).sort()).toEqual([`.setup-elsewhere-${endedPid}-abcdef`, running, '2.13.0-cpu'].sort());
  });

  test('is removed on demand, with all that the package put there', async () => {
    await setup({ from: fakeLibtorch() });
    await setup({ from: writeFakeLibtorch(join(folder, 'newer'), { version: '2.14.1' }) });
    writeFiles(cache, { 'digit-classifier-1.safetensors': '', 'addon-0.1.0/build/Release/loader.node': '' });
    const names = ['2.13.0-cpu', '2.14.1-cpu', 'addon-0.1.0', 'digit-classifier-1.safetensors'];
    expect((await removeCache()).sort()).toEqual(names.map((name) => join(cache, name)));
    expect(existsSync(cache)).toBe(false);
    expect(await removeCache()).toEqual([]);
  });

  test('that cannot be written is told', async () => {
    writeFiles(folder, { cache: 'a file' });
    await expect(setup({ from: fakeLibtorch() })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: expect.stringMatching(/^The cache .* cannot be written: ENOTDIR.*Set XDG_CACHE_HOME/),
    });
  });
});

describe('with pip', () => {
  test('a machine without Python is told what to do', async () => {
    process.env.PATH = '/nowhere';
    await expect(setup({ pip: true })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: 'Expected Python with pip on PATH but found none',
    });
  });

  test('a Python without pip is told what to do', async () => {
    Object.assign(process.env, writeFakePython(folder, '[ "$1" = --version ]'));
    await expect(setup({ pip: true })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: 'Expected Python with pip on PATH but found none',
    });
  });

  test('that has no index, its reason is told and nothing is left', async () => {
    Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_CONFIG_FILE: '/dev/null', PIP_FIND_LINKS: folder });
    await expect(setup({ pip: true })).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: expect.stringMatching(
        /^Could not download libtorch 2\.13\.0:\n {2}pip:\n[\s\S]*No matching distribution found for torch==2\.13\.0[\s\S]*from: 'FILE or DIR'/,
      ),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  /** A pip with a mirror that logs its arguments; `install` is shell code that finds the target folder in $2. */
  const fakePip = (install: string) => {
    const log = join(folder, 'pip.log');
    const script = `case "$*" in *--version) exit 0;; *"config list") echo "global.index-url='https://mirror'"; exit 0;; esac\necho "$*" >> ${log}\nwhile [ "$1" != --target ]; do shift; done\n${install}`;
    Object.assign(process.env, writeFakePython(folder, script));
    return () => readFileSync(log, 'utf8').trim().split('\n');
  };

  test("the CPU build comes from PyTorch's index where pip's own has none", async () => {
    const from = writeFakeLibtorch(join(folder, 'pip', 'torch'));
    const calls = fakePip(
      `case "$*" in *--index-url*) cp -r ${from}/../. "$2";; *) echo "ERROR: No matching distribution found" >&2; exit 1;; esac`,
    );
    await expect(setup()).resolves.toMatchObject({ cuda: false });
    expect(calls()).toEqual([
      expect.stringMatching(/--target \S+ --no-deps torch==2\.13\.0\+cpu$/),
      expect.stringMatching(/--index-url \S+\/whl\/cpu --no-deps torch==2\.13\.0\+cpu$/),
    ]);
  });

  test('an onProgress that throws ends it with that error', async () => {
    fakePip('echo fetching; exec sleep 5');
    const onProgress = (line: string) => {
      if (line === 'fetching') throw new Error('no more');
    };
    await expect(setupLibtorch({ onProgress })).rejects.toThrow('no more');
    expect(readdirSync(cache)).toEqual([]);
  });

  test('a mirror that fails is followed by the index of PyTorch', async () => {
    fakePip('echo "ERROR: the mirror is away" >&2; exit 1');
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9'; // nothing listens there
    const message =
      /^Could not download libtorch 2\.13\.0:\n {2}pip:\n {4}ERROR: the mirror is away\n {2}Cannot fetch https:/;
    await expect(setup()).rejects.toMatchObject({ code: 'ERR_SETUP', message: expect.stringMatching(message) });
    expect(lines).toContain('pip failed; downloading without pip');
  });

  test("the CUDA build comes with the packages that torch's metadata names", async () => {
    writeFakeLibtorch(join(folder, 'pip', 'torch'), { version: '2.14.1', cuda: true });
    const metadata = [
      'Name: torch',
      'Requires-Dist: sympy>=1.13.3',
      'Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
      'Requires-Dist: nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"',
      'Requires-Dist: nvidia-extra==1; extra == "more"',
      'Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux"',
    ];
    writeFiles(folder, { 'pip/torch-2.14.1.dist-info/METADATA': metadata.join('\n') });
    const calls = fakePip(
      `case "$*" in *torch==*) cp -r ${folder}/pip/. "$2";; *) mkdir -p "$2"/nvidia/cu13/lib;; esac`,
    );
    const { root } = await setup({ cuda: true });
    expect(readdirSync(join(root, '..')).sort()).toEqual(['nvidia', 'torch']);
    expect(calls()).toEqual([
      expect.stringMatching(/--target \S+ --no-deps torch==2\.14\.1$/),
      expect.stringMatching(/--target \S+ cuda-toolkit\[cublas,cudart\]==13\.0\.3 nvidia-cudnn-cu13==9\.24\.0\.43$/),
    ]);
  });

  test('a full disk is told', async () => {
    fakePip(
      'echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2; exit 1',
    );
    await expect(setup()).rejects.toMatchObject({
      code: 'ERR_SETUP',
      message: expect.stringContaining(`The disk is full: libtorch needs about 1.2 GB free (CUDA: 10 GB) in ${cache}`),
    });
  });

  test('an interrupted setup leaves nothing and ends by its signal', async () => {
    fakePip('echo started; exec sleep 30');
    const script = `require(${JSON.stringify(resolve('src/setup/setup-libtorch'))}).setupLibtorch({ onProgress: console.log })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
      env: process.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const text of child.stdout.setEncoding('utf8')) if (text.includes('started')) child.kill('SIGTERM');
    const signal =
      child.signalCode ?? (await new Promise((resolve) => child.on('close', (_, signal) => resolve(signal))));
    expect(signal).toBe('SIGTERM');
    expect(readdirSync(cache)).toEqual([]);
  });
});
