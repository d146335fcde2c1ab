import { spawnSync } from 'node:child_process';
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

/** Compiles the add-on with cmake-js for the libtorch in a folder, into `build/Release` of another. */
export function compileAddon(libtorchRoot: string, folder: string): void {
  requireBuildTools();
  const cmakeJs = (...args: string[]) => {
    const where = ['--directory', root, '--out', join(folder, 'build'), '--log-level', 'error'];
    runNode([require.resolve('cmake-js/bin/cmake-js'), ...args, ...where], 'Compiling the add-on');
  };
  console.error(`Compiling the add-on for the libtorch in ${libtorchRoot}`);
  cmakeJs('configure', `--CDLIBTORCH=${libtorchRoot}`);
  cmakeJs('build', '--parallel', String(availableParallelism()));
}

/** Runs a script with its output on stderr. @throws ERR_ADDON_NOT_BUILT if it fails */
export function runNode(args: string[], what: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', `${what} failed; its messages are above`);
}
