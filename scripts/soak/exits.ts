// Processes that exit in the middle of a training, in their own thread or in a worker thread.
import { spawn } from 'node:child_process';
import { randomAt, runPart } from './part';

const PROGRAM = `
const { trainGan } = require(${JSON.stringify(require.resolve('libtorch-generative'))});
const [worker, ms] = JSON.parse(process.argv[1]);
const run = trainGan({ data: 'noise', epochs: 1e6, hidden: 64, threads: 1, worker });
(async () => { for await (const { epoch } of run) if (epoch === 0) setTimeout(() => process.exit(7), ms); })();
`;
const [AT_ONCE, MOST_MS] = [2, 80];

function exitInTraining(position: number): Promise<string[]> {
  const argument = JSON.stringify([position % 2 === 0, Math.round(randomAt(position) * MOST_MS)]);
  const child = spawn(process.execPath, ['-e', PROGRAM, argument], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve) =>
    child.on('close', (status, signal) =>
      resolve(status === 7 && stderr === '' ? [] : [`process ${position} ended with ${signal ?? status}: ${stderr}`]),
    ),
  );
}

async function run(count: number): Promise<string[]> {
  const problems: string[] = [];
  for (let done = 0; done < count; done += AT_ONCE) {
    const all = Array.from({ length: AT_ONCE }, (_, index) => exitInTraining(done + index));
    problems.push(...(await Promise.all(all)).flat());
  }
  return problems;
}

void runPart({ warmUp: 2, run, numTensors: () => 0 });
