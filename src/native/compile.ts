import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { compiledFolder, packageRoot } from './addons';
import { withStagingFolder } from './cache';
import type { Libtorch } from './libtorch';

const isThere = (tool: string) => spawnSync(tool, ['--version'], { env: process.env }).error === undefined;

/** Checks that the build tools are installed. @throws ERR_ADDON_NOT_BUILT with the Debian packages to install */
export function requireBuildTools(): void {
  const needed = [
    { tools: ['cmake'], debianPackage: 'cmake' },
    { tools: [process.env.CXX || 'c++', 'g++', 'clang++'], debianPackage: 'g++' },
    { tools: ['ninja', 'make'], debianPackage: 'ninja-build' },
  ];
  const missing = needed.filter(({ tools }) => !tools.some(isThere));
  if (missing.length === 0) return;
  throw new LibtorchGenerativeError(
    'ERR_ADDON_NOT_BUILT',
    `Compiling the add-on requires ${missing.map(({ tools }) => tools.join(' or ')).join(', ')}, not found on PATH. On Debian and Ubuntu: sudo apt-get install ${missing
      .map(({ debianPackage }) => debianPackage)
      .join(' ')}`,
  );
}

/**
 * Compiles the add-on for a libtorch from the package's sources, into the cache. It runs cmake directly, since
 * cmake-js, which the repository uses, is not installed with the package.
 *
 * @returns the folder with the loader and the library
 * @throws ERR_ADDON_NOT_BUILT
 */
export async function compileAddon({ root }: Libtorch): Promise<string> {
  requireBuildTools();
  return withStagingFolder(async (staging, signal) => {
    const compiled = join(staging, 'Release');
    const definitions = {
      CMAKE_BUILD_TYPE: 'Release',
      CMAKE_LIBRARY_OUTPUT_DIRECTORY: compiled,
      CMAKE_JS_INC: nodeApiIncludes().join(';'),
      LIBTORCH: root,
    };
    const generator = isThere('ninja') ? ['-G', 'Ninja'] : [];
    const define = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
    await run('cmake', ['-S', packageRoot, '-B', staging, ...generator, ...define], signal);
    await run('cmake', ['--build', staging, '--parallel', String(availableParallelism())], signal);
    const folder = compiledFolder();
    await mkdir(folder, { recursive: true });
    await cp(compiled, folder, { recursive: true });
    return folder;
  });
}

/** Returns the folders of the Node-API headers for C and C++, which do not need Node's own headers. */
function nodeApiIncludes(): string[] {
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  return [join(folderOf('node-api-headers'), 'include'), folderOf('node-addon-api')];
}

async function run(command: string, args: string[], signal: AbortSignal): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 2, 2], env: process.env, signal });
  const status = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (status === 0) return;
  throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', 'Compiling the add-on failed; see the messages above');
}
