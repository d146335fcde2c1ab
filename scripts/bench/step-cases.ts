import type { StepCase } from './cases';
import type { Contestants } from './contestants';
import { floorOf } from './gemms';
import { alternate, countRounds, type RoundLimits } from './rounds';
import type { Column, Row } from './row';
import { quantile } from './statistics';

/** Does steps for some milliseconds, at least one, and gives the milliseconds of each. */
type Turn = (turnMs: number, round?: number) => Promise<number[]>;

export interface StepOptions {
  limits: RoundLimits;
  /** Without the columns that have to be compiled or installed. */
  isQuick: boolean;
  /** Why a column of a case is empty. */
  note: (text: string) => void;
}

/** Measures a case in all its columns, a round of each after the other. */
export async function runStepCase(
  step: StepCase,
  threads: number,
  contestants: Contestants,
  { limits, isQuick, note }: StepOptions,
): Promise<Row> {
  const turns = turnsOf(step, threads, contestants, isQuick);
  const stepMs = await warmUp(step, turns, note);
  const figures = new Map(
    [...stepMs.keys()].map((column) => [
      column,
      async (round: number) => quantile(await turns.get(column)!(limits.turnMs, round), 0.25),
    ]),
  );
  const rounds = await alternate(figures, countRounds([...stepMs.values()], limits));
  const { name, title, target, floorTarget } = step;
  return { case: name, title, threads, unit: 'ms', target, floorTarget, rounds: Object.fromEntries(rounds) };
}

function turnsOf(step: StepCase, threads: number, contestants: Contestants, isQuick: boolean): Map<Column, Turn> {
  const { pytorch, ours, tfjs, peak } = contestants;
  const { name, work, peers } = step;
  const turn =
    (contestant: Contestants['ours'], work: object): Turn =>
    (turnMs, round) =>
      contestant.steps({ case: name, work, threads, turnMs }, round);
  const turns = new Map<Column, Turn>([
    ['pytorch', turn(pytorch, work)],
    ['ours', turn(ours, work)],
  ]);
  const floor = floorOf(work);
  if (floor) turns.set('floor', turn(pytorch, floor));
  if (floor && peak) turns.set('peak', async (turnMs, round) => [await peak.timeOf(floor, threads, turnMs, round)]);
  if (peers.includes('ownLoop')) turns.set('ownLoop', turn(ours, { ...work, ownLoop: true }));
  if (peers.includes('defaultAdam')) turns.set('defaultAdam', turn(pytorch, { ...work, fused: false }));
  if (peers.includes('compiled') && !isQuick) turns.set('compiled', turn(pytorch, { ...work, compiled: true }));
  // In Node tfjs has one thread.
  if (peers.includes('tfjs') && tfjs && threads === 1) turns.set('tfjs', turn(tfjs, work));
  return turns;
}

/** A first step is slow (memory, code, torch.compile), so that later ones tell how long one takes. */
const SLOW_STEP_MS = 1000;
const WARM_UP_MS = 50;

/** @returns a step's time in each column that works. @throws Error if PyTorch or ours doesn't */
async function warmUp(
  { name }: StepCase,
  turns: Map<Column, Turn>,
  note: StepOptions['note'],
): Promise<Map<Column, number>> {
  const stepMs = new Map<Column, number>();
  for (const [column, turn] of turns) {
    try {
      // On all cores: libgomp counts those that it may use while it is loaded.
      const first = await turn(0);
      const isSettled = column !== 'compiled' && first[0]! > SLOW_STEP_MS;
      stepMs.set(column, isSettled ? first[0]! : Math.min(...(await turn(WARM_UP_MS))));
    } catch (error) {
      const { message } = error as Error;
      if (column === 'pytorch' || column === 'ours') throw new Error(`${name}, ${column}: ${message}`);
      note(`${column} has no ${name}: ${message.split('\n')[0]}`);
    }
  }
  return stepMs;
}
