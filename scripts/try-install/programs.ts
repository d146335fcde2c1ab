import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, expectEqual, run } from './context';

/** How a program of the project is run: `node` alone, or through Yarn. */
export type Runner = [command: string, ...args: string[]];

/** PyTorch's `torch.manual_seed(7); torch.randn(3)`. */
const drawn = '-0.1468 0.7861 0.9468 5 × 2';

const expected = {
  'draw.cjs': drawn,
  'draw.mjs': drawn,
  'train.mjs': '4 epochs, 120 values',
  'worker.mjs': 'worker ended with 0, the timer went on',
  'service.mjs': '1568 numbers from a worker',
  'service.mts': '2 epochs, 1568 numbers from a worker',
};
type Program = keyof typeof expected;

const JAVASCRIPT = (Object.keys(expected) as Program[]).filter((name) => !name.endsWith('.mts'));

/** Programs with those that Node reads as TypeScript, from version 22.18 on. */
export const ALL_PROGRAMS = Object.keys(expected) as Program[];

/** Runs programs of a project, those in JavaScript unless told which, and compares what they print. */
export function tryPrograms(project: string, { env }: Context, [command, ...args]: Runner, names = JAVASCRIPT): void {
  for (const name of names) {
    const printed = run(project, env, command, ...args, name);
    // A worker's own output comes before its end.
    expectEqual(name, printed.split('\n').at(-1)!, expected[name]);
  }
}

/** Type-checks the project's program as an ES module, as CommonJS and for a bundler, the package's own types too. */
export function tryTypes(project: string, { env }: Context): void {
  for (const copy of ['types.mts', 'types.cts']) copyFileSync(join(project, 'types.ts'), join(project, copy));
  const tsc = (module: string, moduleResolution: string, ...files: string[]) =>
    run(
      project,
      env,
      process.execPath,
      join(project, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['--noEmit', '--strict', '--target', 'es2022', '--module', module, '--moduleResolution', moduleResolution],
      ...files,
    );
  tsc('node16', 'node16', 'types.mts', 'types.cts');
  tsc('esnext', 'bundler', 'types.ts');
}
