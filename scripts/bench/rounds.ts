import { setTimeout } from 'node:timers/promises';

/** OpenMP's threads spin for some milliseconds after their last work: they are idle again after this pause. */
const PAUSE_MS = 20;

export interface Plan {
  /** Steps in a round. */
  steps: number;
  rounds: number;
}

export interface PlanLimits {
  /** About how long PyTorch's steps of a round take. */
  turnMs: number;
  /** About how long all rounds of all columns take, unless the least number of them takes longer. */
  budgetMs: number;
  minRounds: number;
  maxRounds: number;
}

const MAX_STEPS = 50;

/** @param stepMs a step's time in each column, PyTorch's first */
export function planRounds(stepMs: number[], { turnMs, budgetMs, minRounds, maxRounds }: PlanLimits): Plan {
  const steps = clamp(Math.round(turnMs / stepMs[0]!), 1, MAX_STEPS);
  const roundMs = stepMs.reduce((sum, ms) => sum + steps * ms + PAUSE_MS, 0);
  return { steps, rounds: clamp(Math.floor(budgetMs / roundMs), minRounds, maxRounds) };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/**
 * Takes each column's figure once a round, and in the next round in the reverse order, so that noise which lasts, or
 * which follows one of them, hits all alike.
 */
export async function alternate<Column extends string>(
  figures: Map<Column, () => Promise<number>>,
  rounds: number,
): Promise<Map<Column, number[]>> {
  const results = new Map([...figures.keys()].map((column): [Column, number[]] => [column, []]));
  for (let round = 0; round < rounds; round++) {
    const order = [...figures];
    if (round % 2 === 1) order.reverse();
    for (const [column, figure] of order) {
      await setTimeout(PAUSE_MS);
      results.get(column)!.push(await figure());
    }
  }
  return results;
}
