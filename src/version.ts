import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** This package's. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version;
}
