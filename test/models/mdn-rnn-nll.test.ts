import { MdnRnn, type MdnRnnOptions } from '../../src/models/mdn-rnn';
import { mdnRnnNllGradients } from '../../src/models/mdn-rnn-nll';
import { mixtureNll } from '../../src/models/mixture';
import { grad } from '../../src/tensor/autograd';
import { setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { expectSame, numbersOf } from '../fixtures/fixture';

interface Shape extends MdnRnnOptions {
  batch: number;
  time: number;
}

const SHAPES: Shape[] = [
  { batch: 32, time: 20 },
  { batch: 1, time: 1, hiddenDim: 1, numMixtures: 1 },
  { batch: 7, time: 9, inputDim: 3, hiddenDim: 13, numMixtures: 2, outputDim: 2 },
  { batch: 300, time: 3, inputDim: 2, hiddenDim: 65, numMixtures: 7 },
];

/** A model, and the inputs and targets that a training cuts out of windows. */
function drawn({ batch, time, ...options }: Shape): { model: MdnRnn; input: Tensor; target: Tensor } {
  manualSeed(1);
  const model = new MdnRnn(options);
  const { inputDim, outputDim } = model;
  const windows = randn([batch, time + 1, Math.max(inputDim, outputDim)]);
  const input = windows.slice(1, 0, -1).slice(2, 0, inputDim);
  return { model, input, target: windows.select(1, -1).slice(1, 0, outputDim) };
}

/** The same by libtorch's GRU and a graph. */
function byGraph(model: MdnRnn, input: Tensor, target: Tensor): { loss: Tensor; gradients: Tensor[] } {
  const { inputDim, hiddenDim, outputDim, numMixtures } = model;
  const exact = new MdnRnn({ inputDim, hiddenDim, outputDim, numMixtures, exact: true });
  exact.loadStateDict(model.stateDict());
  const loss = mixtureNll(exact.forward(input), target);
  return { loss, gradients: grad(loss, exact.parameters()) };
}

describe.each([1, 2, 3])('with %i threads', (threads) => {
  beforeAll(() => setNumThreads(threads));
  afterAll(() => setNumThreads(1));

  test.each(SHAPES.map((shape) => [JSON.stringify(shape), shape] as const))(
    '%s: the loss and its gradients are those of the graph within rounding',
    (_, shape) => {
      const { model, input, target } = drawn(shape);
      const expected = byGraph(model, input, target);
      const actual = mdnRnnNllGradients(model, input, target);
      expectSame(actual.loss, expected.loss, 'the loss', 2e-6);
      expect(actual.gradients).toHaveLength(6);
      for (const [index, gradient] of expected.gradients.entries()) {
        const largest = gradient.abs().max().item();
        expectSame(actual.gradients[index]!.div(largest), gradient.div(largest), `gradient ${index}`, 1e-5);
      }
    },
  );
});

test('nothing but the results is left', () => {
  const { model, input, target } = drawn({ batch: 4, time: 5 });
  const before = memory().tensors;
  const { loss, gradients } = mdnRnnNllGradients(model, input, target);
  expect(memory().tensors).toBe(before + 7);
  expect([loss, ...gradients].map((tensor) => tensor.requiresGrad)).toEqual(Array(7).fill(false));
});

test('an exact model has the numbers of its graph to the last bit', () => {
  const { model, input, target } = drawn({ batch: 3, time: 4, exact: true });
  const expected = byGraph(model, input, target);
  const { loss, gradients } = mdnRnnNllGradients(model, input, target);
  expect(loss.item()).toBe(expected.loss.item());
  expect(gradients.map(numbersOf)).toEqual(expected.gradients.map(numbersOf));
});

test('NaN in a window makes the loss NaN, and what does not fit is refused as by the model', () => {
  const { model, input, target } = drawn({ batch: 3, time: 4 });
  expect(mdnRnnNllGradients(model, input.add(Number.NaN), target).loss.item()).toBeNaN();
  expect(errorOf(() => mdnRnnNllGradients(model, randn([3, 4, 2]), target))).toMatchObject({ code: 'ERR_SHAPE' });
  expect(errorOf(() => mdnRnnNllGradients(model, input, randn([2, 1])))).toMatchObject({ code: 'ERR_SHAPE' });
});
