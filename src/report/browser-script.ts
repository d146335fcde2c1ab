import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns a browser script that the build has bundled: "vega.js", the library, or "page.js", the report's own. */
export function browserScript(name: string): string {
  return readFileSync(join(__dirname, '..', '..', 'lib', 'report', 'browser', name), 'utf8');
}
