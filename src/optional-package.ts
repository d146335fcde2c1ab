import type sharp from 'sharp';
import { LibtorchGenerativeError } from './errors';

/** The packages that are not installed with this one. */
interface Packages {
  fastify: typeof import('fastify');
  '@fastify/swagger': typeof import('@fastify/swagger');
  'prom-client': typeof import('prom-client');
  sharp: typeof sharp;
  'onnxruntime-node': typeof import('onnxruntime-node');
}

/** What needs each of them. */
const USERS: Record<keyof Packages, string> = {
  fastify: 'A service',
  '@fastify/swagger': 'A service',
  'prom-client': 'A service',
  sharp: 'Reading and writing pictures',
  'onnxruntime-node': 'Comparing images by the features of an ONNX file',
};

/**
 * Loads an optional package, of this package's own project or that of the working directory.
 *
 * @throws ERR_NOT_INSTALLED if it is not there
 */
export function optionalPackage<Name extends keyof Packages>(name: Name): Packages[Name] {
  return require(found(name));
}

/** @throws ERR_NOT_INSTALLED if any of the packages is not there */
export function checkInstalled(...names: (keyof Packages)[]): void {
  const missing = names.filter((name) => !tryToFind(name));
  if (missing.length > 0) throw notInstalled(missing);
}

function found(name: keyof Packages): string {
  const path = tryToFind(name);
  if (!path) throw notInstalled([name]);
  return path;
}

function tryToFind(name: string): string | undefined {
  try {
    return require.resolve(name, { paths: [__dirname, process.cwd()] });
  } catch {
    return undefined;
  }
}

function notInstalled(names: (keyof Packages)[]): LibtorchGenerativeError {
  const are = names.length === 1 ? 'is' : 'are';
  return new LibtorchGenerativeError(
    'ERR_NOT_INSTALLED',
    `${USERS[names[0]!]} needs ${names.join(', ')}, which ${are} not installed: run \`npm install ${names.join(' ')}\``,
  );
}
