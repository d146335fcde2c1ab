import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns a browser script that the build has bundled: the library "vega.js", or "page.js", a part's own. */
export function browserScript(part: 'report' | 'service', name: 'vega.js' | 'page.js'): string {
  return readFileSync(join(__dirname, '..', '..', 'lib', part, 'browser', name), 'utf8');
}
