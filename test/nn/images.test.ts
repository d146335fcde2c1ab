import { ReLU } from '../../src/nn/activations';
import { Adam } from '../../src/nn/adam';
import { AvgPool2d } from '../../src/nn/avg-pool2d';
import { BatchNorm2d } from '../../src/nn/batch-norm2d';
import { ConvTranspose2d } from '../../src/nn/conv-transpose2d';
import { Conv2d } from '../../src/nn/conv2d';
import { Embedding } from '../../src/nn/embedding';
import { Linear } from '../../src/nn/linear';
import type { Layer, Module } from '../../src/nn/module';
import { Sequential } from '../../src/nn/sequential';
import { type NormalizableLayer, type SpectralNormOptions, spectralNorm } from '../../src/nn/spectral-norm';
import { Upsample } from '../../src/nn/upsample';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

interface Case {
  name: string;
  seed: number;
  layer: keyof typeof LAYERS;
  sizes: unknown[];
  options: object;
  input: number[];
  spectral?: SpectralNormOptions;
}

const LAYERS = { Conv2d, ConvTranspose2d, BatchNorm2d, AvgPool2d, Upsample, Linear };
const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number }>('nn/images');

function made({ layer: name, sizes, options, spectral }: Case): Layer {
  const layer = new (LAYERS[name] as new (...args: unknown[]) => Layer)(...sizes, options);
  return spectral ? spectralNorm(layer as NormalizableLayer, spectral) : layer;
}

describe("PyTorch's weights, statistics, outputs and gradients over several steps", () => {
  bitTest.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, options) => {
    manualSeed(options.seed);
    const layer = made(options);
    const expectState = (when: string) => {
      for (const [key, value] of Object.entries(layer.stateDict())) expectSame(value, `${name}.${when}.${key}`);
    };
    expectState('initial');
    const parameters = layer.parameters();
    const optimizer = parameters.length > 0 ? new Adam(parameters, { lr: 0.05 }) : undefined;
    for (let step = 0; step < cases.steps; step++) {
      const x = randn(options.input).mul(2).add(1).detach().requiresGrad_();
      const first = layer.forward(x);
      const y = options.spectral ? first.add(layer.forward(x.mul(0.5))) : first;
      layer.zeroGrad();
      y.square().mean().add(y.sin().sum().mul(0.1)).backward();
      expectSame(y, `${name}.${step}.output`);
      expectSame(x.grad!, `${name}.${step}.inputGrad`);
      for (const [key, { grad }] of layer.namedParameters()) expectSame(grad!, `${name}.${step}.grad.${key}`);
      optimizer?.step();
    }
    expectState('final');
    expectSame(layer.eval().forward(randn(options.input)), `${name}.eval`);
  });

  bitTest('a table of classes', () => {
    manualSeed(61);
    const table = new Embedding(5, 3);
    expectSame(table.weight, 'embedding.initial');
    const chosen = table.forward(tensor([[4, 0], [4, 2]], { dtype: 'int64' })); // biome-ignore format: one line
    expectSame(chosen, 'embedding.output');
    chosen.square().sum().backward();
    expectSame(table.weight.grad!, 'embedding.grad');
  });
});

test('names and shapes are those of PyTorch', () => {
  const shapes = (layer: Layer) => Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape]);
  expect(shapes(new Conv2d(4, 6, [3, 2], { groups: 2 }))).toEqual([['weight', [6, 2, 3, 2]], ['bias', [6]]]); // biome-ignore format: one line
  expect(shapes(new ConvTranspose2d(4, 6, 3, { bias: false }))).toEqual([['weight', [4, 6, 3, 3]]]);
  expect(shapes(new BatchNorm2d(3))).toEqual([
    ['weight', [3]],
    ['bias', [3]],
    ['running_mean', [3]],
    ['running_var', [3]],
    ['num_batches_tracked', []],
  ]);
});

