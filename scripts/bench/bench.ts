/**
 * Ours against PyTorch's (from Python, with its fused Adam), alternating in one run: `npm run bench [-- --quick]`.
 * A round's figure is the lower quartile of its steps; a case's is the median over rounds, with the quartiles of the
 * ratios as their spread.
 */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { TORCH_VERSION } from '../../src/native/libtorch';

const root = resolve(__dirname, '..', '..');

/** Steps in a round: about a fifth of a second of PyTorch's. */
const STEPS: Record<string, number> = {
  'gan-as-written': 50,
  'gan-mnist': 50,
  'gan-mnist-h512': 20,
  'mdn-rnn-t20': 50,
  'mdn-rnn-t50': 25,
  'mdn-rnn-t200': 6,
  'relu-1000': 50,
};

interface Result {
  case: string;
  threads: number;
  pytorchMs: number;
  oursMs: number;
  ratio: number;
  ratioSpread: [number, number];
}

/** A process that runs a round of a case when asked, and is idle while the other one runs. */
class Contestant {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor(command: string, args: string[]) {
    this.#process = spawn(command, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async round(name: string, threads: number): Promise<number> {
    this.#process.stdin.write(`${JSON.stringify({ case: name, threads, steps: STEPS[name] })}\n`);
    const answer = await this.#answers.next();
    if (answer.done) throw new Error('A contestant ended; its message is above');
    return JSON.parse(answer.value).ms;
  }

  stop(): void {
    this.#process.stdin.end();
  }
}

/** The Python of a virtual environment with PyTorch, made at the first use. */
function pythonWithTorch(): string {
  const environment = join(root, 'build', 'bench-venv');
  const python = join(environment, 'bin', 'python');
  const ready = join(environment, `torch-${TORCH_VERSION}`);
  if (!existsSync(ready)) {
    console.error(`Installing PyTorch ${TORCH_VERSION} into ${environment}`);
    execFileSync('python3', ['-m', 'venv', '--clear', environment], { stdio: ['ignore', 2, 2] });
    const packages = [`torch==${TORCH_VERSION}`, 'numpy'];
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: ['ignore', 2, 2] });
    writeFileSync(ready, '');
  }
  return python;
}

function quantile(values: number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(level * (sorted.length - 1))]!;
}

async function compare(
  name: string,
  threads: number,
  rounds: number,
  ours: Contestant,
  pytorch: Contestant,
): Promise<Result> {
  const times: { ours: number; pytorch: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const time = { pytorch: await pytorch.round(name, threads), ours: await ours.round(name, threads) };
    if (round >= 0) times.push(time); // the first one warms up
  }
  const ratios = times.map((time) => time.pytorch / time.ours);
  return {
    case: name,
    threads,
    pytorchMs: quantile(
      times.map((time) => time.pytorch),
      0.5,
    ),
    oursMs: quantile(
      times.map((time) => time.ours),
      0.5,
    ),
    ratio: quantile(ratios, 0.5),
    ratioSpread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } });
  const rounds = values.quick ? 5 : 15;
  const pytorch = new Contestant(pythonWithTorch(), [join(__dirname, 'pytorch.py')]);
  const ours = new Contestant(process.execPath, ['--import', 'tsx', join(__dirname, 'cases.ts')]);
  const results: Result[] = [];
  console.log('case              threads  PyTorch ms   ours ms    ratio (quartiles)');
  for (const name of Object.keys(STEPS)) {
    for (const threads of [1, 2]) {
      const result = await compare(name, threads, rounds, ours, pytorch);
      results.push(result);
      const [low, high] = result.ratioSpread.map((ratio) => ratio.toFixed(2));
      const columns = [result.pytorchMs.toFixed(3).padStart(11), result.oursMs.toFixed(3).padStart(9)];
      console.log(
        `${name.padEnd(16)} ${String(threads).padStart(8)} ${columns.join(' ')} ${result.ratio.toFixed(2).padStart(8)} (${low} to ${high})`,
      );
    }
  }
  pytorch.stop();
  ours.stop();
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}

main();
