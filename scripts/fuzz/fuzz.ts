/**
 * Tries all that reads bytes or text with mutated inputs: `npm run fuzz [-- --inputs 100000] [--seed 1] [TARGET ...]`.
 * README.md beside this file tells how to read what it prints and how to add a target.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { LibtorchGenerativeError } from '../../src/errors';
import { formatNumber, formatTable } from '../bench/table';
import { root } from '../if-changed';
import { runMain } from '../run-main';
import { temporaryFolder } from './target';
import { TARGETS } from './targets';
import { LAST_INPUT, NOTHING, type Outcome } from './try-target';

interface Options {
  names: string[];
  inputs: number;
  seed: number;
}

const HUNG_MS = 60_000;

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  });
  const known = TARGETS.map(({ name }) => name);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`no target is called ${unknown}; there are ${known.join(', ')}`);
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  if (!(Number.isSafeInteger(inputs) && inputs > 0))
    throw invalid(`expected a number for --inputs but received ${values.inputs}`);
  if (!Number.isSafeInteger(seed)) throw invalid(`expected a whole number for --seed but received ${values.seed}`);
  return { names: positionals.length > 0 ? positionals : known, inputs, seed };
}

const invalid = (problem: string) => new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', problem);

/** Tries a target in a process of its own, as an input may end or hang it. */
async function tryTarget(name: string, { inputs, seed }: Options): Promise<Outcome> {
  const folder = temporaryFolder();
  const last = join(folder, LAST_INPUT);
  const args = ['--import', 'tsx', join(__dirname, 'try-target.ts'), name, String(inputs), String(seed), folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const watch = setInterval(() => {
    const { mtimeMs = Date.now() } = statSync(last, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > HUNG_MS) child.kill('SIGKILL');
  }, 1000);
  const closed = once(child, 'close');
  const printed = await text(child.stdout);
  const [status, signal] = await closed;
  clearInterval(watch);
  try {
    if (status === 0) return JSON.parse(printed);
    const message = `The process hung for a minute, or ended with ${signal ?? `status ${status}`}`;
    return { ...NOTHING, fault: { message, input: readFileSync(last, 'base64') } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Keeps the input of a fault, and prints what it caused. */
function tell(name: string, { fault, inputs, seconds }: Outcome): void {
  if (!fault) {
    console.error(`${name}: no fault in ${inputs} inputs, ${formatNumber(seconds)} s`);
    return;
  }
  const file = join(root, 'build', 'fuzz', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(fault.input, 'base64'));
  console.error(`${name}: ${fault.message}\nThe input is in ${file}`);
  process.exitCode = 1;
}

function rowOf(name: string, { inputs, accepted, corpus, seconds, slowestMs, fault, memoryMiB }: Outcome): string[] {
  const figures = [seconds, slowestMs].map(formatNumber);
  return [name, ...[inputs, accepted, corpus].map(String), ...figures, fault ? '1' : '0', memoryMiB.toFixed(0)];
}

async function main(): Promise<void> {
  const options = readOptions();
  const rows: string[][] = [];
  for (const name of options.names) {
    const outcome = await tryTarget(name, options);
    tell(name, outcome);
    rows.push(rowOf(name, outcome));
  }
  const header = ['target', 'inputs', 'accepted', 'corpus', 'seconds', 'slowest (ms)', 'faults', 'memory (MiB)'];
  console.log(`\n${formatTable(header, rows)}`);
}

runMain(main);