describe('spectral normalisation', () => {
  const names = (layer: Layer | Embedding) => Object.keys(layer.stateDict());
  const largestOf = (weight: Tensor) => weight.matmul(weight.T).eigh().values.max().sqrt().item();

  test.each<[string, () => NormalizableLayer]>([
    ['Linear', () => new Linear(5, 4)],
    ['Conv2d', () => new Conv2d(2, 4, 3)],
    ['ConvTranspose2d', () => new ConvTranspose2d(3, 4, 3)],
  ])('%s has the names of PyTorch, and the vectors are buffers', (_, make) => {
    const layer = make();
    const { weight } = layer;
    expect(spectralNorm(layer)).toBe(layer);
    const original = 'parametrizations.weight.original';
    const vectors = ['parametrizations.weight.0._u', 'parametrizations.weight.0._v'];
    expect(names(layer)).toEqual(['bias', original, ...vectors]);
    expect(layer.namedParameters().map(([name]) => name)).toEqual(['bias', original]);
    expect(layer.parameters()[1]).toBe(weight); // an optimizer that has it goes on
    expect(layer.buffers().map(({ shape }) => shape)).toEqual([[4], [weight.numel() / 4]]);
  });

  test('the largest singular value becomes 1', () => {
    const layer = spectralNorm(new Linear(30, 20), { nPowerIterations: 100 });
    expect(largestOf(layer.weight)).toBeCloseTo(1, 4);
    const table = spectralNorm(new Embedding(6, 3), { nPowerIterations: 100 });
    expect(largestOf(table.weight)).toBeCloseTo(1, 4);
    expect(table.forward(tensor([2], { dtype: 'int64' })).equal(table.eval().weight.slice(0, 2, 3))).toBe(true);
  });

  test('only training changes the vectors', () => {
    const layer = spectralNorm(new Conv2d(3, 8, 3));
    const before = layer.buffers().map((each) => each.clone());
    const isSame = () => layer.buffers().every((each, index) => each.equal(before[index]!));
    layer.eval().forward(randn([1, 3, 5, 5]));
    layer.stateDict();
    scope(() => layer);
    expect(isSame()).toBe(true);
    layer.train().forward(randn([1, 3, 5, 5]));
    expect(isSame()).toBe(false);
  });

  test('a layer of a chain that exists already', () => {
    const linear = new Linear(4, 3);
    const net = new Sequential(linear, new ReLU());
    const [x, plain] = [randn([2, 4]), linear.weight.detach()];
    spectralNorm(linear, { nPowerIterations: 50 });
    const expected = x.matmul(linear.eval().weight.T).add(linear.bias!).relu();
    expect(net.forward(x).sub(expected).abs().max().item()).toBeLessThan(1e-6);
    expect(linear.weight.sub(plain).abs().max().item()).toBeGreaterThan(1e-3);
  });

  test('a frozen weight stays frozen, is saved, moved, and freed', () => {
    const layer = spectralNorm(new Linear(3, 2).requiresGrad_(false)).to('float64').eval();
    expect(layer.forward(ones([1, 3], { dtype: 'float64' })).dtype).toBe('float64');
    const copy = spectralNorm(new Linear(3, 2)).to('float64').eval();
    copy.loadStateDict(layer.stateDict());
    expect(copy.weight.equal(layer.weight)).toBe(true);
    expect(layer.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false);
    const tensors = [...layer.parameters(), ...layer.buffers()];
    layer.dispose();
    expect(tensors.map(({ isDisposed }) => isDisposed)).toEqual([true, true, true, true]);
    expect(errorOf(() => layer.weight).code).toBe('ERR_DISPOSED');
  });
});

test('statistics are buffers: they are not trained, and stay as they are after training', () => {
  const layer = new BatchNorm2d(2);
  expect([layer.parameters().length, layer.buffers().length]).toEqual([2, 3]);
  layer.eval().forward(randn([4, 2, 3, 3]));
  expect(layer.num_batches_tracked!.item()).toBe(0);
  expect([...layer.running_mean!.toArray()]).toEqual([0, 0]);
});

