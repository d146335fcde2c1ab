import { MdnRnn, type MdnRnnOptions } from '../../src/models/mdn-rnn';
import { Mixture, mixtureNll } from '../../src/models/mixture';
import { grad, noGrad } from '../../src/tensor/autograd';
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

/** As a training takes them. */
function lossAndGradients(model: MdnRnn, input: Tensor, target: Tensor): { loss: Tensor; gradients: Tensor[] } {
  const loss = model.nll(input, target);
  return { loss, gradients: grad(loss, model.parameters(), { retainGraph: true }) };
}

describe.each([1, 2, 3])('with %i threads', (threads) => {
  beforeAll(() => setNumThreads(threads));
  afterAll(() => setNumThreads(1));

  test.each(SHAPES.map((shape) => [JSON.stringify(shape), shape] as const))(
    '%s: the loss and its gradients are those of the graph within rounding',
    (_, shape) => {
      const { model, input, target } = drawn(shape);
      const expected = byGraph(model, input, target);
      const actual = lossAndGradients(model, input, target);
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
  const { loss, gradients } = lossAndGradients(model, input, target);
  expect(memory().tensors).toBe(before + 7);
  expect([loss, ...gradients].map((tensor) => tensor.requiresGrad)).toEqual([true, ...Array(6).fill(false)]);
});

describe("the loss is a part of the caller's graph", () => {
  const { model, input, target } = drawn({ batch: 7, time: 9, inputDim: 2, hiddenDim: 13 });
  const composed = () => mixtureNll(model.forward(input), target);
  const close = (actual: Tensor[], expected: Tensor[]) => {
    for (const [index, gradient] of expected.entries()) {
      const largest = gradient.abs().max().item();
      expectSame(actual[index]!.div(largest), gradient.div(largest), `gradient ${index}`, 1e-5);
    }
  };

  test('scaled and added to another', () => {
    const penalised = (loss: Tensor) => loss.mul(0.3).add(model.parameters()[4]!.square().sum());
    close(
      grad(penalised(model.nll(input, target)), model.parameters()),
      grad(penalised(composed()), model.parameters()),
    );
  });

  test('by backward()', () => {
    model.nll(input, target).backward();
    const gradients = model.parameters().map((parameter) => parameter.grad!);
    close(gradients, grad(composed(), model.parameters()));
  });

  test('its gradients have gradients', () => {
    const second = (loss: Tensor) => {
      const gradients = grad(loss, model.parameters(), { createGraph: true });
      return grad(
        gradients.map((each) => each.square().sum()).reduce((a, b) => a.add(b)),
        model.parameters(),
      );
    };
    close(second(model.nll(input, target)), second(composed()));
  });

  test('the gradient of an input', () => {
    const x = input.detach().clone();
    x.requiresGrad = true;
    close(grad(model.nll(x, target), [x]), grad(mixtureNll(model.forward(x), target), [x]));
  });

  test('without gradients it is the same number', () => {
    expect(noGrad(() => model.nll(input, target).item())).toBeCloseTo(model.nll(input, target).item(), 5);
  });
});

test('an exact model has the numbers of its graph to the last bit', () => {
  const { model, input, target } = drawn({ batch: 3, time: 4, exact: true });
  const expected = new Mixture(model.forward(input)).logProb(target).mean().neg();
  const { loss, gradients } = lossAndGradients(model, input, target);
  expect(loss.item()).toBe(expected.item());
  expect(gradients.map(numbersOf)).toEqual(grad(expected, model.parameters()).map(numbersOf));
});

test('NaN in a window makes the loss NaN, and what does not fit is refused as by the model', () => {
  const { model, input, target } = drawn({ batch: 3, time: 4 });
  expect(lossAndGradients(model, input.add(Number.NaN), target).loss.item()).toBeNaN();
  expect(errorOf(() => lossAndGradients(model, randn([3, 4, 2]), target))).toMatchObject({ code: 'ERR_SHAPE' });
  expect(errorOf(() => lossAndGradients(model, input, randn([2, 1])))).toMatchObject({ code: 'ERR_SHAPE' });
});
