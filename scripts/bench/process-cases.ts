import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findMnist } from '../../src/data/mnist';
import { root } from './root';
import { alternate } from './rounds';
import type { Row } from './row';

/** A case whose round is a process of each side. */
export interface ProcessCase {
  name: string;
  title: string;
  unit: Row['unit'];
  target: number;
  threads?: number;
  run(python: string): { pytorch: () => number; ours: () => number };
  /** Rounds that find all files in the page cache already; before them comes one that doesn't count. */
  needsWarmUp: boolean;
  isLong?: boolean;
}

const pytorchScript = (name: string) => join(__dirname, 'pytorch', name);
const oursScript = (name: string) => join(__dirname, 'ours', name);

function output(command: string, args: string[]): string {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function wallMs(command: string, args: string[]): number {
  const startMs = performance.now();
  output(command, args);
  return performance.now() - startMs;
}

function coldStart(model: 'mdn-rnn' | 'gan', title: string, isLong: boolean): ProcessCase {
  return {
    name: `cold-start-${model}`,
    title: `Process start to first train step done, ${title}`,
    unit: 'ms',
    target: 4,
    run: (python) => ({
      pytorch: () => wallMs(python, [pytorchScript('cold_start.py'), model]),
      ours: () => wallMs(process.execPath, [oursScript('cold-start.cjs'), model]),
    }),
    needsWarmUp: true,
    isLong,
  };
}

/** Of the process, as the kernel counts it: getrusage would count what was there before exec, too. */
function peakMemory(hidden: number, preset: 'article' | 'recommended', isLong: boolean): ProcessCase {
  const [epochs, threads] = ['1', '2'];
  return {
    name: `memory-h${hidden}`,
    title: `Peak memory of an MNIST epoch, H ${hidden}`,
    unit: 'MiB',
    target: 1,
    threads: Number(threads),
    run: (python) => ({
      pytorch: () => Number(output(python, [pytorchScript('mnist_job.py'), preset, epochs, threads, findMnist()])),
      ours: () => Number(output(process.execPath, [oursScript('mnist-job.cjs'), preset, epochs, threads])),
    }),
    needsWarmUp: false,
    isLong,
  };
}

export const PROCESS_CASES: ProcessCase[] = [
  coldStart('mdn-rnn', 'MDN-RNN', false),
  coldStart('gan', 'GAN', true),
  peakMemory(128, 'article', false),
  peakMemory(512, 'recommended', true),
];

export async function runProcessCase(
  { name, title, threads, unit, target, run, needsWarmUp }: ProcessCase,
  python: string,
  rounds: number,
): Promise<Row> {
  const { pytorch, ours } = run(python);
  if (needsWarmUp) for (const side of [pytorch, ours]) side();
  const figures = new Map([
    ['pytorch' as const, async () => pytorch()],
    ['ours' as const, async () => ours()],
  ]);
  const results = await alternate(figures, rounds);
  return { case: name, title, threads, unit, target, rounds: Object.fromEntries(results) };
}
