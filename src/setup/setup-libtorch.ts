import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Checks, checkBoolean, checkFunction, checkString, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError, worded } from '../errors';
import { cacheFolder, cacheRoot, emptyCache, withStagingFolder } from '../native/cache';
import {
  BUILDABLE,
  FETCHED_VERSIONS,
  inspectLibtorch,
  isBuildable,
  type Libtorch,
  libtorchRoot,
} from '../native/libtorch';
import { explain, fetchFailed } from './failure';
import { fetchWithPip } from './fetch-with-pip';
import { findPip, hasMirror, requirePip } from './pip';
import { type Build, isNeededLibrary, type Unpacking } from './wheel-content';

/** The source of libtorch for {@link setupLibtorch}. */
export interface SetupOptions {
  /** Fetch the build with CUDA, gigabytes, rather than the one for the CPU. Default false. */
  cuda?: boolean | undefined;
  /**
   * The package index to fetch wheels from: its URL, in Python's simple format. Default PyTorch's, for CUDA PyPI; where
   * pip is set to a mirror, that first.
   */
  index?: string | undefined;
  /**
   * Take libtorch from here, without a network: a wheel of torch, libtorch's zip, a folder of wheels as `pip download`
   * makes it, or a folder with lib/ and include/, or torch/lib as pip lays it.
   */
  from?: string | undefined;
  /** Fetch it with pip, with pip's settings, and in no other way. Default false. */
  pip?: boolean | undefined;
  /** Gets a line for each step. Without it, a progress bar on a terminal and plain lines elsewhere, on stderr. */
  onProgress?: ((line: string) => void) | undefined;
}

const CHECKS: Checks<SetupOptions> = {
  cuda: checkBoolean,
  index: checkIndex,
  from: checkString,
  pip: checkBoolean,
  onProgress: checkFunction,
};

function checkIndex(name: string, value: unknown): void {
  checkString(name, value);
  const { protocol } = URL.canParse(value as string) ? new URL(value as string) : { protocol: '' };
  if (protocol !== 'https:' && protocol !== 'http:') throw invalidArgument(name, 'an http or https URL', value);
}

/**
 * Fills the package's cache with libtorch, unless it is there already. The folder gets its name once it is complete, so
 * that an interrupted or a second, simultaneous setup does no harm.
 *
 * The download needs no Python. It uses the proxy in HTTPS_PROXY, is checked by SHA-256, and resumes when the connection
 * breaks.
 *
 * @throws ERR_SETUP; ERR_INVALID_ARGUMENT, before anything is done, for an option that is unknown, of another type or at
 *   odds with another; ERR_LIBTORCH_BROKEN or ERR_LIBTORCH_VERSION for a `from` that is not the libtorch needed
 * @example
 * ```ts
 * import { setupLibtorch } from 'libtorch-generative';
 *
 * // Downloads libtorch once, then finds it in the cache: for when a program is installed, or before it starts.
 * const setUp = () => setupLibtorch({ onProgress: (line) => console.error(line) });
 *
 * // A folder to take it from instead has to hold the version that is needed.
 * await setupLibtorch({ from: 'no-such-folder' }).catch((error) => {
 *   console.log(error.code); // ERR_LIBTORCH_BROKEN
 * });
 * ```
 */
export async function setupLibtorch(options?: SetupOptions): Promise<Libtorch> {
  const { cuda = false, ...given } = readOptions(options, CHECKS);
  checkOneSource(given);
  const { from, onProgress } = given;
  // Loaded only here: other uses of the package need neither HTTP, zip nor a progress bar.
  const { makeReporter } = await import('./reporter.js');
  const { archivesIn, unpackFiles } = await import('./fetch-wheels.js');
  const archives = from === undefined ? [] : archivesIn(resolve(from));
  const source = from === undefined || archives.length > 0 ? undefined : inspectSource(from);
  const { version, cuda: isCuda } = source ?? { version: FETCHED_VERSIONS[cuda ? 'cuda' : 'cpu'], cuda };
  const folder = cacheFolder(version, isCuda);
  const reporter = makeReporter(onProgress);
  const there = archives.length > 0 ? '' : inspectLibtorch(join(folder, 'torch'), 'cache');
  if (typeof there !== 'string') {
    reporter.line(`libtorch ${there.version} is already in ${folder}`);
    return there;
  }
  reporter.line(`Putting libtorch ${from === undefined ? version : `from ${from}`} into ${cacheRoot()}`);
  try {
    return await withStagingFolder(async (staging, signal) => {
      const content = join(staging, 'content');
      await mkdir(content);
      const to = { content, reporter, signal };
      if (source) await copyLibtorch(source, content);
      else if (archives.length > 0) await unpackFiles(archives, to);
      else await fetchLibtorch({ version, cuda }, given, to);
      await prune(content);
      const found = inspectContent(content);
      checkCuda(content, cuda);
      signal.throwIfAborted();
      return await publish(content, cacheFolder(found.version, found.cuda), join(staging, 'broken'));
    });
  } catch (error) {
    throw explain(error);
  }
}

function checkOneSource({ from, index, pip }: SetupOptions): void {
  const given = Object.entries({ from, index, pip: pip || undefined }).filter(([, value]) => value !== undefined);
  if (given.length < 2) return;
  const [[first], [second]] = given as [[string, unknown], [string, unknown]];
  throw worded(
    'ERR_INVALID_ARGUMENT',
    ({ option }) => `Cannot use ${option(first)} and ${option(second)} together: give one of them.`,
  );
}

