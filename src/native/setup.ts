import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Checks, checkBoolean, checkFunction, checkString, readOptions } from '../check';
import { LibtorchGenerativeError } from '../errors';
import { cacheFolder, cacheRoot, emptyCache, withStagingFolder } from './cache';
import { BUILDABLE, FETCHED_VERSIONS, inspectLibtorch, isBuildable, type Libtorch, libtorchRoot } from './libtorch';
import { findPip, type PipRun, pipInstall, pipReason } from './pip';

/** Where {@link setupLibtorch} takes libtorch from. */
export interface SetupOptions {
  /** Fetch the build with CUDA, gigabytes, rather than the one for the CPU. Default false. */
  cuda?: boolean | undefined;
  /** Take libtorch from this folder with lib/ and include/, or torch/lib as pip lays it, rather than with pip. */
  from?: string | undefined;
  /** Gets a line for each step. Without it, pip's own progress bar on a terminal and plain lines elsewhere, on stderr. */
  onProgress?: ((line: string) => void) | undefined;
}

const CHECKS: Checks<SetupOptions> = { cuda: checkBoolean, from: checkString, onProgress: checkFunction };

const cpuIndex = 'https://download.pytorch.org/whl/cpu';
/** Files of torch/lib that only Python or PyTorch's own tests use. */
const unneededLibraries = /^lib(torch_python|torch_global_deps|shm|aoti_custom_ops|backend_with_compiler|.*_test)/;

/**
 * Fills the package's cache with libtorch, unless it is there already. The folder gets its name once it is complete, so
 * that an interrupted or a second, simultaneous setup does no harm.
 *
 * @throws ERR_SETUP; ERR_INVALID_ARGUMENT, before anything is done, for an option that is unknown or of another type;
 *   ERR_LIBTORCH_BROKEN or ERR_LIBTORCH_VERSION for a `from` that is not the libtorch needed
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
  const { cuda = false, from, onProgress } = readOptions(options, CHECKS);
  const source = from === undefined ? undefined : inspectSource(from);
  const wanted = source ?? { version: cuda ? FETCHED_VERSIONS.cuda : FETCHED_VERSIONS.cpu, cuda };
  const folder = cacheFolder(wanted.version, wanted.cuda);
  const say = onProgress ?? console.error;
  const there = inspectLibtorch(join(folder, 'torch'), 'cache');
  if (typeof there !== 'string') {
    say(`libtorch ${there.version} is in ${folder} already`);
    return there;
  }
  say(`Putting libtorch ${wanted.version} (${wanted.cuda ? 'CUDA' : 'CPU'}) into ${folder}`);
  try {
    return await withStagingFolder(async (staging, signal) => {
      const content = join(staging, 'content');
      // Now, not at the end: by then another setup may have put a complete one there.
      if (existsSync(folder)) await rename(folder, join(staging, 'broken'));
      await (source ? copyLibtorch(source, content) : fetchLibtorch(content, wanted, { signal, onProgress }));
      await prune(content);
      checkCuda(content, cuda);
      signal.throwIfAborted();
      return await publish(content, folder);
    });
  } catch (error) {
    throw explain(error);
  }
}

/** Removes the package's cache with all that is in it, and gives what was there. @throws ERR_SETUP */
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
    const problem = existsSync(folder) ? `${found} in ${folder}` : `there is no folder ${folder}`;
    throw new LibtorchGenerativeError('ERR_LIBTORCH_BROKEN', `libtorch cannot be taken from there: ${problem}`);
  }
  if (isBuildable(found.version)) return found;
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_VERSION',
    `libtorch in ${folder} is version ${found.version}, but this package runs on ${BUILDABLE}`,
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

async function fetchLibtorch(
  content: string,
  { version, cuda }: { version: string; cuda: boolean },
  options: Pick<PipRun, 'signal' | 'onProgress'>,
): Promise<void> {
  const temporaryFolder = join(dirname(content), 'tmp');
  await mkdir(temporaryFolder);
  const python = findPip();
  const install = (...args: string[]) =>
    pipInstall({ python, args: ['--target', content, ...args], temporaryFolder, ...options });

  // On Linux the plain version is the CUDA build.
  const cpuBuild = !cuda && platform() === 'linux';
  const torch = ['--no-deps', `torch==${version}${cpuBuild ? '+cpu' : ''}`];
  let failure = await install(...torch);
  if (cpuBuild && failure && /No matching distribution|Could not find a version/.test(failure)) {
    failure = await install('--index-url', cpuIndex, '--retries', '2', ...torch);
  }
  const nvidia = !failure && cuda ? nvidiaRequirements(content) : [];
  if (nvidia.length > 0) failure = await install(...nvidia);
  if (failure) throw pipFailed(version, failure);
}

