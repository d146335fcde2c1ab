import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the path of a file in this package. */
export function packageFile(...names: string[]): string {
  return join(__dirname, '..', ...names);
}

/** This package's version. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(packageFile('package.json'), 'utf8')).version;
}
