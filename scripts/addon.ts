import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../src/errors';
import { requireBuildTools } from '../src/native/compile';
import { root } from './if-changed';

/** What the compiled add-on depends on, besides libtorch. */
export const addonInputs = [
  'CMakeLists.txt',
  'binding',
  ...['cmake-js', 'node-addon-api', 'node-api-headers'].map((name) => `node_modules/${name}/package.json`),
];

/** Where the add-on for a version of libtorch is compiled: `npm run build` and `npm run prebuild` take it from there. */
export const compileFolder = (version: string) => join(root, 'build', `libtorch-${version}`);

/**
 * Compiles the add-on with cmake-js for the libtorch in a folder, into `build/Release` of another.
 *
 * @param definitions of CMake's variables, such as "SANITIZE=ON"
 */
export function compileAddon(libtorchRoot: string, folder: string, definitions: string[] = []): void {
  requireBuildTools();
  const out = join(folder, 'build');
  removeForeignBuild(out);
  const cmakeJs = (...args: string[]) => {
    const where = ['--directory', root, '--out', out, '--log-level', 'error'];
    runNode([require.resolve('cmake-js/bin/cmake-js'), ...args, ...where], 'Compiling the add-on');
  };
  console.error(`Compiling the add-on for the libtorch in ${libtorchRoot}`);
  cmakeJs('configure', ...[`LIBTORCH=${libtorchRoot}`, ...definitions].map((each) => `--CD${each}`));
  cmakeJs('build', '--parallel', String(availableParallelism()));
}

/** Removes what cmake has left there for another checkout: this one was moved or copied, and cmake refuses its cache. */
export function removeForeignBuild(out: string): void {
  const cache = join(out, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const text = readFileSync(cache, 'utf8');
  const names = (variable: string, folder: string) => {
    const named = new RegExp(`^${variable}:INTERNAL=(.+)$`, 'm').exec(text)?.[1];
    return named !== undefined && existsSync(named) && realpathSync(named) === realpathSync(folder);
  };
  if (names('CMAKE_HOME_DIRECTORY', root) && names('CMAKE_CACHEFILE_DIR', out)) return;
  console.error(`${out} was made for another folder: compiling again`);
  rmSync(out, { recursive: true });
}

/** Runs a script with its output on stderr. @throws ERR_ADDON_NOT_BUILT if it fails */
export function runNode(args: string[], what: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', `${what} failed; its messages are above`);
}
