// How much longer an epoch takes while other programs use the cores, too: a compiler, a test run, the other containers.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Contestants } from './contestants';
import { alternate } from './rounds';
import { median, type Ratio, ratioOf } from './statistics';
import type { MnistEpoch } from './work';

type BusyColumn = 'pytorch' | 'ours' | 'pytorchBusy' | 'oursBusy';

/** What was measured: quiet, and beside processes that compute. */
export interface BusyRow {
  case: string;
  title: string;
  threads: number;
  /** Our time beside them is at most this many times our quiet time. */
  target: number;
  /** Milliseconds of each round. */
  rounds: Record<BusyColumn, number[]>;
}

export const BUSY_CASE = { name: 'busy', title: 'MNIST epoch, H 512, beside 2 busy processes', isLong: true };
const NUM_PROCESSES = 2;
const TARGET = 2.5;

export async function runBusyCase(threads: number, contestants: Contestants, rounds: number): Promise<BusyRow> {
  const work: MnistEpoch = { kind: 'mnist-epoch', preset: 'recommended' };
  const epoch = async (side: 'pytorch' | 'ours') =>
    (await contestants[side].steps({ case: BUSY_CASE.name, work, threads, turnMs: 0 }))[0]!;
  for (const side of ['pytorch', 'ours'] as const) await epoch(side); // the first one reads the images
  const figures = new Map<BusyColumn, () => Promise<number>>([
    ['pytorch', () => epoch('pytorch')],
    ['ours', () => epoch('ours')],
    ['pytorchBusy', () => besideOthers(() => epoch('pytorch'))],
    ['oursBusy', () => besideOthers(() => epoch('ours'))],
  ]);
  const results = await alternate(figures, rounds);
  return {
    case: BUSY_CASE.name,
    title: BUSY_CASE.title,
    threads,
    target: TARGET,
    rounds: Object.fromEntries(results) as BusyRow['rounds'],
  };
}

/** How many times longer it takes beside others, in the same round. */
export function slowdown({ rounds }: BusyRow, side: 'pytorch' | 'ours'): Ratio {
  return ratioOf(rounds[`${side}Busy`], rounds[side]);
}

export function medianMs({ rounds }: BusyRow, column: BusyColumn): number {
  return median(rounds[column]);
}

/** Runs `work` while processes do nothing but compute. */
async function besideOthers<T>(work: () => Promise<T>): Promise<T> {
  const others = Array.from({ length: NUM_PROCESSES }, () =>
    spawn(process.execPath, ['-e', 'console.log(); for (;;);'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  try {
    await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
    return await work();
  } finally {
    await Promise.all(others.map(stop));
  }
}

async function stop(process: ChildProcess): Promise<void> {
  process.kill();
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}