test.each<[string, () => unknown, string, RegExp]>([
  ['another number of channels', () => new Conv2d(3, 4, 3).forward(zeros([1, 2, 8, 8])), 'ERR_SHAPE', /\(B, 3, H, W\) for input but received \[1, 2, 8, 8\]/], // biome-ignore format: one line
  ['a flat input', () => new ConvTranspose2d(3, 4, 3).forward(zeros([1, 3])), 'ERR_SHAPE', /\(B, 3, H, W\)/],
  ['one image for a batch', () => new BatchNorm2d(3).forward(zeros([3, 4, 4])), 'ERR_SHAPE', /\(B, 3, H, W\)/],
  [
    'an image smaller than a window',
    () => new Conv2d(1, 1, 5).forward(zeros([1, 1, 3, 3])),
    'ERR_LIBTORCH',
    /Kernel size/,
  ],
  ['groups that do not divide', () => new Conv2d(3, 4, 3, { groups: 2 }), 'ERR_INVALID_ARGUMENT', /a divisor of inChannels, 3, for groups but received 2/], // biome-ignore format: one line
  ['a stride of 0', () => new Conv2d(3, 4, 3, { stride: 0 }), 'ERR_INVALID_ARGUMENT', /stride/],
  [
    'three sides',
    () => new Conv2d(3, 4, [1, 2, 3] as never),
    'ERR_INVALID_ARGUMENT',
    /a number, or two for kernelSize/,
  ],
  [
    'an unknown option',
    () => new Conv2d(3, 4, 3, { strid: 2 } as never),
    'ERR_INVALID_ARGUMENT',
    /Did you mean "stride"/,
  ],
  ['too many weights', () => new Conv2d(1e6, 1e6, 9), 'ERR_INVALID_ARGUMENT', /outChannels: 1000000 needs at least/],
  ['a class out of range', () => new Embedding(3, 2).forward(tensor([3], { dtype: 'int64' })), 'ERR_LIBTORCH', /index out of range/], // biome-ignore format: one line
  ['a factor of 0', () => new Upsample({ scaleFactor: 0 }), 'ERR_INVALID_ARGUMENT', /a number above 0 for scaleFactor/],
  ['no factor', () => new Upsample({} as never), 'ERR_INVALID_ARGUMENT', /for scaleFactor but received undefined/],
  [
    'one image to enlarge',
    () => new Upsample({ scaleFactor: 2 }).forward(zeros([3, 4, 4])),
    'ERR_SHAPE',
    /\(B, C, H, W\)/,
  ],
  [
    'a padding above half a window',
    () => new AvgPool2d(2, { padding: 2 }).forward(zeros([1, 1, 4, 4])),
    'ERR_LIBTORCH',
    /half of effective kernel size/,
  ],
  [
    'a layer without a matrix',
    () => spectralNorm(new BatchNorm2d(3) as never),
    'ERR_INVALID_ARGUMENT',
    /a Linear, Conv2d, ConvTranspose2d or Embedding for layer but received a BatchNorm2d/,
  ],
  [
    'a norm of a norm',
    () => spectralNorm(spectralNorm(new Linear(2, 2))),
    'ERR_INVALID_ARGUMENT',
    /without spectral norm/,
  ],
  [
    'no power iterations',
    () => spectralNorm(new Linear(2, 2), { nPowerIterations: 0 }),
    'ERR_INVALID_ARGUMENT',
    /nPowerIterations/,
  ],
  [
    'a row of another length',
    () => spectralNorm(new Linear(3, 2)).forward(zeros([1, 2])),
    'ERR_SHAPE',
    /\[\.\.\., 3\] for input but received \[1, 2\]/,
  ],
  ['a momentum above 1', () => new BatchNorm2d(3, { momentum: 2 }), 'ERR_INVALID_ARGUMENT', /momentum/],
])('%s is refused', (_, make, code, message) => {
  const error = errorOf(make);
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
});

test.each([
  ['Conv2d', () => new Conv2d(3, 4, 3)],
  ['ConvTranspose2d', () => new ConvTranspose2d(3, 4, 3)],
  ['BatchNorm2d', () => new BatchNorm2d(3)],
  ['Embedding', () => new Embedding(3, 4)],
  ['spectralNorm', () => spectralNorm(new Conv2d(3, 4, 3))],
] as [string, () => Module][])('a new %s leaves no tensors but its own', (_, create) => {
  const before = memory().tensors;
  const layer = create();
  expect(memory().tensors - before).toBe(layer.parameters().length + layer.buffers().length);
  layer.dispose();
  expect(memory().tensors).toBe(before);
});
