import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { findLibtorch, type Libtorch, libraryFile, remedies } from './libtorch';
import { loadFailure } from './load-failure';

/** The tiny add-on of binding/loader.cc, which needs no libtorch itself. */
export interface Loader {
  /** The version of libtorch that both add-ons were compiled for. */
  readonly compiledFor: string;
  /** Loads libtorch.so by its absolute path and gives its version. Throws the system's message. */
  load(path: string): string;
}

const packageRoot = join(__dirname, '..', '..');
let inUse: Libtorch | undefined;

/**
 * The libtorch that this thread runs on; undefined before its first tensor, which loads it.
 *
 * @example
 * ```ts
 * import { libtorchInUse, zeros } from 'libtorch-generative';
 *
 * zeros([1]);
 * console.log(/^2\.\d+\.\d+$/.test(libtorchInUse()!.version)); // true
 * ```
 */
export function libtorchInUse(): Libtorch | undefined {
  return inUse;
}

/**
 * Loads libtorch and then the add-on compiled for it.
 *
 * @throws ERR_ADDON_NOT_BUILT, ERR_LIBTORCH_NOT_FOUND, ERR_LIBTORCH_VERSION or ERR_LIBTORCH_BROKEN
 */
export function loadAddon(): unknown {
  const folder = addonFolder();
  const loader = loadLoader(folder);
  const libtorch = findLibtorch(process.env, loader.compiledFor);
  loadLibtorch(loader, libtorch);
  const addon = requireAddon(join(folder, 'libtorch_generative.node'));
  inUse = libtorch;
  return addon;
}

/** The folder with both add-ons: what was compiled here, else what the package brought. @throws ERR_ADDON_NOT_BUILT */
export function addonFolder(): string {
  const prebuilt = join(packageRoot, 'prebuilds', `${process.platform}-${process.arch}`);
  // PREBUILDS_ONLY tests what will be published in spite of a build beside it.
  const folders = [...(process.env.PREBUILDS_ONLY ? [] : [join(packageRoot, 'build', 'Release')]), prebuilt];
  const complete = (folder: string) =>
    ['loader.node', 'libtorch_generative.node'].every((file) => existsSync(join(folder, file)));
  const folder = folders.find(complete);
  if (folder) return folder;
  throw new LibtorchGenerativeError(
    'ERR_ADDON_NOT_BUILT',
    `The native add-on is not there. Looked at\n${folders.map((folder) => `  ${folder}`).join('\n')}\nCompile it with: npm run build`,
  );
}

/** The loader add-on, which tells what libtorch is needed. @throws ERR_ADDON_NOT_BUILT if it doesn't load here */
export function loadLoader(folder: string): Loader {
  return requireAddon(join(folder, 'loader.node')) as Loader;
}

function loadLibtorch(loader: Loader, { lib, root, cuda }: Libtorch): void {
  let loaded: string;
  try {
    loaded = loader.load(join(lib, libraryFile('torch')));
  } catch (error) {
    throw loadFailure(error as Error, root, cuda, loader.compiledFor);
  }
  // An add-on on another version than it was compiled for dies in the middle of a call.
  if (loaded !== loader.compiledFor) {
    throw new LibtorchGenerativeError(
      'ERR_LIBTORCH_VERSION',
      `The libraries in ${lib} are libtorch ${loaded}, but the add-on was compiled for ${loader.compiledFor}.\n${remedies(loader.compiledFor)}`,
    );
  }
}

function requireAddon(file: string): unknown {
  try {
    return require(file);
  } catch (error) {
    throw new LibtorchGenerativeError(
      'ERR_ADDON_NOT_BUILT',
      `The native add-on does not load on this system (${process.platform} ${process.arch}): ${(error as Error).message}\nIt may have been compiled for another one. Compile it here with: npm run build`,
      { cause: error },
    );
  }
}
