/**
 * Compiles the add-on with AddressSanitizer and UndefinedBehaviorSanitizer, which end the process at a fault, and runs the
 * tests of native code on it: `npm run sanitize [-- TEST ...]`. The first compilation takes about ten minutes. Linux only.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../src/errors';
import { compiledFolder } from '../src/native/addons';
import { findLibtorch } from '../src/native/libtorch';
import { compileAddon } from './addon';
import { root } from './if-changed';
import { runMain } from './run-main';

const TESTS = ['test/native', 'test/tensor', 'test/nn', 'test/models', 'test/data/data-loader'];

/** Tests that can't pass, and why. */
const EXCLUDED = {
  'test/native/addons.test.ts': 'expects the add-on of npm run build',
  'test/native/openmp.test.ts': 'starts processes with a LD_PRELOAD of its own, in place of that of the sanitizers',
  'test/tensor/memory.test.ts': 'measures resident memory, of which the sanitizers keep what was freed',
};

/** Where the add-on is looked for in place of the package's cache, as if `build` had compiled it. */
const folder = join(root, 'build', 'sanitized');
const cache = { XDG_CACHE_HOME: join(folder, 'cache') };

async function main(): Promise<void> {
  if (process.platform !== 'linux') {
    const message = `Expected Linux for the sanitizers, whose libraries are preloaded, but this is ${process.platform}`;
    throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', message);
  }
  const libtorch = findLibtorch();
  compileAddon(libtorch.root, folder, ['SANITIZE=ON']);
  rmSync(cache.XDG_CACHE_HOME, { recursive: true, force: true });
  cpSync(join(folder, 'build', 'Release'), compiledFolder(cache), { recursive: true });
  runTests(process.argv.slice(2), libtorch.root);
}

function runTests(asked: string[], libtorch: string): void {
  for (const [test, reason] of Object.entries(EXCLUDED)) console.error(`Left out: ${test}, which ${reason}`);
  const excluded = Object.keys(EXCLUDED).flatMap((test) => ['--testPathIgnorePatterns', test]);
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const tests = asked.length > 0 ? asked : TESTS;
  const args = [jest, '--runInBand', ...excluded, '--testPathIgnorePatterns', '/node_modules/', '--', ...tests];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...sanitizers(), ...cache, PREBUILDS_ONLY: '1', LIBTORCH: libtorch },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

/** The variables of a process that loads the add-on, though node itself is compiled without sanitizers. */
function sanitizers(): NodeJS.ProcessEnv {
  // The libraries' place is the compiler's to tell. libstdc++ is there early so that exceptions are followed too.
  const libraries = ['libasan.so', 'libstdc++.so'].map((name) =>
    execFileSync(process.env.CXX ?? 'c++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
  );
  return {
    LD_PRELOAD: libraries.join(' '),
    // V8 frees nothing when a process ends, so leaks can't be told; test/tensor/memory.test.ts finds those of tensors.
    ASAN_OPTIONS: 'detect_leaks=0',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  };
}

runMain(main);
