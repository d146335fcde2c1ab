import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join, resolve } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { cachedLibtorchs, cacheRoot } from './cache';
import { elfProblem } from './elf';
import { type Environment, hasNvidiaDriver } from './system';

/** The versions that `setup` downloads and that a published package has add-ons for. */
export const FETCHED_VERSIONS = { cpu: '2.13.0', cuda: '2.14.1' };

/** A libtorch installation, described without loading it. */
export interface Libtorch {
  /** The folder that contains `lib` and `include`. */
  root: string;
  /** The folder of its libraries. */
  lib: string;
  /** The folder of its headers. */
  include: string;
  /** Major, minor and patch, without a suffix such as +cpu. */
  version: string;
  /** Whether it was built with CUDA, regardless of whether there is a GPU. */
  cuda: boolean;
  /** How it was found: from the LIBTORCH variable, in the package's cache, or through the Python on PATH. */
  source: 'LIBTORCH' | 'cache' | 'python';
}

/** Returns the file name of a libtorch library on this platform: `libc10.so` or `libc10.dylib`. */
export const libraryFile = (name: string): string => `lib${name}.${platform() === 'darwin' ? 'dylib' : 'so'}`;

const requiredFiles = ['c10', 'torch_cpu', 'torch'].map((name) => join('lib', libraryFile(name)));
const versionHeaders = [
  'include/torch/headeronly/version.h',
  'include/torch/version.h',
  'include/torch/csrc/api/include/torch/version.h',
];
/** The versions that an add-on can be compiled for. */
export const BUILDABLE = '2.11 to 2.14';
export const isBuildable = (version: string): boolean => /^2\.1[1-4]\./.test(version);
const pythonTimeoutMs = 10_000;

/**
 * Finds libtorch: in the folder named by `LIBTORCH`, else in the package's cache (CUDA builds first), else in the torch
 * of the Python on PATH. Nothing is loaded, and Python is started only if the first two have none.
 *
 * @param compiledFor the versions with add-ons. Default: any version that an add-on can be compiled for.
 * @throws ERR_LIBTORCH_BROKEN or ERR_LIBTORCH_VERSION if `LIBTORCH` does not name a usable libtorch;
 *   ERR_LIBTORCH_NOT_FOUND, which lists every place searched
 */
export function findLibtorch(env: Environment = process.env, compiledFor?: string[]): Libtorch {
  if (env.LIBTORCH) return fromVariable(env.LIBTORCH, compiledFor);
  const lookedAt = ['LIBTORCH: not set'];
  for (const [place, found] of places(env)) {
    if (typeof found === 'string') lookedAt.push(`${place}: ${found}`);
    else if (isWanted(found.version, compiledFor)) return found;
    else lookedAt.push(`${place}: torch ${found.version} in ${found.root}, not the required version`);
  }
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_NOT_FOUND',
    [
      `${wanted(compiledFor)} was not found. Searched:`,
      ...lookedAt.map((line) => `  ${line}`),
      remedies(compiledFor),
    ].join('\n'),
  );
}

/** Yields the libtorch, or its problem, in each place except `LIBTORCH`, searching lazily. */
function* places(env: Environment): Generator<[place: string, found: Libtorch | string]> {
  const cached = cachedLibtorchs(env);
  if (cached.length === 0) yield ['cache', `no libtorch in ${cacheRoot(env)}`];
  for (const folder of cached) yield [`cache ${folder}`, inspectLibtorch(join(folder, 'torch'), 'cache')];
  yield ['Python', fromPython(env)];
}

/**
 * Describes the libtorch in a folder with `lib` and `include`, or returns which file is missing, truncated or built for
 * another processor.
 */
export function inspectLibtorch(root: string, source: Libtorch['source']): Libtorch | string {
  const missing = requiredFiles.find((file) => !existsSync(join(root, file)));
  if (missing) return `${missing} is missing`;
  const lib = join(root, 'lib');
  for (const name of readdirSync(lib).filter((name) => name.includes('.so'))) {
    const problem = elfProblem(join(lib, name));
    if (problem) return `lib/${name} ${problem}`;
  }
  const version = readVersion(root);
  if (!version) return `${versionHeaders[0]} is missing`;
  const cuda = existsSync(join(lib, libraryFile('torch_cuda')));
  return { root, lib, include: join(root, 'include'), version, cuda, source };
}

