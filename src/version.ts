import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from './errors';

const NAME = 'libtorch-generative';

/** Returns the path of a file in this package. */
export function packageFile(...names: string[]): string {
  return join(__dirname, '..', ...names);
}

/** This package's version. @throws ERR_FILE if its files are not where they were installed */
export function packageVersion(): string {
  const { name, version } = readPackage();
  if (name === NAME) return version;
  const remedy = `a bundle must leave it outside, as with esbuild's --external:${NAME}`;
  throw new LibtorchGenerativeError('ERR_FILE', `Cannot find the files of ${NAME} beside ${__filename}: ${remedy}`);
}

function readPackage(): { name?: string; version: string } {
  try {
    return JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
  } catch {
    return { version: '' };
  }
}
