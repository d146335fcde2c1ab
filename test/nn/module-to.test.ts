import { forecastPaths } from '../../src/models/forecast';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { mixtureNll } from '../../src/models/mixture';
import { Adam } from '../../src/nn/adam';
import { GRU } from '../../src/nn/gru';
import { Linear } from '../../src/nn/linear';
import { Module } from '../../src/nn/module';
import { Parameter } from '../../src/nn/parameter';
import { grad } from '../../src/tensor/autograd';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

const dtypesOf = (module: Module) => [...new Set(module.parameters().map(({ dtype }) => dtype))];
const double = (x: Tensor) => x.to({ dtype: 'float64' });

class Mixed extends Module {
  readonly fc = new Linear(2, 1);
  readonly gain = new Parameter(ones([2]));
  readonly offset = zeros([1], { requiresGrad: true });
  readonly mean = this.registerBuffer('mean', tensor([1.5]));
  readonly count = this.registerBuffer('count', zeros([1], { dtype: 'int64' }));
}

describe('to', () => {
  test.each(['float64', { dtype: 'float64' }, { dtype: 'float64', device: 'auto' }] as const)(
    '%j converts all',
    (target) => {
      const module = new Mixed();
      const before = module.parameters();
      const numbers = before.map(numbersOf);
      expect(module.to(target)).toBe(module);
      expect(module.parameters()).toEqual(before);
      expect(dtypesOf(module)).toEqual(['float64']);
      expect(before.map(numbersOf)).toEqual(numbers);
      expect(before.every((each) => each.requiresGrad)).toBe(true);
      expect([module.mean.dtype, module.count.dtype]).toEqual(['float64', 'int64']); // as in PyTorch
      expect(Object.values(module.stateDict()).map(({ dtype }) => dtype)).toEqual([
        'float64',
        'float64',
        'float64',
        'int64',
        'float64',
        'float64',
      ]);
    },
  );

  test('leaves the dtype for a device, and both for nothing', () => {
    const module = new Mixed().to('float16');
    for (const target of ['cpu', 'auto', { device: 'cpu' }, {}, { dtype: undefined }] as const) module.to(target);
    expect(dtypesOf(module)).toEqual(['float16']);
  });

  test('takes the gradients along', () => {
    const layer = new Linear(2, 1);
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward();
    layer.to('float64');
    expect(layer.parameters().map(({ grad: slope }) => [slope!.dtype, ...numbersOf(slope!)])).toEqual([
      ['float64', 1, 1],
      ['float64', 1],
    ]);
    layer
      .forward(ones([1, 2], { dtype: 'float64' }))
      .sum()
      .backward();
    expect(numbersOf(layer.parameters()[0]!.grad!)).toEqual([2, 2]);
  });

  test.each<[unknown, string, RegExp]>([
    ['gpu', 'ERR_DEVICE', /gpu/],
    ['cuda:99', 'ERR_DEVICE', /cuda:99/],
    ['int64', 'ERR_INVALID_ARGUMENT', /float32.*int64/],
    ['flaot64', 'ERR_DEVICE', /flaot64/],
    [{ dtype: 'int32' }, 'ERR_INVALID_ARGUMENT', /float32.*for dtype but received "int32"/],
    [{ dtpye: 'float64' }, 'ERR_INVALID_ARGUMENT', /"dtpye"\. Did you mean "dtype"\?/],
    [{ device: 3 }, 'ERR_DEVICE', /device but received 3/],
    [undefined, 'ERR_INVALID_ARGUMENT', /target/],
    [null, 'ERR_INVALID_ARGUMENT', /an object for options but received null/],
    [64, 'ERR_DEVICE', /64/],
  ])('refuses %j', (target, code, message) => {
    const module = new Mixed();
    const error = errorOf(() => module.to(target as 'cpu'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(dtypesOf(module)).toEqual(['float32']);
  });
});

/** By definition, from the weights as float64. */
function gruByHand(gru: GRU, x: Tensor): Tensor {
  const [wi, wh, bi, bh] = gru.parameters() as [Tensor, Tensor, Tensor, Tensor];
  let h: Tensor = zeros([x.shape[0]!, wh.shape[1]!], { dtype: 'float64' });
  const size = wh.shape[1]!;
  const gate = (y: Tensor, i: number) => y.slice(1, i * size, (i + 1) * size);
  for (let t = 0; t < x.shape[1]!; t++) {
    const [a, b] = [x.select(1, t).mm(wi.transpose(0, 1)).add(bi), h.mm(wh.transpose(0, 1)).add(bh)];
    const [r, z] = [gate(a, 0).add(gate(b, 0)).sigmoid(), gate(a, 1).add(gate(b, 1)).sigmoid()];
    const n = gate(a, 2)
      .add(r.mul(gate(b, 2)))
      .tanh();
    h = n.add(z.mul(h.sub(n)));
  }
  return h;
}

describe('float64 is computed in float64', () => {
  beforeEach(() => manualSeed(5));

  test.each([false, true])('by a GRU, exact: %j', (exact) => {
    const gru = new GRU(2, 9, { exact }).to('float64');
    const x = double(randn([3, 6, 2]));
    const { output, hidden } = gru.forward(x);
    expect([output.dtype, hidden.dtype]).toEqual(['float64', 'float64']);
    expect(hidden.select(0, 0).sub(gruByHand(gru, x)).abs().max().item()).toBeLessThan(1e-14);
    expect(gru.lastHidden(x).equal(hidden)).toBe(true);
    expect(grad(hidden.sum(), gru.parameters()).map(({ dtype }) => dtype)).toEqual(Array(4).fill('float64'));
  });

  test('by linear layers and their chain', () => {
    const generator = new Generator({ noiseDim: 5, hiddenDim: 7, dataDim: 3 }).to('float64');
    const [w1, b1, w2, b2] = generator.parameters() as [Tensor, Tensor, Tensor, Tensor];
    const noise = double(randn([4, 5]));
    const expected = noise.mm(w1.transpose(0, 1)).add(b1).relu().mm(w2.transpose(0, 1)).add(b2).tanh();
    const samples = generator.forward(noise);
    expect(samples.dtype).toBe('float64');
    expect(samples.sub(expected).abs().max().item()).toBeLessThan(1e-15);
    const ours = grad(generator.forward(noise).sum(), generator.parameters());
    const theirs = grad(expected.sum(), generator.parameters());
    for (const [i, slope] of ours.entries()) expect(slope.sub(theirs[i]!).abs().max().item()).toBeLessThan(1e-14);
  });

  test('by an MDN-RNN, its likelihood and its forecasts', () => {
    const model = new MdnRnn({ hiddenDim: 8 }).to('float64');
    const [input, target] = [double(randn([4, 6, 1])), double(randn([4, 1]))];
    const loss = mixtureNll(model.forward(input), target);
    const gradients = grad(model.nll(input, target), model.parameters());
    expect([loss.dtype, gradients[0]!.dtype]).toEqual(['float64', 'float64']);
    const step = 1e-6;
    const bias = model.parameters().at(-1)!;
    const at = (shift: number) => {
      const moved = bias.detach().clone();
      moved.select(0, 2).fill_(moved.select(0, 2).item() + shift);
      model.loadStateDict({ ...model.stateDict(), 'fc.bias': moved });
      return mixtureNll(model.forward(input), target).item();
    };
    const [above, below] = [at(step), at(-2 * step)];
    expect(gradients.at(-1)!.select(0, 2).item()).toBeCloseTo((above - below) / (2 * step), 7);
    const paths = forecastPaths(model, input.select(0, 0), { horizon: 3, paths: 4 });
    expect([paths.dtype, paths.shape]).toEqual(['float64', [4, 3]]);
  });

  test('by Adam', () => {
    const layer = new Linear(1, 1, { bias: false }).to('float64');
    const [weight] = layer.parameters() as [Tensor];
    const start = weight.item();
    new Adam([weight], { lr: 1e-12 }).step([ones([1, 1], { dtype: 'float64' })]);
    expect((start - weight.item()) / 1e-12).toBeCloseTo(1, 2);
  });

  test('an optimizer made before keeps its parameters, and refuses their new dtype', () => {
    const layer = new Linear(1, 1, { bias: false });
    const optimizer = new Adam(layer.parameters());
    const [weight] = layer.to('float64').parameters() as [Tensor];
    const before = weight.item();
    expect(errorOf(() => optimizer.step([ones([1, 1], { dtype: 'float64' })])).code).toMatch(/^ERR_/);
    expect(weight.item()).toBe(before);
  });
});
