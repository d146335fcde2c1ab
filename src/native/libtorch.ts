import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join, resolve } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { cachedLibtorchs, cacheRoot } from './cache';
import { elfProblem } from './elf';
import { type Environment, hasNvidiaDriver } from './system';

/** The versions that `setup` fetches, and that a published package has add-ons for. */
export const FETCHED_VERSIONS = { cpu: '2.13.0', cuda: '2.14.1' };

/** A libtorch on this machine, described without loading it. */
export interface Libtorch {
  /** The folder that holds `lib` and `include`. */
  root: string;
  /** Its libraries. */
  lib: string;
  /** Its headers. */
  include: string;
  /** Major, minor and patch, without a suffix such as +cpu. */
  version: string;
  /** Whether it was built with CUDA; says nothing about a GPU. */
  cuda: boolean;
  /** How it was found: by the environment's LIBTORCH, in the package's cache, or beside the Python on PATH. */
  source: 'LIBTORCH' | 'cache' | 'python';
}

/** The name of a libtorch library's file on this platform: `libc10.so` or `libc10.dylib`. */
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
 * Finds libtorch: the folder that `LIBTORCH` names, else the package's cache, the CUDA build first, else the torch of the
 * Python on PATH. Nothing is loaded, and Python is started only if the first two have none.
 *
 * @param compiledFor the versions that there are add-ons for; when left out, any that an add-on can be compiled for
 * @throws ERR_LIBTORCH_BROKEN or ERR_LIBTORCH_VERSION if `LIBTORCH` names something else; ERR_LIBTORCH_NOT_FOUND, which
 *   tells every place looked at
 */
export function findLibtorch(env: Environment = process.env, compiledFor?: string[]): Libtorch {
  if (env.LIBTORCH) return fromVariable(env.LIBTORCH, compiledFor);
  const lookedAt = ['LIBTORCH: not set'];
  for (const [place, found] of places(env)) {
    if (typeof found === 'string') lookedAt.push(`${place}: ${found}`);
    else if (isWanted(found.version, compiledFor)) return found;
    else lookedAt.push(`${place}: torch ${found.version} in ${found.root}, another version`);
  }
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_NOT_FOUND',
    [
      `${wanted(compiledFor)} was not found. Looked at`,
      ...lookedAt.map((line) => `  ${line}`),
      remedies(compiledFor),
    ].join('\n'),
  );
}

/** The libtorch, or what is amiss, of each place but `LIBTORCH`, looked at as it is asked for. */
function* places(env: Environment): Generator<[place: string, found: Libtorch | string]> {
  const cached = cachedLibtorchs(env);
  if (cached.length === 0) yield ['cache', `no libtorch in ${cacheRoot(env)}`];
  for (const folder of cached) yield [`cache ${folder}`, inspectLibtorch(join(folder, 'torch'), 'cache')];
  yield ['Python', fromPython(env)];
}

/** Describes the libtorch in a folder with `lib` and `include`, or says which file is missing, cut off or another processor's. */
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

/** The folder with `lib` in `folder`: itself, or its `torch`, where `pip install --target` puts it. */
export function libtorchRoot(folder: string): string {
  const inPip = join(folder, 'torch');
  return !existsSync(join(folder, 'lib')) && existsSync(join(inPip, 'lib')) ? inPip : folder;
}

/** The ways to get the libtorch that is wanted, as a list to end an error message with. */
export function remedies(compiledFor?: string[]): string {
  const { cpu, cuda } = FETCHED_VERSIONS;
  const fetches = (version: string) => compiledFor?.includes(version) ?? true;
  const rows: [command: string, effect: string][] = [
    ...row(fetches(cpu), 'npx libtorch-generative setup', `fetches libtorch ${cpu} with pip`),
    ...row(
      fetches(cuda) && hasNvidiaDriver(),
      'npx libtorch-generative setup --cuda',
      `fetches libtorch ${cuda} with CUDA, for this machine's GPU`,
    ),
    ['npx libtorch-generative build', `compiles the add-on for a libtorch that is there, ${BUILDABLE}`],
    ['LIBTORCH=/path/to/libtorch', `a folder with lib/ and include/ of ${wanted(compiledFor)}`],
  ];
  const width = Math.max(...rows.map(([command]) => command.length));
  return ['Any of these helps:', ...rows.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`)].join(
    '\n',
  );
}

function row(condition: boolean, command: string, effect: string): [string, string][] {
  return condition ? [[command, effect]] : [];
}

function fromVariable(value: string, compiledFor: string[] | undefined): Libtorch {
  const folder = resolve(value);
  const found = inspectLibtorch(libtorchRoot(folder), 'LIBTORCH');
  if (typeof found === 'string') {
    const problem = existsSync(folder) ? found : 'there is no such folder';
    throw new LibtorchGenerativeError(
      'ERR_LIBTORCH_BROKEN',
      `LIBTORCH is set to ${folder}, but ${problem}. Unset it, or correct it.\n${remedies(compiledFor)}`,
    );
  }
  if (isWanted(found.version, compiledFor)) return found;
  throw new LibtorchGenerativeError(
    'ERR_LIBTORCH_VERSION',
    `LIBTORCH is set to ${folder}, which is libtorch ${found.version}, but the add-on ${
      compiledFor ? `was compiled for ${compiledFor.join(' and ')}` : `can be compiled for ${BUILDABLE} only`
    }. Unset it, or correct it.\n${remedies(compiledFor)}`,
  );
}

/** Asks Python where its torch is, without importing it: that takes seconds. */
function fromPython(env: Environment): Libtorch | string {
  // Without '' in the path a folder named torch in the working directory is not taken for it.
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
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return `${python} did not answer where its torch is`;
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
