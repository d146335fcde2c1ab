// Puts the add-on into prebuilds/ as it is published: the loader, and a library for each version of libtorch: those that
// setup fetches, or those of the folders given (`npm run prebuild -- DIR ...`). `--glibc 2.28` fails if it needs a newer.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import prebuildify from 'prebuildify';
import { LibtorchGenerativeError } from '../src/errors';
import { FETCHED_VERSIONS, inspectLibtorch, type Libtorch, libtorchRoot } from '../src/native/libtorch';
import { pipInstall, requirePip } from '../src/setup/pip';
import { setupLibtorch } from '../src/setup/setup-libtorch';
import { addonInputs, compileFolder } from './addon';
import { buildLib } from './build';
import { ifChanged, root } from './if-changed';
import { runMain } from './run-main';

const linux = process.platform === 'linux';
const prebuilds = join('prebuilds', `${process.platform}-${process.arch}`);

async function main(): Promise<void> {
  const command = new Command().argument('[folders...]').option('--glibc <version>').parse();
  const libtorchs = command.args.length > 0 ? command.args.map(inFolder) : await fetched();
  await buildLib();
  const library = ({ version }: Libtorch) => `libtorch_generative-${version}.${linux ? 'so' : 'dylib'}`;
  await ifChanged({
    name: 'prebuilds',
    inputs: [...addonInputs, 'scripts/prebuild.ts'],
    extra: JSON.stringify(libtorchs),
    outputs: libtorchs.map((libtorch) => join(prebuilds, library(libtorch))),
    make: () => prebuild(libtorchs),
  });
  if (linux) tellGlibc(command.opts().glibc);
}

/** The libtorchs that `setup` fetches. Compiling for CUDA needs none of NVIDIA's libraries. */
async function fetched(): Promise<Libtorch[]> {
  const cpu = await setupLibtorch();
  if (!linux) return [cpu];
  const folder = join(compileFolder(FETCHED_VERSIONS.cuda), 'libtorch');
  if (!existsSync(folder)) await pipDownload(`torch==${FETCHED_VERSIONS.cuda}`, folder);
  return [cpu, inFolder(folder)];
}

/** The folder gets its name once pip is done, so that an interrupted download is made again. */
async function pipDownload(requirement: string, folder: string): Promise<void> {
  const temporaryFolder = `${folder}.tmp`;
  rmSync(temporaryFolder, { recursive: true, force: true });
  mkdirSync(temporaryFolder, { recursive: true });
  const target = join(temporaryFolder, 'content');
  const args = ['--no-deps', '--target', target, requirement];
  const failure = await pipInstall({
    python: requirePip(),
    args,
    temporaryFolder,
    signal: new AbortController().signal,
  });
  if (failure === undefined) renameSync(target, folder);
  rmSync(temporaryFolder, { recursive: true });
  if (failure) throw new LibtorchGenerativeError('ERR_SETUP', `pip could not fetch ${requirement}:\n${failure}`);
}

function inFolder(folder: string): Libtorch {
  const libtorch = inspectLibtorch(libtorchRoot(resolve(folder)), 'LIBTORCH');
  if (typeof libtorch !== 'string') return libtorch;
  throw new LibtorchGenerativeError('ERR_LIBTORCH_BROKEN', `There is no libtorch in ${folder}: ${libtorch}`);
}

async function prebuild(libtorchs: Libtorch[]): Promise<void> {
  rmSync(join(root, prebuilds), { recursive: true, force: true });
  for (const { root: libtorch, version } of libtorchs) {
    process.env.LIBTORCH = libtorch; // node-gyp.ts reads it
    const cwd = compileFolder(version);
    mkdirSync(cwd, { recursive: true });
    const nodeGyp = join(__dirname, 'node-gyp.ts');
    await new Promise<void>((done, fail) =>
      prebuildify(
        { cwd, out: root, name: 'libtorch-generative', napi: true, strip: true, tagLibc: true, nodeGyp },
        (error) => (error ? fail(error) : done()),
      ),
    );
  }
}

/** The newest version of glibc that the prebuilt files ask for, which is the oldest that they run on. */
function tellGlibc(atMost?: string): void {
  const folder = join(root, prebuilds);
  const files = readdirSync(folder).map((name) => join(folder, name));
  const symbols = execFileSync('readelf', ['--version-info', ...files], { encoding: 'utf8' });
  const minors = [...symbols.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  const needed = Math.max(...minors);
  console.error(`${prebuilds} needs glibc 2.${needed} or newer`);
  if (atMost !== undefined && needed > Number(atMost.split('.')[1])) {
    throw new LibtorchGenerativeError(
      'ERR_ADDON_NOT_BUILT',
      `It should run on glibc ${atMost}: compile it on an older system`,
    );
  }
}

runMain(main);
