// Worker threads that train, and are terminated at random moments of their steps.
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { memory } from 'libtorch-generative';
import { randomAt, runPart } from './part';

const PROGRAM = `
const { trainGan, trainMdnRnn, memory } = require(${JSON.stringify(require.resolve('libtorch-generative'))});
const { parentPort, workerData } = require('node:worker_threads');
const run = trainGan({ data: 'noise', epochs: 1e6, hidden: 32, threads: 1, seed: workerData });
(async () => { for await (const { epoch } of run) if (epoch === 0) parentPort.postMessage('at work'); })();
`;
const [AT_ONCE, MOST_MS] = [4, 60];

async function startAndTerminate(position: number): Promise<string[]> {
  const worker = new Worker(PROGRAM, { eval: true, workerData: position });
  const problems: string[] = [];
  worker.on('error', (error) => problems.push(`worker ${position}: ${error.message}`));
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  const isEarly = position % 3 === 0; // while it loads, or when it is at work
  if (!isEarly) await Promise.race([new Promise((resolve) => worker.once('message', resolve)), ended]);
  await setTimeout(randomAt(position) * MOST_MS);
  await worker.terminate();
  await ended;
  return problems;
}

async function run(count: number): Promise<string[]> {
  const problems: string[] = [];
  for (let done = 0; done < count; done += AT_ONCE) {
    const all = Array.from({ length: AT_ONCE }, (_, index) => startAndTerminate(done + index));
    problems.push(...(await Promise.all(all)).flat());
  }
  return problems;
}

void runPart({ warmUp: 20, run, numTensors: () => memory().tensors });
