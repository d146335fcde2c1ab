/**
 * Trains a net in the package on synthetic series, each seen once: `npm run pretrain [-- --kind counts --steps N --seed N
 * --out FILE]`. The one for counts starts from the one for all kinds. README.md beside this file describes what they learn
 * and how good they are.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { NUM_SMOOTHING_INPUTS } from '../../src/data/smoothing-filters';
import {
  Adam,
  clipGradNorm,
  grad,
  MdnRnn,
  manualSeed,
  noGrad,
  scope,
  setNumThreads,
  tensor,
  writeSafetensors,
} from '../../src/index';
import { segmentLoss } from '../../src/training/mdn-rnn-loss';
import { PRETRAINED, PRETRAINED_FILES, type PretrainedKind, pretrainedModel } from '../../src/training/pretrained';
import { STEPS, testSegments, WIDTH } from './batch';

const BATCH_SIZE = 96;
const WARM_UP_STEPS = 200;
const CLIP_NORM = 1;
const REPORT_EVERY = 1000;

/** How long to train, and the highest and the last learning rate. */
const SCHEDULES: Record<PretrainedKind, Schedule> = {
  all: { steps: 10_000, lr: 2e-3, least: 1e-6 },
  counts: { steps: 2000, lr: 7e-4, least: 7e-7 },
};

interface Schedule {
  steps: number;
  lr: number;
  least: number;
}

const LOSS = { loss: 'nll', betaNll: 0 } as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string', default: 'all' },
      steps: { type: 'string' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const kind = values.kind as PretrainedKind;
  const schedule = SCHEDULES[kind];
  const { out = PRETRAINED_FILES[kind] } = values;
  const [steps, seed] = [Number(values.steps ?? schedule.steps), Number(values.seed)];
  setNumThreads(1);
  manualSeed(seed);
  const { hidden, mixtures } = PRETRAINED;
  const model =
    kind === 'all'
      ? new MdnRnn({ inputDim: NUM_SMOOTHING_INPUTS, hiddenDim: hidden, numMixtures: mixtures })
      : pretrainedModel();
  const optimizer = new Adam(model.parameters(), { lr: schedule.lr });
  const source = new Source(kind, seed);
  const test = testSegments(kind);
  const lossOf = (rows: typeof test) => segmentLoss(model, rows, LOSS);
  let sum = 0;
  for (let step = 1; step <= steps; step++) {
    const rows = await source.next();
    optimizer.lr = learningRate(schedule, step / steps, step);
    scope(() => {
      const loss = lossOf(tensor(rows, { shape: [BATCH_SIZE, STEPS, WIDTH] }));
      optimizer.step(clipGradNorm(grad(loss, model.parameters()), CLIP_NORM));
      sum += loss.item();
    });
    if (step % REPORT_EVERY !== 0 && step !== steps) continue;
    const testLoss = scope(() => noGrad(() => lossOf(test).item()));
    console.log(
      `step ${step}, loss ${(sum / REPORT_EVERY).toFixed(4)}, of the same test series ${testLoss.toFixed(4)}`,
    );
    sum = 0;
    const metadata = { seed: String(seed), steps: String(step), testLoss: testLoss.toFixed(4) };
    writeSafetensors(out, model.stateDict(), { metadata });
  }
  source.stop();
}

/** Rises linearly, then falls as a cosine. */
function learningRate({ lr, least }: Schedule, part: number, step: number): number {
  return lr * Math.min(1, step / WARM_UP_STEPS) * (0.5 + 0.5 * Math.cos(Math.PI * part)) + least;
}

const BATCH_BYTES = BATCH_SIZE * STEPS * WIDTH * Float32Array.BYTES_PER_ELEMENT;

/** A process that draws batches. */
class Source {
  readonly #process: ChildProcess & { stdout: Readable };
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(kind: PretrainedKind, seed: number) {
    const script = join(__dirname, 'draw-batches.ts');
    this.#process = spawn(process.execPath, ['--import', 'tsx', script, kind, String(seed), String(BATCH_SIZE)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#chunks = this.#process.stdout[Symbol.asyncIterator]();
  }

  async next(): Promise<Float32Array> {
    const parts = [this.#rest];
    for (let length = this.#rest.length; length < BATCH_BYTES; ) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error('The process that draws series ended');
      parts.push(value);
      length += value.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(BATCH_BYTES);
    return new Float32Array(new Uint8Array(all.subarray(0, BATCH_BYTES)).buffer);
  }

  stop(): void {
    this.#process.kill();
  }
}

void main();
