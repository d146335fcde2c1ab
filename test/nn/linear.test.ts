import type { LibtorchGenerativeError } from '../../src/errors';
import { Adam } from '../../src/nn/adam';
import { GRU } from '../../src/nn/gru';
import { Linear } from '../../src/nn/linear';
import { ones, zeros } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { loadFixture } from '../fixtures/fixture';

interface Case {
  name: string;
  seed: number;
  inFeatures: number;
  outFeatures: number;
  bias: boolean;
  input: number[];
  transposed?: boolean;
}

const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number }>('nn/linear');

describe("PyTorch's weights, outputs and gradients over several steps", () => {
  bitTest.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, options) => {
    manualSeed(options.seed);
    const layer = new Linear(options.inFeatures, options.outFeatures, { bias: options.bias });
    for (const [key, parameter] of layer.namedParameters()) expectSame(parameter, `${name}.initial.${key}`);
    const optimizer = new Adam(layer.parameters(), { lr: 0.05 });
    for (let step = 0; step < cases.steps; step++) {
      const x = randn(options.input);
      x.requiresGrad = true;
      expectSame(x, `${name}.${step}.input`);
      const y = layer.forward(options.transposed ? x.transpose(0, 1) : x);
      optimizer.zeroGrad();
      y.square().mean().add(y.sum().mul(0.1)).backward();
      expectSame(y, `${name}.${step}.output`);
      expectSame(x.grad!, `${name}.${step}.inputGrad`);
      for (const [key, { grad }] of layer.namedParameters()) expectSame(grad!, `${name}.${step}.grad.${key}`);
      optimizer.step();
    }
    for (const [key, parameter] of layer.namedParameters()) expectSame(parameter, `${name}.final.${key}`);
  });
});

bitTest('layers made one after another draw as they do in PyTorch', () => {
  manualSeed(16);
  const layers = {
    first: new Linear(3, 2),
    rnn: new GRU(2, 3, { numLayers: 2 }),
    last: new Linear(3, 1),
  };
  for (const [prefix, layer] of Object.entries(layers)) {
    for (const [key, parameter] of layer.namedParameters()) expectSame(parameter, `row.${prefix}.${key}`);
  }
  expectSame(randn([5]), 'row.next');
});

test('without bias there is only the weight', () => {
  const layer = new Linear(2, 3, { bias: false });
  expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([['weight', [3, 2]]]);
});

describe('what does not fit', () => {
  test.each([[[2, 4]], [[3, 2]], [[]]])('an input of shape %j is ERR_SHAPE', (shape) => {
    let error: unknown;
    try {
      new Linear(3, 1).forward(ones(shape));
    } catch (caught) {
      error = caught;
    }
    expect((error as LibtorchGenerativeError).code).toBe('ERR_SHAPE');
    expect((error as Error).message).toBe(
      `Expected a Tensor of shape [..., 3] for input but received [${shape.join(', ')}]`,
    );
  });

  test('sizes are whole numbers from 1', () => {
    expect(() => new Linear(0, 1)).toThrow('Expected a whole number of at least 1 for inFeatures but received 0');
    expect(() => new Linear(1, 1.5)).toThrow(/for outFeatures but received 1.5/);
    expect(() => new Linear(1, 1, { bias: 'no' as never })).toThrow(
      'Expected true or false for bias but received "no"',
    );
  });

  test('another dtype is named by libtorch', () => {
    const layer = new Linear(2, 1);
    expect(() => layer.forward(zeros([1, 2], { dtype: 'float64' }))).toThrow(/must have the same dtype/);
    expect(() => layer.forward([1, 2] as never)).toThrow('Expected a Tensor for input but received an array');
  });

  test('use after dispose is ERR_DISPOSED', () => {
    const layer = new Linear(2, 1);
    layer.dispose();
    layer.dispose();
    expect(() => layer.forward(ones([1, 2]))).toThrow('The Linear was disposed of');
  });
});
