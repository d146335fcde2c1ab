import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A script for a browser: "vega.js", the library, or "page.js", ours. The build has put them there. */
export function browserScript(name: string): string {
  return readFileSync(join(__dirname, '..', '..', 'lib', 'report', 'browser', name), 'utf8');
}