/** The packages with NVIDIA's libraries that torch's metadata asks for; they need none but each other. */
function nvidiaRequirements(content: string): string[] {
  const info = readdirSync(content).find((name) => /^torch-.*\.dist-info$/.test(name))!;
  const metadata = readFileSync(join(content, info, 'METADATA'), 'utf8');
  return [...metadata.matchAll(/^Requires-Dist: ((?:nvidia-|cuda-toolkit)[^;\n]*)(.*)$/gm)]
    .filter(([, , marker]) => !marker?.includes('extra'))
    .map(([, requirement]) => requirement!.trim());
}

/** Keeps the libraries and headers of what pip or a person put together. */
async function prune(content: string): Promise<void> {
  const keep = async (folder: string, wanted: (name: string) => boolean) => {
    for (const name of await readdir(folder)) {
      if (!wanted(name)) await rm(join(folder, name), { recursive: true });
    }
  };
  await keep(content, (name) => ['torch', 'nvidia'].includes(name));
  await keep(join(content, 'torch'), (name) => ['lib', 'include', 'version.py', 'build-version'].includes(name));
  await keep(join(content, 'torch', 'lib'), (name) => !unneededLibraries.test(name));
}

function checkCuda(content: string, wantedCuda: boolean): void {
  const libraries = readdirSync(join(content, 'torch', 'lib'));
  const isCuda = libraries.some((name) => name.startsWith('libtorch_cuda.'));
  if (wantedCuda && !isCuda) {
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      `The CUDA build was asked for, but what came is a CPU build. Set pip to an index that has the CUDA build (PIP_INDEX_URL), or give one with --from.`,
    );
  }
  const hasNvidia = existsSync(join(content, 'nvidia')) || libraries.some((name) => name.startsWith('libcudart'));
  if (isCuda && !hasNvidia) {
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      "This CUDA build of torch came without NVIDIA's libraries, which it cannot be loaded without. Give a folder that has torch/ and nvidia/ side by side, as pip install --target makes it.",
    );
  }
}

async function publish(content: string, folder: string): Promise<Libtorch> {
  await rename(content, folder).catch((error: NodeJS.ErrnoException) => {
    // Another setup was faster, and its folder is as complete as ours.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  const libtorch = inspectLibtorch(join(folder, 'torch'), 'cache');
  if (typeof libtorch !== 'string') return libtorch;
  throw new LibtorchGenerativeError('ERR_SETUP', `what was fetched is not complete: ${libtorch}`);
}

function pipFailed(version: string, failure: string): Error {
  if (failure.includes('No space left on device')) return Object.assign(new Error(failure), { code: 'ENOSPC' });
  return new LibtorchGenerativeError(
    'ERR_SETUP',
    [
      `pip could not fetch torch ${version}:`,
      pipReason(failure),
      'Any of these helps:',
      '  the network, or a mirror or proxy that pip knows (PIP_INDEX_URL, PIP_PROXY, pip config)',
      '  Python 3.10 or newer on glibc Linux or macOS: there is no torch for others (Alpine, for example)',
      '  npx libtorch-generative setup --from DIR     takes a libtorch that you have, with lib/ and include/',
      '  LIBTORCH=/path/to/libtorch                   uses it where it is',
    ].join('\n'),
  );
}

/** Says what to do about a disk that is full or not ours. */
function explain(error: unknown): unknown {
  const isFileError = error instanceof LibtorchGenerativeError && error.code === 'ERR_FILE';
  const { code, message } = (isFileError ? error.cause : error) as NodeJS.ErrnoException;
  const remedy = 'Set XDG_CACHE_HOME to a folder on another disk, or LIBTORCH to a libtorch that you have.';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LibtorchGenerativeError(
      'ERR_SETUP',
      `The disk is full: libtorch needs about 1.2 GB free (CUDA: 10 GB) in ${cacheRoot()}. ${remedy}`,
      { cause: error },
    );
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST'].includes(code ?? '')) {
    return new LibtorchGenerativeError(
      'ERR_SETUP',
      `The cache ${cacheRoot()} can't be written: ${message}. ${remedy}`,
      {
        cause: error,
      },
    );
  }
  return error;
}
