// Makes the calls of a walk, and reports each before it is made, on file descriptor 3: a crash then has a name.
// Arguments: a file with callables, the number of the first call.
import { readFileSync, writeSync } from 'node:fs';
import * as api from '../../src';
import type { Callable } from './callables';
import { type Case, callValid, casesOf } from './cases';
import { makeFiles } from './recipes';

/** What the parent is told, a line of JSON each. */
export type Report =
  | { kind: 'call'; number: number; place: string; junk: string }
  | { kind: 'failure'; place: string; junk: string; problem: string }
  | { kind: 'end' };

/** No call has a reason to use more. */
const MAX_BYTES = 2 ** 30;

function report(line: Report): void {
  writeSync(3, `${JSON.stringify(line)}\n`);
}

async function main(): Promise<void> {
  const [file, first] = process.argv.slice(2) as [string, string];
  const callables: Callable[] = JSON.parse(readFileSync(file, 'utf8'));
  await makeFiles();
  let number = 0;
  for (const callable of callables) {
    for (const each of [validCase(callable), ...casesOf(callable)]) {
      if (number++ < Number(first)) continue;
      const { place, junk } = each;
      report({ kind: 'call', number: number - 1, place, junk });
      const problem = await judge(each);
      if (problem) report({ kind: 'failure', place, junk, problem });
    }
  }
  report({ kind: 'end' });
  process.exit();
}

/** Nothing wrong: without a call that works, wrong arguments prove nothing. */
function validCase(callable: Callable): Case {
  const call = () => callValid(callable);
  return { place: `${callable.name}(`, junk: 'valid arguments', mayReturn: true, expected: 'no error', call };
}

/** What is wrong with how a call ended, or undefined. */
async function judge({ call, mayReturn, expected }: Case): Promise<string | undefined> {
  api.setNumThreads(1);
  const before = process.resourceUsage().maxRSS;
  let problem: string | undefined;
  try {
    await settle(call());
    if (!mayReturn) problem = 'accepted';
  } catch (error) {
    problem = problemOf(error, expected);
  }
  const growth = (process.resourceUsage().maxRSS - before) * 1024;
  return growth > MAX_BYTES ? `took ${(growth / 2 ** 30).toFixed(1)} GB` : problem;
}

function problemOf(error: unknown, expected = ''): string | undefined {
  if (!(error instanceof api.LibtorchGenerativeError)) return String(error);
  return error.message.includes(expected) ? undefined : `${error.message} (expected: ${expected})`;
}

/** Waits for what a call promised, of a training its first epoch. */
async function settle(result: unknown): Promise<void> {
  if (result instanceof Promise) await result;
  const kind = Object.prototype.toString.call(result instanceof Object ? result : undefined);
  const isTraining = kind === '[object Object]' && (result as object).constructor?.name === 'TrainingRun';
  if (isTraining) await firstOf((result as AsyncIterable<unknown>)[Symbol.asyncIterator]());
  if (kind === '[object Generator]' || kind === '[object AsyncGenerator]') await firstOf(result as AsyncGenerator);
}

async function firstOf(iterator: AsyncIterator<unknown>): Promise<void> {
  await iterator.next();
  await iterator.return?.();
}

// A failure that nobody awaits is one of the call that was last made.
process.on('unhandledRejection', (error) => {
  report({ kind: 'failure', place: 'an unhandled rejection (', junk: '', problem: String(error) });
});
main();
