import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheIn } from '../cli/cli';
import type { Callable } from './callables';
import type { Report } from './walk';

/** A call that takes longer hangs, also on busy cores. */
const MAX_SECONDS = 60;
/** Until the first call: loading libtorch and compiling the sources. */
const MAX_SECONDS_TO_START = 300;
/** Of memory of its own that a child may have, in KB: what would exhaust the machine fails there. */
const MAX_MEMORY = 2 * 2 ** 20;

/** Wrong values that a line of a failure names. */
const MAX_LISTED = 12;

type Place = Omit<Extract<Report, { kind: 'failure' }>, 'kind'>;

/** Makes all calls with wrong arguments, in children that may crash or hang, and lists those that did not end as they must. */
export async function walk(callables: Callable[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'surface-'));
  try {
    const list = join(folder, 'callables.json');
    writeFileSync(list, JSON.stringify(callables));
    const failures: Place[] = [];
    for (let first: number | undefined = 0; first !== undefined; )
      first = await walkFrom(first, list, folder, failures);
    return readable(failures);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Walks on in a new child. @returns the number of the call to go on with, after one that ended the child */
function walkFrom(first: number, list: string, folder: string, failures: Place[]): Promise<number | undefined> {
  const command = 'ulimit -d "$0" 2>/dev/null; exec "$@"';
  const node = [process.execPath, '--import', require.resolve('tsx'), join(__dirname, 'walk.ts'), list, `${first}`];
  const child = spawn('sh', ['-c', command, `${MAX_MEMORY}`, ...node], {
    cwd: folder,
    env: { ...process.env, ...cacheIn(list) }, // a cache that is no folder: nothing is fetched
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let last: Extract<Report, { kind: 'call' }> | undefined;
  let isDone = false;
  let isHanging = false;
  let stderr = '';
  let timer: NodeJS.Timeout | undefined;
  const wait = (seconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isHanging = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
  };
  wait(MAX_SECONDS_TO_START);
  child.stderr!.on('data', (data) => {
    stderr = (stderr + data).slice(-2000);
  });
  createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
    wait(MAX_SECONDS);
    const report: Report = JSON.parse(line);
    if (report.kind === 'call') last = report;
    else if (report.kind === 'failure') failures.push(report);
    else isDone = true;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (isDone) return resolve(undefined);
      if (!last) return reject(new Error(`The walk did not begin: ${stderr}`));
      const how = isHanging ? `takes longer than ${MAX_SECONDS} s` : `ends the process (${signal ?? status}) ${stderr}`;
      failures.push({ place: last.place, junk: last.junk, problem: how });
      resolve(last.number + 1);
    });
  });
}

/** A line for each place and problem, with all that led to it. */
function readable(failures: Place[]): string[] {
  const junkOf = new Map<string, string[]>();
  for (const { place, junk, problem } of failures) {
    const key = JSON.stringify([place, problem.split('\n', 1)[0]!.slice(0, 150)]);
    junkOf.set(key, [...(junkOf.get(key) ?? []), junk]);
  }
  return [...junkOf].map(([key, junk]) => {
    const [place, problem] = JSON.parse(key) as [string, string];
    const more = junk.length > MAX_LISTED ? ` and ${junk.length - MAX_LISTED} more` : '';
    return `${place} ${junk.slice(0, MAX_LISTED).join(' | ')}${more}): ${problem}`;
  });
}
