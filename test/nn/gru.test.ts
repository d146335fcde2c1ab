import type { LibtorchGenerativeError } from '../../src/errors';
import { Adam } from '../../src/nn/adam';
import { GRU } from '../../src/nn/gru';
import { ones } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';

import { expectSame as expectSameTensors, loadFixture } from '../fixtures/fixture';
import type { Declare } from '../test-if';

interface Case {
  name: string;
  seed: number;
  inputSize: number;
  hiddenSize: number;
  numLayers: number;
  batch: number;
  time: number;
  hidden?: boolean;
  transposed?: boolean;
}

const fixture = loadFixture<{ cases: Case[]; steps: number }>('nn/gru');
const { cases } = fixture;

function expectClose(actual: Tensor, name: string): void {
  expectSameTensors(actual, fixture.get(name), name, 1e-4); // Adam makes a rounding of a small gradient large
}

function leaf(shape: number[]): Tensor {
  const x = randn(shape);
  x.requiresGrad = true;
  return x;
}

/** Time first and transposed, or batch first. */
function drawInput({ batch, time, inputSize, transposed }: Case): Tensor {
  return leaf(transposed ? [time, batch, inputSize] : [batch, time, inputSize]);
}

describe.each([
  { exact: true, how: 'to the last bit', declare: fixture.bitTest, expectSame: fixture.expectSame },
  { exact: false, how: 'closely by the fused kernel', declare: test as Declare, expectSame: expectClose },
])("PyTorch's weights, outputs and gradients over several steps, $how", ({ exact, declare, expectSame }) => {
  declare.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, options) => {
    manualSeed(options.seed);
    const rnn = new GRU(options.inputSize, options.hiddenSize, { numLayers: options.numLayers, exact });
    for (const [key, parameter] of rnn.namedParameters()) expectSame(parameter, `${name}.initial.${key}`);
    const optimizer = new Adam(rnn.parameters(), { lr: 0.01 });
    for (let step = 0; step < cases.steps; step++) {
      const x = drawInput(options);
      const initial = options.hidden ? leaf([options.numLayers, options.batch, options.hiddenSize]) : undefined;
      const { output, hidden } = rnn.forward(options.transposed ? x.transpose(0, 1) : x, initial);
      optimizer.zeroGrad();
      output.square().mean().add(hidden.sum().mul(0.1)).backward();
      expectSame(output, `${name}.${step}.output`);
      expectSame(hidden, `${name}.${step}.hidden`);
      expectSame(x.grad!, `${name}.${step}.inputGrad`);
      if (initial) expectSame(initial.grad!, `${name}.${step}.hiddenGrad`);
      if (step < cases.steps - 1) optimizer.step();
    }
    for (const [key, { grad }] of rnn.namedParameters()) expectSame(grad!, `${name}.lastGrad.${key}`);
    optimizer.step();
    for (const [key, parameter] of rnn.namedParameters()) expectSame(parameter, `${name}.final.${key}`);
  });
});

test('a series in two parts, the hidden state carried over, is the series in one', () => {
  manualSeed(1);
  const rnn = new GRU(3, 7, { numLayers: 2 });
  const x = randn([2, 9, 3]);
  const whole = rnn.forward(x);
  const first = rnn.forward(x.slice(1, 0, 4));
  const second = rnn.forward(x.slice(1, 4), first.hidden);
  expectSameTensors(second.output, whole.output.slice(1, 4), 'output', 1e-6);
  expectSameTensors(second.hidden, whole.hidden, 'hidden', 1e-6);
});

describe('what does not fit', () => {
  const rnn = new GRU(3, 7, { numLayers: 2 });

  test.each<[string, number[], number[] | undefined, string]>([
    ['features', [2, 4, 5], undefined, '[..., 3] for input but received [2, 4, 5]'],
    ['dimensions', [4, 3], undefined, '[batch, time, features] for input but received [4, 3]'],
    [
      'no time',
      [2, 0, 3],
      undefined,
      '[batch, time, features] with at least one time step for input but received [2, 0, 3]',
    ],
    ['hidden batch', [2, 4, 3], [2, 1, 7], '[2, 2, 7] for hidden but received [2, 1, 7]'],
    ['hidden layers', [2, 4, 3], [1, 2, 7], '[2, 2, 7] for hidden but received [1, 2, 7]'],
    ['hidden dimensions', [2, 4, 3], [7], '[2, 2, 7] for hidden but received [7]'],
  ])('%s is ERR_SHAPE', (_, input, hidden, message) => {
    let error: unknown;
    try {
      rnn.forward(ones(input), hidden && ones(hidden));
    } catch (caught) {
      error = caught;
    }
    expect((error as LibtorchGenerativeError).code).toBe('ERR_SHAPE');
    expect((error as Error).message).toBe(`Expected a Tensor of shape ${message}`);
  });

  test('sizes are whole numbers from 1', () => {
    expect(() => new GRU(-1, 1)).toThrow(/for inputSize but received -1/);
    expect(() => new GRU(1, Number.NaN)).toThrow(/for hiddenSize but received NaN/);
    expect(() => new GRU(1, 1, { numLayers: 0 })).toThrow(/for numLayers but received 0/);
  });

  test('a hidden state that is no tensor is named', () => {
    expect(() => rnn.forward(ones([1, 1, 3]), 'h' as never)).toThrow('Expected a Tensor for hidden but received "h"');
  });
});
