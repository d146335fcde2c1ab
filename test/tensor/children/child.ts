import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs a script of this folder in a plain node on the built package: what happens at exit, in worker threads and to
 * memory is jest's own otherwise.
 *
 * @returns what it printed, as JSON
 */
export function runChild(script: string, nodeOptions: string[] = []): unknown {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, join(__dirname, script)], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect({ script, status, signal, stderr }).toEqual({ script, status: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}
