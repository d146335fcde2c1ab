// Builds what changed: the add-on (build/Release) and the JavaScript (lib). Fetches libtorch first if there is none.
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import * as ts from 'typescript';
import type { LibtorchGenerativeError } from '../src/errors';
import { findLibtorch, type Libtorch } from '../src/native/libtorch';
import { findPair } from '../src/native/load';
import { setupLibtorch } from '../src/setup/setup-libtorch';
import { addonInputs, compileAddon, compileFolder, runNode } from './addon';
import { ifChanged, root } from './if-changed';
import { runMain } from './run-main';

const ARTICLE = ['train-gan', 'train-mdn-rnn'];

/** Brings the add-on and lib/ up to date; takes a fraction of a second if they are. */
export async function build(): Promise<void> {
  // PREBUILDS_ONLY runs what is in prebuilds/.
  if (process.env.PREBUILDS_ONLY) await orFetched(() => findPair().libtorch);
  else await buildAddon(await orFetched(() => findLibtorch()));
  await buildLib();
}

async function buildAddon(libtorch: Libtorch): Promise<void> {
  await ifChanged({
    name: 'addon',
    inputs: addonInputs,
    extra: JSON.stringify(libtorch),
    outputs: ['build/Release/loader.node'],
    make: () => {
      const folder = compileFolder(libtorch.version);
      compileAddon(libtorch.root, folder);
      const release = join(root, 'build', 'Release');
      rmSync(release, { recursive: true, force: true }); // it may be another libtorch's
      cpSync(join(folder, 'build', 'Release'), release, { recursive: true });
    },
  });
}

/** The libtorch that is found, or else `setup`'s. */
async function orFetched(find: () => Libtorch): Promise<Libtorch> {
  try {
    return find();
  } catch (error) {
    if ((error as LibtorchGenerativeError).code !== 'ERR_LIBTORCH_NOT_FOUND') throw error;
    return setupLibtorch();
  }
}

/** Brings lib/ up to date. */
export async function buildLib(): Promise<void> {
  await ifChanged({
    name: 'lib',
    inputs: [
      'src',
      'tsconfig.json',
      'scripts/build.ts',
      ...ARTICLE.map((name) => `scripts/${name}.ts`),
      ...['typescript', 'esbuild', 'vega', 'vega-lite', 'vega-interpreter'].map(
        (name) => `node_modules/${name}/package.json`,
      ),
    ],
    outputs: ['lib/index.mjs', 'lib/service/fastify.mjs', 'lib/cli/main.js'],
    make: compileLib,
  });
}

function compileLib(): void {
  console.error('Compiling src to lib');
  const lib = join(root, 'lib');
  rmSync(lib, { recursive: true, force: true });
  runNode([require.resolve('typescript/bin/tsc'), '--project', root], 'Compiling src');
  for (const entry of ['index', 'service/fastify']) writeModule(join(lib, entry));
  chmodSync(join(lib, 'cli', 'main.js'), 0o755);
  compileArticle(join(lib, 'scripts'));
  bundleLibraries(join(lib, 'report', 'browser', 'vega.js'));
  for (const part of ['report', 'service']) bundlePage(part, join(lib, part, 'browser', 'page.js'));
}

/** The same objects for `import`, by name, as for `require`. */
function writeModule(entry: string): void {
  const names = Object.keys(require(`${entry}.js`));
  const file = basename(entry);
  writeFileSync(
    `${entry}.mjs`,
    `import api from './${file}.js';\n\nexport const {\n  ${names.join(',\n  ')},\n} = api;\n`,
  );
  writeFileSync(`${entry}.d.mts`, `export * from './${file}.js';\n`);
}

/** The article's programs, for those who have the package without its sources. */
function compileArticle(folder: string): void {
  mkdirSync(folder);
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  for (const name of ARTICLE) {
    const source = readFileSync(join(root, 'scripts', `${name}.ts`), 'utf8');
    writeFileSync(join(folder, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
  }
}

/** Vega-Lite's scripts for the pages, which their licence allows with the notice kept. */
function bundleLibraries(file: string): void {
  const libraries = ['vega', 'vega-lite'].map((name) => {
    const at = (...names: string[]) => readFileSync(join(root, 'node_modules', name, ...names), 'utf8');
    const { version } = JSON.parse(at('package.json'));
    return `/*! ${name} ${version}\n${at('LICENSE').trim()}\n*/\n${at('build', `${name}.min.js`)}`;
  });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, libraries.join('\n'));
}

/** A page's own script, with what it shares with Node's side. */
function bundlePage(part: string, outfile: string): void {
  const project = join(root, 'src', part, 'browser');
  runNode([require.resolve('typescript/bin/tsc'), '--project', project], `Compiling src/${part}/browser`);
  const entryPoints = [join(project, 'page.ts')];
  buildSync({
    entryPoints,
    outfile,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'inline',
    tsconfigRaw: '{}',
  });
}

if (require.main === module) runMain(build);