/** Returns the folder that contains `lib`: `folder` itself, or its `torch`, as with `pip install --target`. */
export function libtorchRoot(folder: string): string {
  const inPip = join(folder, 'torch');
  return !existsSync(join(folder, 'lib')) && existsSync(join(inPip, 'lib')) ? inPip : folder;
}

/** Lists the ways to get a suitable libtorch, as the end of an error message. */
export function remedies(compiledFor?: string[]): string {
  const { cpu, cuda } = FETCHED_VERSIONS;
  const fetches = (version: string) => compiledFor?.includes(version) ?? true;
  const rows: [command: string, effect: string][] = [
    ...row(fetches(cpu), 'npx libtorch-generative setup', `downloads libtorch ${cpu}`),
    ...row(
      fetches(cuda) && hasNvidiaDriver(),
      'npx libtorch-generative setup --cuda',
      `downloads libtorch ${cuda} with CUDA, for this machine's GPU`,
    ),
    ['npx libtorch-generative build', `compiles the add-on for an installed libtorch ${BUILDABLE}`],
    ['LIBTORCH=/path/to/libtorch', `uses an existing ${wanted(compiledFor)}, a folder with lib/ and include/`],
  ];
  const width = Math.max(...rows.map(([command]) => command.length));
  return ['Ways to fix this:', ...rows.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`)].join('\n');
}

function row(condition: boolean, command: string, effect: string): [string, string][] {
  return condition ? [[command, effect]] : [];
}

function fromVariable(value: string, compiledFor: string[] | undefined): Libtorch {
  const folder = resolve(value);
  const found = inspectLibtorch(libtorchRoot(folder), 'LIBTORCH');
  if (typeof found === 'string') {
    const problem = existsSync(folder) ? found : 'that folder does not exist';
    throw new LibtorchGenerativeError(
      'ERR_LIBTORCH_BROKEN',
      `LIBTORCH is set to ${folder}, but ${problem}. Correct or unset it.\n${remedies(compiledFor)}`,
    );
  }
  if (isWanted(found.version, compiledFor)) return found;
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_VERSION',
    `LIBTORCH is set to ${folder}, which is libtorch ${found.version}, but the add-on ${
      compiledFor ? `was compiled for ${compiledFor.join(' and ')}` : `can be compiled for ${BUILDABLE} only`
    }. Correct or unset it.\n${remedies(compiledFor)}`,
  );
}

/** Asks Python where torch is installed, without importing it, which takes seconds. */
function fromPython(env: Environment): Libtorch | string {
  // Without '' in the path, so that a folder named torch in the working directory is ignored.
  const code = [
    'import importlib.util, sys',
    'sys.path = [entry for entry in sys.path if entry]',
    'spec = importlib.util.find_spec("torch")',
    'print(spec.submodule_search_locations[0] if spec else "")',
  ].join('\n');
  for (const python of ['python3', 'python']) {
    try {
      const root = execFileSync(python, ['-c', code], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: pythonTimeoutMs,
      }).trim();
      if (!root) return `${python} has no torch`;
      const found = inspectLibtorch(root, 'python');
      return typeof found === 'string' ? `torch in ${root}: ${found}` : found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        return `${python} did not report where torch is installed`;
    }
  }
  return 'not on PATH';
}

function readVersion(root: string): string | undefined {
  const header = versionHeaders.map((file) => readText(join(root, file))).find((text) => text !== undefined);
  const numbers = ['MAJOR', 'MINOR', 'PATCH'].map((part) => header?.match(`TORCH_VERSION_${part} +(\\d+)`)?.[1]);
  if (numbers.every((number) => number !== undefined)) return numbers.join('.');
  const text = readText(join(root, 'build-version')) ?? readText(join(root, 'version.py'));
  return text?.match(/\d+\.\d+\.\d+/)?.[0];
}

function readText(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function isWanted(version: string, compiledFor: string[] | undefined): boolean {
  return compiledFor ? compiledFor.includes(version) : isBuildable(version);
}

function wanted(compiledFor: string[] | undefined): string {
  return `libtorch ${compiledFor?.join(' or ') ?? BUILDABLE}`;
}
