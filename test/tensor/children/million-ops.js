// A million operators inside scopes; resident memory before and after.
const { memory, ones, scope, tensor } = require('../../../lib');

const OPS_PER_SCOPE = 20;
const MEBIBYTE = 2 ** 20;

const x = ones([8, 8]);
const w = tensor([[0.5]], { requiresGrad: true });

function twentyOps() {
  scope(() => {
    let y = x;
    for (let i = 0; i < 14; i++) y = i % 2 ? y.mul(0.5) : y.add(x);
    const loss = y.select(0, 1).slice(0, 0, 4).mul(w).tanh().sum();
    loss.backward();
    w.grad = undefined;
  });
}

function run(ops) {
  for (let done = 0; done < ops; done += OPS_PER_SCOPE) twentyOps();
}

function residentMiB() {
  global.gc();
  return process.memoryUsage().rss / MEBIBYTE;
}

run(100_000); // warms up the allocators and the compiler
const [before, tensors] = [residentMiB(), memory().tensors];
const start = performance.now();
run(1_000_000);
const seconds = (performance.now() - start) / 1000;
process.stdout.write(
  JSON.stringify({ before, after: residentMiB(), seconds, leakedTensors: memory().tensors - tensors }),
);
