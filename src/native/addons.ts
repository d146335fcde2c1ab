import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolve as resolveAddon } from 'node-gyp-build';
import { LibtorchGenerativeError } from '../errors';
import { packageVersion } from '../version';
import { cacheRoot } from './cache';
import { describeSystem, type Environment, libc } from './system';

/** What was compiled for one version of libtorch. */
export interface Addon {
  /** Of the libtorch that it was compiled for. */
  version: string;
  /** The library with everything, which the loader opens. */
  library: string;
  /** The add-on that Node loads, and that opens the library. */
  loader: string;
}

/** This package's folder. */
export const packageRoot = join(__dirname, '..', '..');

const libraryName = /^libtorch_generative-(\d+\.\d+\.\d+)\.(so|dylib)$/;

/** What `build` compiles is in the cache, since a package's folder may be read-only, and laid out as a package's. */
const compiledPackage = (env: Environment) => join(cacheRoot(env), `addon-${packageVersion()}`);

/** The folder for what `build` compiles on this system. */
export function compiledFolder(env: Environment = process.env): string {
  return join(compiledPackage(env), 'prebuilds', `${process.platform}-${process.arch}`);
}

/**
 * The add-ons that are here, one for each version of libtorch: what was compiled in the package's folder comes before
 * what `build` compiled, and that before what the package brought. PREBUILDS_ONLY leaves out the first.
 */
export function listAddons(env: Environment = process.env): Addon[] {
  const ours = loaderIn(packageRoot);
  const compiled = loaderIn(compiledPackage(env));
  const loaders = ours?.startsWith(join(packageRoot, 'build')) ? [ours, compiled] : [compiled, ours];
  const addons = loaders.flatMap((loader) => (loader ? addonsBeside(loader) : []));
  return addons.filter(({ version }, index) => addons.findIndex((other) => other.version === version) === index);
}

/** As {@link listAddons}, but at least one. @throws ERR_ADDON_NOT_BUILT if there is none for this system */
export function findAddons(env: Environment = process.env): Addon[] {
  const addons = listAddons(env);
  if (addons.length > 0) return addons;
  throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', whyNone());
}

/** The loader for this system in `build/Release` or `prebuilds` of a folder, as node-gyp-build chooses it. */
function loaderIn(folder: string): string | undefined {
  try {
    return resolveAddon(folder);
  } catch {
    return undefined;
  }
}

function addonsBeside(loader: string): Addon[] {
  return readdirSync(dirname(loader)).flatMap((name) => {
    const version = name.match(libraryName)?.[1];
    return version ? [{ version, library: join(dirname(loader), name), loader }] : [];
  });
}

function whyNone(): string {
  if (libc() === 'musl') {
    return `There is no add-on for this system (${describeSystem()}): libtorch needs glibc. Use a system or container image that has it, such as node:22-slim.`;
  }
  const prebuilds = join(packageRoot, 'prebuilds');
  const brought = existsSync(prebuilds) ? readdirSync(prebuilds).join(', ') : 'none';
  return [
    `There is no add-on for this system (${describeSystem()}); the package brings: ${brought}.`,
    'Compile one, which needs cmake, a C++20 compiler and libtorch: npx libtorch-generative build',
  ].join('\n');
}
