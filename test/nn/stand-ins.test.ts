import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type KernelCalls, native } from '../../src/native/addon';
import { Tanh } from '../../src/nn/activations';
import { Adam } from '../../src/nn/adam';
import { Linear } from '../../src/nn/linear';
import { bceLoss, bceWithLogitsLoss } from '../../src/nn/losses';
import { Sequential } from '../../src/nn/sequential';
import { grad, noGrad } from '../../src/tensor/autograd';
import { ones } from '../../src/tensor/creation';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';

type Kernel = keyof ReturnType<ReturnType<typeof native>['kernelCalls']>;

const threadsBefore = numThreads();
afterAll(() => setNumThreads(threadsBefore));

/** What a function adds to the calls of a kernel. */
function callsOf(kernel: Kernel, run: () => void): KernelCalls {
  const before = native().kernelCalls()[kernel];
  run();
  const after = native().kernelCalls()[kernel];
  return {
    ours: after.ours - before.ours,
    differing: after.differing - before.differing,
    forgotten: after.forgotten - before.forgotten,
  };
}

const bitsOf = (tensor: Tensor) => Buffer.from((tensor.toArray() as Float32Array).buffer);

const ours = (count: number): KernelCalls => ({ ours: count, differing: 0, forgotten: 0 });

// Elsewhere libtorch's sums are others, and its own code is called.
const testOnAvx = native().cpuCapability().startsWith('AVX') ? test : test.skip;

describe.each([1, 2])("our kernels stand in for libtorch's at %d threads, on a CPU with AVX2", (threads) => {
  beforeEach(() => setNumThreads(threads));

  testOnAvx.each([
    [128, 100, 128],
    [128, 784, 128],
    [128, 128, 784],
    [600, 385, 33],
  ])('products: B %d, %d to %d', (batch, inFeatures, outFeatures) => {
    const layer = new Linear(inFeatures, outFeatures);
    const run = (count: number) => {
      for (let call = 0; call < count; call++) {
        scope(() => {
          const x = randn([batch, inFeatures]);
          x.requiresGrad = true;
          grad(layer.forward(x).square().sum(), [x, ...layer.parameters()]);
        });
      }
    };
    run(3); // the trials
    expect(callsOf('product', () => run(2))).toEqual(ours(6));
  });

  testOnAvx.each<[Kernel, () => void]>([
    ['normal', () => randn([1000])],
    ['tanh', () => noGrad(() => new Sequential(new Linear(1, 1), new Tanh()).forward(ones([5000, 1])))],
    ['bce', () => bceLoss(randn([128, 1]).sigmoid(), ones([128, 1]))],
    ['sigmoid', () => bceWithLogitsLoss(randn([128, 1]), ones([128, 1]))],
    ['mean', () => bceWithLogitsLoss(randn([128, 1]), ones([128, 1]))],
    [
      'adam',
      () => {
        const parameter = ones([100], { requiresGrad: true });
        parameter.sum().backward();
        new Adam([parameter], { lr: 1e-3 }).step();
      },
    ],
  ])('%s', (kernel, run) => {
    scope(run); // the trial
    expect(callsOf(kernel, () => scope(run))).toEqual(ours(1));
  });

  testOnAvx.each([
    [128, 512],
    [64, 33],
  ])('a product by a vector, (%d, %d), if MKL sums it up in an order of ours', (rows, depth) => {
    const [x, weight] = [randn([rows, depth]), randn([depth, 1])];
    const layer = new Linear(depth, 1, { bias: false });
    layer.loadStateDict({ weight: weight.transpose(0, 1) });
    const libtorchs = new Tensor(native().mm(x.handle, weight.handle));
    const isKnown = (['avx2', 'avx512'] as const).some((order) => {
      const result = new Tensor(native().orderedProduct(x.handle, weight.handle, undefined, order));
      return bitsOf(result).equals(bitsOf(libtorchs));
    });
    const run = (count: number) => noGrad(() => Array.from({ length: count }, () => layer.forward(x)));
    run(3);
    const calls = callsOf('product', () => run(2));
    expect(calls.ours + calls.differing).toBe(2);
    expect(isKnown && calls.differing > 0).toBe(false);
    for (const result of run(1)) expect(bitsOf(result).equals(bitsOf(libtorchs))).toBe(true);
  });
});

function runChild(numShapes: number, env: NodeJS.ProcessEnv = {}) {
  const script = join(__dirname, 'children', 'product-calls.js');
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, [script, String(numShapes)], options));
}

const areSame = true;

testOnAvx('a shape that comes when 4096 are remembered is left to libtorch, those remembered are not', () => {
  expect(runChild(4096)).toEqual({
    first: { ...ours(3), areSame },
    again: { ...ours(5), areSame },
    last: { ...ours(0), forgotten: 5, areSame },
  });
  expect(runChild(4000).last).toEqual({ ...ours(3), areSame });
});

testOnAvx('where our bits are others than those of MKL, it is called', () => {
  const differing = (count: number) => ({ ...ours(0), differing: count, areSame });
  // Without AVX2 our products and sums are rounded one after another.
  const calls = runChild(0, { ATEN_CPU_CAPABILITY: 'default' });
  expect(calls).toEqual({ first: differing(3), again: differing(5), last: differing(3) });
});
