import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
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
import { findPip, hasMirror, type PipRun, pipInstall, pipReason, requirePip } from './pip';
import { makeReporter } from './reporter';
import { requirementsIn } from './requirement';
import { type Build, DEFAULT_INDEXES, isNeededLibrary, isNvidia, type Unpacking } from './wheel-content';

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
  // Not with the package: HTTP and zip are for setup alone.
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
    const problem = existsSync(folder) ? `${found} in ${folder}` : `${folder} does not exist`;
    throw new LibtorchGenerativeError('ERR_LIBTORCH_BROKEN', `Cannot take libtorch from there: ${problem}`);
  }
  return checkVersion(found, folder);
}

/** What was fetched or unpacked. @throws ERR_SETUP, ERR_LIBTORCH_VERSION */
function inspectContent(content: string): Libtorch {
  const found = inspectLibtorch(join(content, 'torch'), 'cache');
  if (typeof found !== 'string') return checkVersion(found, 'there');
  throw new LibtorchGenerativeError('ERR_SETUP', `It does not contain a complete libtorch: ${found}`);
}

function checkVersion(found: Libtorch, where: string): Libtorch {
  if (isBuildable(found.version)) return found;
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_VERSION',
    `libtorch in ${where} is version ${found.version}, but this package runs on ${BUILDABLE}`,
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

/** With pip where it is asked for, or set to a mirror, which may be all that the network reaches; else from an index. */
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

/** @returns what went wrong; undefined if nothing did */
async function fetchWithPip(
  { version, cuda }: Build,
  { python, onProgress }: Pick<PipRun, 'python' | 'onProgress'>,
  { content, signal }: Unpacking,
): Promise<string | undefined> {
  const temporaryFolder = join(dirname(content), 'tmp');
  await mkdir(temporaryFolder);
  const install = (...args: string[]) =>
    pipInstall({ python, args: ['--target', content, ...args], temporaryFolder, signal, onProgress });
  // On Linux the plain version is the CUDA build.
  const isCpuBuild = !cuda && platform() === 'linux';
  const torch = ['--no-deps', `torch==${version}${isCpuBuild ? '+cpu' : ''}`];
  let failure = await install(...torch);
  if (isCpuBuild && failure && /No matching distribution|Could not find a version/.test(failure)) {
    failure = await install('--index-url', DEFAULT_INDEXES.cpu, ...torch);
  }
  const nvidia = !failure && cuda ? nvidiaRequirements(content) : [];
  const lastFailure = nvidia.length > 0 ? await install(...nvidia) : failure;
  if (lastFailure?.includes('No space left on device')) throw Object.assign(new Error(lastFailure), { code: 'ENOSPC' });
  return lastFailure && `pip:\n${pipReason(lastFailure)}`;
}

/** The packages with NVIDIA's libraries that torch's metadata asks for; they need none but each other. */
function nvidiaRequirements(content: string): string[] {
  const info = readdirSync(content).find((name) => /^torch-.*\.dist-info$/.test(name))!;
  const metadata = readFileSync(join(content, info, 'METADATA'), 'utf8');
  return requirementsIn(metadata)
    .filter(isNvidia)
    .map(({ text }) => text);
}

async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
}

/** Keeps the libraries and headers of what pip or a person put together. */
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

function checkCuda(content: string, wantedCuda: boolean): void {
  const libraries = readdirSync(join(content, 'torch', 'lib'));
  const isCuda = libraries.some((name) => name.startsWith('libtorch_cuda.'));
  if (wantedCuda && !isCuda) {
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      'The CUDA build was asked for, but what came is a CPU build. Name an index that has the CUDA build with --index, or give one with --from.',
    );
  }
  const hasNvidia = existsSync(join(content, 'nvidia')) || libraries.some((name) => name.startsWith('libcudart'));
  if (isCuda && !hasNvidia) {
    throw new LibtorchGenerativeError(
      'ERR_SETUP',
      "This CUDA build of torch came without NVIDIA's libraries, which it cannot be loaded without. Give a folder that has torch/ and nvidia/ side by side, as pip install --target makes it, or one with all wheels, as pip download makes it.",
    );
  }
}

/** Gives the folder its name; one in its place that is not complete goes to `broken`. */
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

function fetchFailed({ version }: Build, failures: (string | undefined)[], cause?: unknown): LibtorchGenerativeError {
  return worded(
    'ERR_SETUP',
    ({ choose }) => {
      const flag = (name: string, value: string) =>
        choose({ program: `setupLibtorch({ ${name}: '${value}' })`, commandLine: `setup --${name} ${value}` });
      return [
        `Could not download libtorch ${version}:`,
        ...failures.flatMap((failure) => failure?.replace(/^/gm, '  ') ?? []),
        'Ways to fix this:',
        `  ${flag('index', 'https://...')}   a package index that this machine can reach`,
        '  HTTPS_PROXY=http://HOST:PORT   a proxy',
        `  ${flag('from', 'FILE or DIR')}   a wheel of torch, libtorch's zip or its folder, copied from another machine`,
        '  LIBTORCH=/path/to/libtorch   an existing libtorch',
        'On musl (Alpine) and Windows libtorch is not available.',
      ].join('\n');
    },
    { cause },
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
