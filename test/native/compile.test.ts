import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiledFolder, packageRoot } from '../../src/native/addons';
import { compileAddon } from '../../src/native/compile';
import { inspectLibtorch, type Libtorch } from '../../src/native/libtorch';
import { temporaryFolder, writeFakeLibtorch, writeFiles } from './fake-libtorch';

const originalEnv = process.env;
let folder: string;
let libtorch: Libtorch;

beforeEach(() => {
  folder = temporaryFolder();
  libtorch = inspectLibtorch(
    writeFakeLibtorch(join(folder, 'libtorch'), { version: '2.12.0' }),
    'LIBTORCH',
  ) as Libtorch;
  process.env = { ...originalEnv, XDG_CACHE_HOME: join(folder, 'cache') };
});
afterEach(() => {
  process.env = originalEnv;
  rmSync(folder, { recursive: true });
});

/** A PATH of nothing but these tools, each a shell script. */
function onlyTools(tools: Record<string, string>): void {
  const scripts = Object.entries(tools).map(([name, script]) => [name, `#!/bin/sh\n${script}\n`]);
  writeFiles(join(folder, 'bin'), Object.fromEntries(scripts), 0o755);
  Object.assign(process.env, { PATH: join(folder, 'bin'), CXX: '' });
}

/** cmake, as far as it is asked: logs its arguments, and "compiles" into the output folder. */
const cmake = () => `
  echo "$*" >> ${folder}/cmake.log
  if [ "$1" = --build ]; then /bin/mkdir "$2/Release" && echo > "$2/Release/libtorch_generative-2.12.0.so"; fi`;

test('what cmake compiles from the sources of the package goes into the cache', async () => {
  onlyTools({ cmake: cmake(), 'c++': '', ninja: '' });
  expect(await compileAddon(libtorch)).toBe(compiledFolder());
  expect(readdirSync(compiledFolder())).toEqual(['libtorch_generative-2.12.0.so']);
  const [, configure] = readFileSync(join(folder, 'cmake.log'), 'utf8').split('\n'); // after --version
  expect(configure).toContain(`-S ${packageRoot} -B ${folder}/cache/libtorch-generative/.setup-`);
  expect(configure).toContain('-G Ninja -DCMAKE_BUILD_TYPE=Release');
  expect(configure).toContain(`-DLIBTORCH=${libtorch.root}`);
  const [, includes] = /-DCMAKE_JS_INC=(\S+)/.exec(configure!)!;
  const [nodeApi, addonApi] = includes!.split(';');
  expect([existsSync(join(nodeApi!, 'node_api.h')), existsSync(join(addonApi!, 'napi.h'))]).toEqual([true, true]);
  // Nothing of the compilation is left.
  expect(readdirSync(join(folder, 'cache', 'libtorch-generative'))).toEqual([expect.stringMatching(/^addon-/)]);
});

test('a compilation that fails leaves nothing', async () => {
  onlyTools({ cmake: '[ "$1" != --build ]', 'c++': '', make: '' });
  await expect(compileAddon(libtorch)).rejects.toMatchObject({
    code: 'ERR_ADDON_NOT_BUILT',
    message: 'Compiling the add-on failed; see the messages above',
  });
  expect(readdirSync(join(folder, 'cache', 'libtorch-generative'))).toEqual([]);
});

test('missing tools are named with their packages', async () => {
  onlyTools({ 'g++': '' });
  await expect(compileAddon(libtorch)).rejects.toMatchObject({
    code: 'ERR_ADDON_NOT_BUILT',
    message:
      'Compiling the add-on requires cmake, ninja or make, not found on PATH. On Debian and Ubuntu: sudo apt-get install cmake ninja-build',
  });
});
