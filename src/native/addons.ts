import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolve as resolveAddon } from 'node-gyp-build';
import { LibtorchGenerativeError } from '../errors';
import { packageVersion } from '../version';
import { cacheRoot } from './cache';
import { describeSystem, type Environment, libc } from './system';

/** An add-on compiled for one version of libtorch. */
export interface Addon {
  /** The version of libtorch it was compiled for. */
  version: string;
  /** The library with the actual code, which the loader opens. */
  library: string;
  /** The add-on that Node loads and that opens the library. */
  loader: string;
}

/** This package's folder. */
export const packageRoot = join(__dirname, '..', '..');

const libraryName = /^libtorch_generative-(\d+\.\d+\.\d+)\.(so|dylib)$/;

/** The output of `build`: in the cache, since the package folder may be read-only, with the layout of a package. */
const compiledPackage = (env: Environment) => join(cacheRoot(env), `addon-${packageVersion()}`);

/** Returns the folder for the output of `build` on this system. */
export function compiledFolder(env: Environment = process.env): string {
  return join(compiledPackage(env), 'prebuilds', `${process.platform}-${process.arch}`);
}

/**
 * Lists the available add-ons, one per version of libtorch. Those compiled in the package folder take precedence, then
 * the output of `build`, then the package's prebuilds. PREBUILDS_ONLY skips the first.
 */
export function listAddons(env: Environment = process.env): Addon[] {
  const ours = loaderIn(packageRoot);
  const compiled = loaderIn(compiledPackage(env));
  const loaders = ours?.startsWith(join(packageRoot, 'build')) ? [ours, compiled] : [compiled, ours];
  const addons = loaders.flatMap((loader) => (loader ? addonsBeside(loader) : []));
  return addons.filter(({ version }, index) => addons.findIndex((other) => other.version === version) === index);
}

/** Like {@link listAddons}, but returns at least one. @throws ERR_ADDON_NOT_BUILT if there is none for this system */
export function findAddons(env: Environment = process.env): Addon[] {
  const addons = listAddons(env);
  if (addons.length > 0) return addons;
  throw new LibtorchGenerativeError('ERR_ADDON_NOT_BUILT', whyNone());
}

/** Returns the loader for this system in a folder's `build/Release` or `prebuilds`, as chosen by node-gyp-build. */
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
    return `There is no add-on for this system (${describeSystem()}): libtorch needs glibc. Use a glibc-based system or container image, such as node:22-slim.`;
  }
  const prebuilds = join(packageRoot, 'prebuilds');
  const brought = existsSync(prebuilds) ? readdirSync(prebuilds).join(', ') : 'none';
  return [
    `There is no add-on for this system (${describeSystem()}); the package includes: ${brought}.`,
    'To compile one (requires cmake, a C++20 compiler and libtorch): npx libtorch-generative build',
  ].join('\n');
}
