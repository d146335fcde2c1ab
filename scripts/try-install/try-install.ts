// Installs the packed package as its users do, in empty folders with empty caches, and prints a table of what worked.
// `npm run try-install -- --quick` tries npm and TypeScript only; `--keep` leaves the folders.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { root } from '../if-changed';
import { runMain } from '../run-main';
import { type Context, makeContext, run, Skipped } from './context';
import { type Trial, trials } from './trials';

interface Flags {
  quick?: boolean;
  keep?: boolean;
  tarball?: string;
}

async function main(): Promise<void> {
  const { quick, keep, tarball } = new Command()
    .option('--quick')
    .option('--keep')
    .option('--tarball <file>', 'rather than packing one')
    .parse()
    .opts<Flags>();
  const folder = mkdtempSync(join(tmpdir(), 'try-install-'));
  try {
    const context = makeContext(tarball ? resolve(tarball) : pack(folder), folder);
    const results = trials.filter((trial) => !quick || trial.quick).map((trial) => tryOne(trial, context));
    if (results.includes('failed')) process.exitCode = 1;
  } finally {
    if (keep) console.error(`The folders are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs the package; what it is made from must be up to date. */
function pack(folder: string): string {
  return join(
    folder,
    run(root, process.env, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder),
  );
}

function tryOne({ name, run }: Trial, context: Context): 'works' | 'skipped' | 'failed' {
  const start = performance.now();
  const print = (result: string, detail = '') => {
    const seconds = `${((performance.now() - start) / 1000).toFixed(0)} s`;
    console.log(`${name.padEnd(45)}${result.padEnd(9)}${seconds.padStart(6)}${detail && `  ${detail}`}`);
  };
  try {
    const detail = run(context);
    print('works', typeof detail === 'string' ? detail : '');
    return 'works';
  } catch (error) {
    const { message } = error as Error;
    const result = error instanceof Skipped ? 'skipped' : 'failed';
    print(result, result === 'skipped' ? message : '');
    if (result === 'failed') console.error(message.replace(/^/gm, '    '));
    return result;
  }
}

runMain(main);
