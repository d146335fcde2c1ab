import { setTimeout } from 'node:timers/promises';

/** OpenMP's threads spin for some milliseconds after their last work: they are idle again after this pause. */
const PAUSE_MS = 20;

export interface RoundLimits {
  /** How long each column does steps in a round: long enough that those right after the wait don't count. */
  turnMs: number;
  /** About how long all rounds of all columns take, unless the least number of them takes longer. */
  budgetMs: number;
  minRounds: number;
  maxRounds: number;
}

/** How many rounds there is time for. @param stepMs a step's time in each column */
export function countRounds(stepMs: number[], { turnMs, budgetMs, minRounds, maxRounds }: RoundLimits): number {
  const roundMs = stepMs.reduce((sum, ms) => sum + Math.max(turnMs, ms) + PAUSE_MS, 0);
  return Math.min(Math.max(Math.floor(budgetMs / roundMs), minRounds), maxRounds);
}

/**
 * Takes each column's figure once a round, and in the next round in the reverse order, so that noise which lasts, or
 * which follows one of them, hits all alike.
 */
export async function alternate<Column extends string>(
  figures: Map<Column, (round: number) => Promise<number>>,
  rounds: number,
): Promise<Map<Column, number[]>> {
  const results = new Map([...figures.keys()].map((column): [Column, number[]] => [column, []]));
  for (let round = 0; round < rounds; round++) {
    const order = [...figures];
    if (round % 2 === 1) order.reverse();
    for (const [column, figure] of order) {
      await setTimeout(PAUSE_MS);
      results.get(column)!.push(await figure(round));
    }
  }
  return results;
}
