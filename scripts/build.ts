// Builds what changed: the add-on (build/Release) and the JavaScript (lib). Fetches libtorch first if there is none.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { LibtorchGenerativeError } from '../src/errors';
import { findLibtorch, type Libtorch } from '../src/native/libtorch';
import { setupLibtorch } from '../src/native/setup';

const root = resolve(__dirname, '..');

/** Brings the add-on and lib/ up to date; takes a fraction of a second if they are. */
export async function build(): Promise<void> {
  const libtorch = await libtorchToBuildWith();
  ifChanged({
    name: 'addon',
    inputs: [
      'CMakeLists.txt',
      'binding',
      'node_modules/cmake-js/package.json',
      'node_modules/node-addon-api/package.json',
    ],
    extra: JSON.stringify(libtorch),
    outputs: ['build/Release/loader.node', 'build/Release/libtorch_generative.node'],
    make: () => compileAddon(libtorch),
  });
  ifChanged({
    name: 'lib',
    inputs: [
      'src',
      'tsconfig.json',
      'scripts/build.ts',
      ...['typescript', 'vega', 'vega-lite'].map((name) => `node_modules/${name}/package.json`),
    ],
    outputs: ['lib/index.mjs', 'lib/cli/main.js'],
    make: compileLib,
  });
}

async function libtorchToBuildWith(): Promise<Libtorch> {
  try {
    return findLibtorch();
  } catch (error) {
    if ((error as LibtorchGenerativeError).code !== 'ERR_LIBTORCH_NOT_FOUND') throw error;
    return setupLibtorch();
  }
}

interface Target {
  name: string;
  /** Files and folders, from the repository's root. */
  inputs: string[];
  /** What else it depends on. */
  extra?: string;
  outputs: string[];
  make: () => void;
}

/** Makes a target unless its outputs are there and the inputs are those that it was last made from. */
function ifChanged({ name, inputs, extra = '', outputs, make }: Target): void {
  const stamp = join(root, 'build', `${name}.stamp`);
  const fingerprint = fingerprintOf(inputs, extra);
  const made = existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
  if (made && outputs.every((output) => existsSync(join(root, output)))) return;
  rmSync(stamp, { force: true });
  make();
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(stamp, fingerprint);
}

function fingerprintOf(inputs: string[], extra: string): string {
  const hash = createHash('sha256').update(extra);
  for (const file of inputs.flatMap(filesIn).sort()) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesIn(input: string): string[] {
  if (statSync(join(root, input)).isFile()) return [input];
  const entries = readdirSync(join(root, input), { recursive: true, encoding: 'utf8' });
  return entries.map((entry) => join(input, entry)).filter((file) => statSync(join(root, file)).isFile());
}

function compileAddon(libtorch: Libtorch): void {
  requireTools();
  const cmakeJs = (...args: string[]) =>
    runNode(
      [require.resolve('cmake-js/bin/cmake-js'), ...args, '--directory', root, '--log-level', 'error'],
      'Compiling the add-on',
    );
  console.error(`Compiling the add-on for libtorch ${libtorch.version} in ${libtorch.root}`);
  cmakeJs('configure', `--CDLIBTORCH=${libtorch.root}`);
  cmakeJs('build', '--parallel', String(availableParallelism()));
}

function requireTools(): void {
  const isThere = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
  const needed = [
    { tools: ['cmake'], debianPackage: 'cmake' },
    { tools: [process.env.CXX || 'c++', 'g++', 'clang++'], debianPackage: 'g++' },
    { tools: ['ninja', 'make'], debianPackage: 'ninja-build' },
  ];
  const missing = needed.filter(({ tools }) => !tools.some(isThere));
  if (missing.length === 0) return;
  throw new LibtorchGenerativeError(
    'ERR_ADDON_NOT_BUILT',
    `Compiling the add-on needs ${missing.map(({ tools }) => tools.join(' or ')).join(', ')}, not found on PATH. On Debian and Ubuntu: sudo apt-get install ${missing
      .map(({ debianPackage }) => debianPackage)
      .join(' ')}`,
  );
}

function compileLib(): void {
  console.error('Compiling src to lib');
  const lib = join(root, 'lib');
  rmSync(lib, { recursive: true, force: true });
  runNode([require.resolve('typescript/bin/tsc'), '--project', root], 'Compiling src');
  const names = Object.keys(require(join(lib, 'index.js')));
  writeFileSync(
    join(lib, 'index.mjs'),
    `import api from './index.js';\n\nexport const {\n  ${names.join(',\n  ')},\n} = api;\n`,
  );
  writeFileSync(join(lib, 'index.d.mts'), "export * from './index.js';\n");
  chmodSync(join(lib, 'cli', 'main.js'), 0o755);
  compileReportPage(join(lib, 'report', 'browser'));
}

/** The scripts of a report's page: ours, and Vega-Lite's, which its licence allows with the notice kept. */
function compileReportPage(folder: string): void {
  const project = join(root, 'src', 'report', 'browser');
  runNode([require.resolve('typescript/bin/tsc'), '--project', project], 'Compiling src/report/browser');
  const libraries = ['vega', 'vega-lite'].map((name) => {
    const at = (...names: string[]) => readFileSync(join(root, 'node_modules', name, ...names), 'utf8');
    const { version } = JSON.parse(at('package.json'));
    return `/*! ${name} ${version}\n${at('LICENSE').trim()}\n*/\n${at('build', `${name}.min.js`)}`;
  });
  writeFileSync(join(folder, 'vega.js'), libraries.join('\n'));
}

function runNode(args: string[], what: string): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', `${what} failed; its messages are above`);
}

if (require.main === module) {
  build().catch((error) => {
    console.error(error instanceof LibtorchGenerativeError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  });
}
