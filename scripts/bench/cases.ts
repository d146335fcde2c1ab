// Our side of the benchmark: the same steps as pytorch.py. Reads {case, threads, steps} a line, answers {ms}.
import { createInterface } from 'node:readline';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { Adam } from '../../src/nn/adam';
import { grad } from '../../src/tensor/autograd';
import { setNumThreads } from '../../src/tensor/device';
import { rand, randn, randperm } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { resolveGanSettings } from '../../src/training/gan-settings';
import { ganLabels, ganStep } from '../../src/training/gan-step';
import { mdnRnnLoss } from '../../src/training/train-mdn-rnn';

type Step = () => unknown;

function ganCase(realBatch: () => Tensor, hidden: number): Step {
  const settings = resolveGanSettings({ preset: 'article', hidden });
  const generator = new Generator({ hiddenDim: hidden });
  const discriminator = new Discriminator({ hiddenDim: hidden });
  const optimizer = (model: Generator | Discriminator) => new Adam(model.parameters(), { lr: 2e-4 });
  const players = {
    generator,
    discriminator,
    optimizerG: optimizer(generator),
    optimizerD: optimizer(discriminator),
  };
  const labels = ganLabels(settings, 'cpu');
  return () => scope(() => ganStep(players, labels, settings.output, realBatch(), randn([128, 100])));
}

function mdnRnnCase(batchSize: number, window: number, hidden: number): Step {
  const model = new MdnRnn({ hiddenDim: hidden });
  const optimizer = new Adam(model.parameters());
  const windows = randn([batchSize, window + 1, 1]);
  return () => scope(() => optimizer.step(grad(mdnRnnLoss(model, windows, 'nll'), model.parameters())));
}

function mnistBatches(): () => Tensor {
  const images = rand([60000, 784]);
  const order = randperm(60000);
  let position = 0;
  return () => {
    position = (position + 128) % 59000;
    return images.indexSelect(0, order.slice(0, position, position + 128));
  };
}

function smallOp(): Step {
  const x = randn([8, 8]);
  return () => {
    for (let i = 0; i < 1000; i++) x.relu().dispose();
  };
}

const CASES: Record<string, () => Step> = {
  'gan-as-written': () => ganCase(() => randn([128, 784]), 128),
  'gan-mnist': () => ganCase(mnistBatches(), 128),
  'gan-mnist-h512': () => ganCase(mnistBatches(), 512),
  'mdn-rnn-t20': () => mdnRnnCase(32, 20, 64),
  'mdn-rnn-t50': () => mdnRnnCase(32, 50, 64),
  'mdn-rnn-t200': () => mdnRnnCase(32, 200, 64),
  'relu-1000': smallOp,
};

const steps = new Map<string, Step>();

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line) as { case: string; threads: number; steps: number };
  setNumThreads(request.threads);
  const step = steps.get(request.case) ?? CASES[request.case]!();
  steps.set(request.case, step);
  const times = Float64Array.from({ length: request.steps }, () => {
    const start = performance.now();
    step();
    return performance.now() - start;
  }).sort();
  console.log(JSON.stringify({ ms: times[Math.floor(times.length / 4)] }));
});
