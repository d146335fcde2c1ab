import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compiledFolder } from '../../src/native/addons';
import { findPair } from '../../src/native/load';
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
function compileLibtorch(root: string, source: string, version?: string): string {
  writeFakeLibtorch(root, { version });
  writeFiles(root, { 'torch.c': source });
  execFileSync('cc', ['-shared', '-fPIC', '-o', join(root, 'lib', 'libtorch.so'), join(root, 'torch.c')]);
  return root;
}

const packed = (major: number, minor: number, patch: number) =>
  `#include <stdint.h>\nuint64_t aoti_torch_abi_version(void) { return ${major}ULL << 56 | ${minor}ULL << 48 | ${patch}ULL << 40; }`;

test('libtorch is loaded in the version that the add-on was compiled for, and in several threads at once', async () => {
  const { addon, libtorch } = findPair();
  const path = join(libtorch.lib, 'libtorch.so');
  const code = `const loader = require(${JSON.stringify(addon.loader)});
    require('node:worker_threads').parentPort.postMessage(loader.loadLibtorch(${JSON.stringify(path)}));`;
  const versions = [1, 2, 3, 4].map(async () => {
    const worker = new Worker(code, { eval: true });
    const version = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await new Promise((resolve) => worker.on('exit', resolve));
    return version;
  });
  expect(await Promise.all(versions)).toEqual(Array(4).fill(addon.version));
});

test('libraries of another version than their headers say are refused', () => {
  const LIBTORCH = compileLibtorch(folder, packed(2, 14, 1));
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_VERSION',
    message: expect.stringContaining(
      `The libraries in ${folder}/lib are libtorch 2.14.1, but the headers are for 2.13.0.\n`,
    ),
  });
});

test('a libtorch so old that it does not tell its version is refused', () => {
  const LIBTORCH = compileLibtorch(folder, 'int other;');
  expect(failureToLoad({ LIBTORCH })).toMatchObject({
    code: 'ERR_LIBTORCH_BROKEN',
    message: expect.stringContaining('it is older than the versions that this package supports'),
    cause: expect.stringContaining('undefined symbol: aoti_torch_abi_version'),
  });
});

test.each([
  [0, /libtorch\.so: file too short\nLikely cause: a library is corrupt/],
  [1000, /lib\/libtorch\.so is truncated \(1000 of \d+ bytes\)/],
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

describe('an add-on that does not load', () => {
  /** What `loadAddon` throws where a copy of the loader, and this library, are all that was compiled for 2.12.0. */
  function failure(writeLibrary: (path: string) => void, spoilLoader?: (path: string) => void) {
    const compiled = compiledFolder({ XDG_CACHE_HOME: folder });
    mkdirSync(compiled, { recursive: true });
    const loader = join(compiled, 'loader.node');
    copyFileSync(findPair().addon.loader, loader);
    spoilLoader?.(loader);
    writeLibrary(join(compiled, 'libtorch_generative-2.12.0.so'));
    const LIBTORCH = compileLibtorch(join(folder, 'libtorch'), packed(2, 12, 0), '2.12.0');
    return failureToLoad({ XDG_CACHE_HOME: folder, LIBTORCH });
  }
  const copyOurs = (path: string) => copyFileSync(findPair().addon.library, path);

  test('because it is cut off, does not end the process', () => {
    const cut = (path: string) => truncateSync(path, 10_000);
    const broken = failure((path) => {
      copyOurs(path);
      cut(path);
    });
    expect(broken).toMatchObject({
      code: 'ERR_ADDON_NOT_BUILT',
      message: expect.stringMatching(
        /2\.12\.0\.so cannot be loaded .*: it is truncated \(10000 of \d+ bytes\)\nLikely cause: .*corrupt/,
      ),
    });
    expect(failure(copyOurs, cut).message).toMatch(/loader\.node cannot be loaded .*: it is truncated/);
  });

  test('because it was compiled for another libtorch', () => {
    // Where ours looks for libtorch's libraries by name, there are empty files.
    expect(failure(copyOurs)).toMatchObject({
      code: 'ERR_ADDON_NOT_BUILT',
      message: expect.stringMatching(
        /cannot be loaded .*(libtorch_cpu|libc10)\.\w+: [\s\S]*libtorch-generative build$/,
      ),
    });
  });

  test('because it is for another processor', () => {
    const otherProcessor = (path: string) => {
      const elf = readFileSync(findPair().addon.library);
      elf.writeUInt16LE(elf.readUInt16LE(18) === 183 ? 62 : 183, 18); // e_machine: AArch64, or x86-64 there
      writeFileSync(path, elf);
    };
    expect(failure(otherProcessor).message).toMatch(
      /: it is built for (arm64|x64)\nLikely cause: it was built for a processor other than (arm64|x64)\. Fix: replace it/,
    );
  });

  test('because it is no library at all', () => {
    expect(failure((path) => writeFileSync(path, 'not for here'.repeat(10))).message).toMatch(
      /invalid ELF header\nLikely cause: the file is corrupt\. Fix: reinstall the package\.\nTo compile it here/,
    );
  });
});
