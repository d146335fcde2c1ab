import { Adam } from '../../src/nn/adam';
import { BatchNorm2d } from '../../src/nn/batch-norm2d';
import { ConvTranspose2d } from '../../src/nn/conv-transpose2d';
import { Conv2d } from '../../src/nn/conv2d';
import { Embedding } from '../../src/nn/embedding';
import type { Layer } from '../../src/nn/module';
import { tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

interface Case {
  name: string;
  seed: number;
  layer: 'Conv2d' | 'ConvTranspose2d' | 'BatchNorm2d';
  sizes: unknown[];
  options: object;
  input: number[];
}

const LAYERS = { Conv2d, ConvTranspose2d, BatchNorm2d };
const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number }>('nn/images');

const made = ({ layer, sizes, options }: Case) => new (LAYERS[layer] as new (...args: unknown[]) => Layer)(...sizes, options); // biome-ignore format: one line

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
      const y = layer.forward(x);
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
  ['a momentum above 1', () => new BatchNorm2d(3, { momentum: 2 }), 'ERR_INVALID_ARGUMENT', /momentum/],
])('%s is refused', (_, make, code, message) => {
  const error = errorOf(make);
  expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
});
