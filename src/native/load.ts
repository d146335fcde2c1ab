import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { type Addon, findAddons } from './addons';
import { elfProblem } from './elf';
import { findLibtorch, type Libtorch, libraryFile, remedies } from './libtorch';
import { addonFailure, libtorchFailure } from './load-failure';
import type { Loader } from './loader';
import { limitThreads, loadOpenMp, type ThreadSetter, type ThreadsReason, type WaitPolicy } from './openmp';
import type { Environment } from './system';

/** How libtorch's threads are configured in this thread, and by whom. */
export interface ThreadSettings {
  waitPolicy: WaitPolicy;
  threadsReason: ThreadsReason;
}

let inUse: Libtorch | undefined;
let settings: ThreadSettings | undefined;

/**
 * Returns the libtorch that this thread uses; undefined before its first tensor, which loads it.
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

/** Returns the thread settings; undefined before libtorch is loaded. */
export function threadSettings(): ThreadSettings | undefined {
  return settings;
}

/**
 * Loads libtorch and then the add-on compiled for it.
 *
 * @throws ERR_ADDON_NOT_BUILT, ERR_LIBTORCH_NOT_FOUND, ERR_LIBTORCH_VERSION or ERR_LIBTORCH_BROKEN
 */
export function loadAddon(): unknown {
  const { addon, libtorch } = findPair();
  const loader: Loader = loadWhole(addon.loader, () => require(addon.loader));
  const waitPolicy = loadOpenMp(loader, libtorch);
  loadLibtorch(loader, libtorch);
  const exports = loadWhole(addon.library, () => loader.open(addon.library)) as ThreadSetter;
  settings = { waitPolicy, threadsReason: limitThreads(loader, exports) };
  inUse = Object.freeze(libtorch);
  return exports;
}

/** Finds a libtorch and the add-on compiled for it, without loading either. @throws as {@link loadAddon} does */
export function findPair(env: Environment = process.env): { addon: Addon; libtorch: Libtorch } {
  const addons = findAddons(env);
  const libtorch = findLibtorch(
    env,
    addons.map(({ version }) => version),
  );
  return { addon: addons.find(({ version }) => version === libtorch.version)!, libtorch };
}

/** Loads a file of the add-on unless it is truncated, which would crash the process. @throws ERR_ADDON_NOT_BUILT */
function loadWhole<T>(file: string, load: () => T): T {
  const problem = elfProblem(file);
  if (problem) throw addonFailure(new Error(`it ${problem}`), file);
  try {
    return load();
  } catch (error) {
    throw addonFailure(error as Error, file);
  }
}

function loadLibtorch(loader: Loader, { lib, root, version, cuda }: Libtorch): void {
  let loaded: string;
  try {
    loaded = loader.loadLibtorch(join(lib, libraryFile('torch')));
  } catch (error) {
    throw libtorchFailure(error as Error, root, cuda);
  }
  // With a version other than the one it was compiled for, an add-on crashes in the middle of a call.
  if (loaded !== version) {
    throw new LibtorchGenerativeError(
      'ERR_LIBTORCH_VERSION',
      `The libraries in ${lib} are libtorch ${loaded}, but the headers are for ${version}.\n${remedies([version])}`,
    );
  }
}
