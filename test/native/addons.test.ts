import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compiledFolder, findAddons, packageRoot } from '../../src/native/addons';
import { temporaryFolder } from './fake-libtorch';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  folder = temporaryFolder();
  env = { XDG_CACHE_HOME: folder };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An add-on that `build` put into the cache, which this machine has. */
function compile(...versions: string[]): string {
  const compiled = compiledFolder({ XDG_CACHE_HOME: folder });
  mkdirSync(compiled, { recursive: true });
  copyFileSync(findAddons({})[0]!.loader, join(compiled, 'loader.node'));
  for (const version of versions) writeFileSync(join(compiled, `libtorch_generative-${version}.so`), '');
  return compiled;
}

test("the package's own is there, one for each version", () => {
  const addons = findAddons(env);
  expect(addons.length).toBeGreaterThan(0);
  for (const { version, library, loader } of addons) {
    expect(library).toBe(join(dirname(loader), `libtorch_generative-${version}.so`));
    expect(loader.startsWith(packageRoot)).toBe(true);
  }
  expect(new Set(addons.map(({ version }) => version)).size).toBe(addons.length);
});

test('what was compiled into the cache is added', () => {
  const ours = findAddons(env);
  const compiled = compile('2.12.0', ours[0]!.version);
  const addons = findAddons(env);
  expect(addons.map(({ version }) => version).sort()).toEqual(['2.12.0', ...ours.map(({ version }) => version)].sort());
  expect(addons.find(({ version }) => version === '2.12.0')).toEqual({
    version: '2.12.0',
    library: join(compiled, 'libtorch_generative-2.12.0.so'),
    loader: join(compiled, 'loader.node'),
  });
});
