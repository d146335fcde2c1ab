import { createInterface } from 'node:readline';
import type { Answer, Request, Work } from './work';

/** What is timed. */
export type Step = () => unknown;

/** A contestant's loop in Node: answers the requests on standard input one after the other. */
export async function serve(
  prepare: (work: Work) => Step | Promise<Step>,
  setNumThreads: (numThreads: number) => void,
): Promise<void> {
  let prepared: { key: string; step: Step } | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const { work, threads, turnMs } = JSON.parse(line) as Request;
    const key = JSON.stringify(work);
    let answer: Answer;
    try {
      setNumThreads(threads);
      if (prepared?.key !== key) prepared = { key, step: await prepare(work as Work) };
      answer = { ms: await timeSteps(prepared.step, turnMs) };
    } catch (error) {
      answer = { error: String(error) };
    }
    console.log(JSON.stringify(answer));
  }
}

async function timeSteps(step: Step, turnMs: number): Promise<number[]> {
  const times: number[] = [];
  const endMs = performance.now() + turnMs;
  do {
    const startMs = performance.now();
    const result = step();
    if (result instanceof Promise) await result;
    times.push(performance.now() - startMs);
  } while (performance.now() < endMs);
  return times;
}
