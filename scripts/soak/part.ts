// What the parts of the soak have in common: each is a process that prints its figures as a line of JSON.
import { setTimeout } from 'node:timers/promises';

const MEBIBYTE = 2 ** 20;

/** What a part of the soak found. */
export interface Figures {
  /** Resident memory after the warm-up and at the end, in MiB. */
  residentMiB: [before: number, after: number];
  /** Tensors that were left. */
  leakedTensors: number;
  /** What went wrong: none may. */
  wrong: string[];
  /** Other figures, for people. */
  notes: string[];
}

/** Runs a part; `warmUp` lets allocators, compilers and threads grow to their size. */
export async function runPart(part: {
  warmUp: number;
  run: (count: number) => Promise<string[]> | string[];
  numTensors: () => number;
  notes?: string[];
}): Promise<void> {
  const count = Number(process.argv[2]);
  const wrong = await part.run(Math.min(part.warmUp, count));
  const [before, tensors] = [await residentMiB(), part.numTensors()];
  wrong.push(...(await part.run(count)));
  const figures: Figures = {
    residentMiB: [before, await residentMiB()],
    leakedTensors: part.numTensors() - tensors,
    wrong: wrong.slice(0, 10),
    notes: part.notes ?? [],
  };
  process.stdout.write(JSON.stringify(figures));
}

/** Memory that only waits to be collected does not count. */
async function residentMiB(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    global.gc?.();
    await setTimeout(50);
  }
  return process.memoryUsage().rss / MEBIBYTE;
}

/** A pseudo-random number from 0 to 1 that depends on a position alone. */
export function randomAt(position: number): number {
  const x = Math.sin(position * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
}
