import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { findLibtorch } from '../../src/native/libtorch';
import { addonFolder, loadLoader } from '../../src/native/load';
import { temporaryFolder, writeFakeLibtorch, writeFiles } from './fake-libtorch';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What `loadAddon` throws, in a process of its own: what was loaded once stays loaded. */
function failureToLoad(env: NodeJS.ProcessEnv): { code: string; message: string; cause?: string } {
  const script = `
    try {
      require(${JSON.stringify(resolve('src/native/load'))}).loadAddon();
      console.log('null');
    } catch ({ code, message, cause }) {
      console.log(JSON.stringify({ code, message, cause: cause?.message }));
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** A libtorch.so of one function, which is what the loader asks for the version. */
function compileLibtorch(root: string, source: string): string {
  writeFakeLibtorch(root);
  writeFiles(root, { 'torch.c': source });
  execFileSync('cc', ['-shared', '-fPIC', '-o', join(root, 'lib', 'libtorch.so'), join(root, 'torch.c')]);
  return root;
}

const packed = (major: number, minor: number, patch: number) =>
  `#include <stdint.h>\nuint64_t aoti_torch_abi_version(void) { return ${major}ULL << 56 | ${minor}ULL << 48 | ${patch}ULL << 40; }`;

test('libtorch is loaded in the version that the add-on was compiled for, and in several threads at once', async () => {
  const addon = addonFolder();
  const { compiledFor } = loadLoader(addon);
  const path = join(findLibtorch(process.env, compiledFor).lib, 'libtorch.so');
  const code = `const loader = require(${JSON.stringify(join(addon, 'loader.node'))});
    require('node:worker_threads').parentPort.postMessage(loader.load(${JSON.stringify(path)}));`;
  const versions = [1, 2, 3, 4].map(async () => {
    const worker = new Worker(code, { eval: true });
    const version = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await new Promise((resolve) => worker.on('exit', resolve));
    return version;
  });
  expect(await Promise.all(versions)).toEqual(Array(4).fill(compiledFor));
});

test('libraries of another version than their headers say are refused', () => {
  const LIBTORCH = compileLibtorch(folder, packed(2, 14, 1));
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_VERSION',
    message: expect.stringContaining(
      `The libraries in ${folder}/lib are libtorch 2.14.1, but the add-on was compiled for 2.13.0`,
    ),
  });
});

test('a libtorch so old that it does not tell its version is refused', () => {
  const LIBTORCH = compileLibtorch(folder, 'int other;');
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_BROKEN',
    message: expect.stringContaining('it is older than any that this package runs on'),
    cause: expect.stringContaining('undefined symbol: aoti_torch_abi_version'),
  });
});

test.each([
  [0, /libtorch\.so: file too short\nProbably a library is damaged/],
  [1000, /lib\/libtorch\.so is cut off \(1000 of \d+ bytes\)/],
])('a library cut off at %i bytes is refused', (length, message) => {
  const LIBTORCH = compileLibtorch(folder, packed(2, 13, 0));
  truncateSync(join(LIBTORCH, 'lib', 'libtorch.so'), length);
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_BROKEN',
    message: expect.stringMatching(message),
  });
});

test("a CUDA build without NVIDIA's libraries is refused, and the missing one named", () => {
  const LIBTORCH = writeFakeLibtorch(folder, { cuda: true });
  writeFiles(folder, { 'cudart.c': 'int cudart;', 'torch.c': 'extern int cudart; int *use(void) { return &cudart; }' });
  const cudart = join(folder, 'libcunowhere.so.1');
  const cc = (...args: string[]) => execFileSync('cc', ['-shared', '-fPIC', ...args]);
  cc('-o', cudart, '-Wl,-soname,libcunowhere.so.1', join(folder, 'cudart.c'));
  cc('-o', join(folder, 'lib', 'libtorch.so'), '-Wl,--no-as-needed', join(folder, 'torch.c'), cudart);
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_BROKEN',
    message: expect.stringMatching(/\(CUDA build\).*libcunowhere\.so\.1: cannot open[\s\S]*setup --cuda/),
  });
});

const prebuilt = resolve('prebuilds', `${process.platform}-${process.arch}`);
(existsSync(prebuilt) ? test.skip : test)('a missing add-on is told with the command that compiles it', () => {
  expect(failureToLoad({ PREBUILDS_ONLY: '1' })).toMatchObject({
    code: 'ERR_ADDON_NOT_BUILT',
    message: `The native add-on is not there. Looked at\n  ${prebuilt}\nCompile it with: npm run build`,
  });
});

test('an add-on for another system is told as such', () => {
  writeFiles(folder, { 'loader.node': 'not for here' });
  expect(() => loadLoader(folder)).toThrow(
    expect.objectContaining({
      code: 'ERR_ADDON_NOT_BUILT',
      message: expect.stringMatching(/^The native add-on does not load on this system \(\w+ \w+\): .*npm run build$/s),
    }),
  );
});
