import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeForeignBuild } from '../../scripts/addon';
import { root } from '../../scripts/if-changed';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'addon-'));
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  jest.restoreAllMocks();
});

/** Whether what was compiled is still there, after a build whose cache has these lines. */
function isKept(lines: string[], out = join(folder, 'build')): boolean {
  mkdirSync(out);
  writeFileSync(join(out, 'CMakeCache.txt'), ['# This is the CMakeCache file.', 'X:STRING=1', ...lines, ''].join('\n'));
  writeFileSync(join(out, 'a.o'), '');
  removeForeignBuild(out);
  return existsSync(join(out, 'a.o'));
}

const home = (path: string) => `CMAKE_HOME_DIRECTORY:INTERNAL=${path}`;
const cacheIn = (path: string) => `CMAKE_CACHEFILE_DIR:INTERNAL=${path}`;

test("this checkout's build goes on, by whatever name cmake knows it", () => {
  expect(isKept([cacheIn(join(folder, 'build')), home(root)])).toBe(true);
  symlinkSync(root, join(folder, 'checkout'));
  symlinkSync(folder, join(folder, 'self'));
  const out = join(folder, 'other');
  expect(isKept([home(join(folder, 'checkout')), cacheIn(join(folder, 'self', 'other'))], out)).toBe(true);
});

test.each([
  ['that was moved', () => [home('/no/such/checkout'), cacheIn('/no/such/checkout/build')]],
  ['that was copied, with the first still there', () => [home(folder), cacheIn(join(folder, 'build'))]],
  ['whose build folder alone was copied', () => [home(root), cacheIn(folder)]],
  ['whose cache breaks off', () => [home(root)]],
])('a checkout %s is compiled afresh', (_, lines) => expect(isKept(lines())).toBe(false));

test('without a cache nothing is removed', () => {
  writeFileSync(join(folder, 'a.o'), '');
  removeForeignBuild(folder);
  removeForeignBuild(join(folder, 'missing'));
  expect(existsSync(join(folder, 'a.o'))).toBe(true);
});