/** Deletes the package's cache. @returns the paths that were in it @throws ERR_SETUP */
export async function removeCache(): Promise<string[]> {
  try {
    return await emptyCache();
  } catch (error) {
    throw explain(error);
  }
}

function inspectSource(from: string): Libtorch {
  const folder = resolve(from);
  const found = inspectLibtorch(libtorchRoot(folder), 'cache');
  if (typeof found === 'string') {
    const problem = existsSync(folder) ? `${found} in ${folder}` : `${folder} does not exist`;
    throw new LibtorchGenerativeError('ERR_LIBTORCH_BROKEN', `Cannot take libtorch from there: ${problem}`);
  }
  return checkVersion(found, folder);
}

/** Describes the downloaded or unpacked libtorch. @throws ERR_SETUP, ERR_LIBTORCH_VERSION */
function inspectContent(content: string): Libtorch {
  const found = inspectLibtorch(join(content, 'torch'), 'cache');
  if (typeof found !== 'string') return checkVersion(found, 'it');
  throw new LibtorchGenerativeError('ERR_SETUP', `It does not contain a complete libtorch: ${found}`);
}

function checkVersion(found: Libtorch, where: string): Libtorch {
  if (isBuildable(found.version)) return found;
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_VERSION',
    `The libtorch in ${where} is version ${found.version}, but this package runs on ${BUILDABLE}`,
  );
}

async function copyLibtorch({ root }: Libtorch, content: string): Promise<void> {
  for (const name of ['lib', 'include', 'version.py', 'build-version']) {
    const path = join(root, name);
    if (existsSync(path)) await cp(path, join(content, 'torch', name), { recursive: true, dereference: true });
  }
  const nvidia = join(dirname(root), 'nvidia');
  if (basename(root) === 'torch' && existsSync(nvidia)) {
    await cp(nvidia, join(content, 'nvidia'), { recursive: true, dereference: true });
  }
}

/** Uses pip if requested or configured with a mirror, which may be all that the network reaches; otherwise an index. */
async function fetchLibtorch(build: Build, { index, pip, onProgress }: SetupOptions, to: Unpacking): Promise<void> {
  const python = pip ? requirePip() : index === undefined ? findPip() : undefined;
  let pipFailure: string | undefined;
  if (python && (pip || hasMirror(python))) {
    pipFailure = await fetchWithPip(build, { python, onProgress }, to);
    if (pipFailure === undefined) return;
    await emptyFolder(to.content);
    if (pip) throw fetchFailed(build, [pipFailure]);
    to.reporter.line('pip failed; downloading without pip');
  }
  const { fetchWheels } = await import('./fetch-wheels.js');
  try {
    await fetchWheels(build, index, to);
  } catch (error) {
    const isOurs = error instanceof LibtorchGenerativeError && error.code === 'ERR_SETUP';
    throw isOurs ? fetchFailed(build, [pipFailure, error.message], error) : error;
  }
}

async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
}

/** Removes everything except libraries and headers. */
async function prune(content: string): Promise<void> {
  const keep = async (folder: string, isWanted: (name: string) => boolean) => {
    for (const name of await readdir(folder)) {
      if (!isWanted(name)) await rm(join(folder, name), { recursive: true });
    }
  };
  await keep(content, (name) => ['torch', 'nvidia'].includes(name));
  if (!existsSync(join(content, 'torch', 'lib'))) return;
  await keep(join(content, 'torch'), (name) => ['lib', 'include', 'version.py', 'build-version'].includes(name));
  await keep(join(content, 'torch', 'lib'), isNeededLibrary);
}

/** @throws ERR_SETUP for a CPU build where CUDA was asked for, or a CUDA build that cannot be loaded */
function checkCuda(content: string, wantedCuda: boolean): void {
  const libraries = readdirSync(join(content, 'torch', 'lib'));
  const isCuda = libraries.some((name) => name.startsWith('libtorch_cuda.'));
  if (wantedCuda && !isCuda) {
    throw worded(
      'ERR_SETUP',
      ({ option }) =>
        `Expected the CUDA build but found a CPU build: choose an index that has it with ${option('index')}, or a file with ${option('from')}.`,
    );
  }
  const hasNvidia = existsSync(join(content, 'nvidia')) || libraries.some((name) => name.startsWith('libcudart'));
  if (isCuda && !hasNvidia) {
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      "The CUDA build cannot be loaded without NVIDIA's libraries, which are missing. Use a folder with torch/ and nvidia/ " +
        'side by side, as pip install --target creates it, or one with all wheels, as pip download creates it.',
    );
  }
}

/** Moves the content to its folder in the cache; an incomplete one there moves to `broken`. */
async function publish(content: string, folder: string, broken: string): Promise<Libtorch> {
  const inCache = () => inspectLibtorch(join(folder, 'torch'), 'cache');
  if (existsSync(folder) && typeof inCache() === 'string') await rename(folder, broken);
  await rename(content, folder).catch((error: NodeJS.ErrnoException) => {
    // Another setup was faster, and its folder is as complete as ours.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  const libtorch = inCache();
  if (typeof libtorch !== 'string') return libtorch;
  throw new LibtorchGenerativeError('ERR_SETUP', `libtorch in ${folder} is not complete: ${libtorch}`);
}
