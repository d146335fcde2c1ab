import type { LibtorchGenerativeError } from '../../src/errors';
import { Adam, type AdamOptions } from '../../src/nn/adam';
import { Linear } from '../../src/nn/linear';
import type { StateDict } from '../../src/nn/state-dict';
import { grad } from '../../src/tensor/autograd';
import { arange, full, ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { expectSame as expectSameTensors, loadFixture, numbersOf } from '../fixtures/fixture';
import { ownMemory } from '../own-memory';

interface Cases {
  cases: { name: string; seed: number; options: AdamOptions }[];
  shapes: number[][];
  steps: number;
  newLr: { step: number; lr: number };
  /** A parameter that has no gradient in some steps. */
  skipped: { parameter: number; steps: number[] };
}

const { cases, bitTest, expectSame } = loadFixture<Cases>('nn/adam');
const table = cases.cases.map((each) => [each.name, each] as const);

function drawParameters(): Tensor[] {
  return cases.shapes.map((shape) => {
    const parameter = randn(shape);
    parameter.requiresGrad = true;
    return parameter;
  });
}

/** Gives the parameters the gradients of one step, by backward of a loss that has just these. */
function drawGradients(parameters: Tensor[], step: number): void {
  for (const [i, parameter] of parameters.entries()) {
    const gradient = randn(parameter.shape);
    parameter.grad = undefined;
    const isSkipped = i === cases.skipped.parameter && cases.skipped.steps.includes(step);
    if (!isSkipped) parameter.mul(gradient).sum().backward();
  }
}

function copyOf(state: StateDict): StateDict {
  return Object.fromEntries(Object.entries(state).map(([name, each]) => [name, each.clone()]));
}

describe("PyTorch's fused Adam, step by step", () => {
  bitTest.each(table)('%s', (name, { seed, options }) => {
    manualSeed(seed);
    const parameters = drawParameters();
    const optimizer = new Adam(parameters, options);
    for (let step = 0; step < cases.steps; step++) {
      if (step === cases.newLr.step) optimizer.lr = cases.newLr.lr;
      drawGradients(parameters, step);
      optimizer.step();
      for (const [i, parameter] of parameters.entries()) expectSame(parameter, `${name}.${step}.${i}`);
    }
    expect(optimizer.lr).toBe(cases.newLr.lr);
    const state = Object.entries(optimizer.stateDict());
    expect(state).toHaveLength(3 * parameters.length);
    for (const [key, moment] of state) expectSame(moment, `${name}.${key}`);
  });

  bitTest.each(table)('%s, saved in the middle and restored in another optimizer', (name, { seed, options }) => {
    manualSeed(seed);
    const parameters = drawParameters();
    let optimizer = new Adam(parameters, options);
    for (let step = 0; step < cases.steps; step++) {
      const state = copyOf(optimizer.stateDict());
      optimizer.dispose();
      optimizer = new Adam(parameters, { ...options, lr: step < cases.newLr.step ? options.lr : cases.newLr.lr });
      optimizer.loadStateDict(state);
      drawGradients(parameters, step);
      optimizer.step();
    }
    for (const [i, parameter] of parameters.entries()) expectSame(parameter, `${name}.${cases.steps - 1}.${i}`);
  });
});

describe('step with given gradients', () => {
  test('is as with those of backward', () => {
    manualSeed(3);
    const [a, b] = [new Linear(3, 2), new Linear(3, 2)];
    b.loadStateDict(a.stateDict());
    const [left, right] = [new Adam(a.parameters()), new Adam(b.parameters())];
    for (let i = 0; i < 3; i++) {
      const x = randn([4, 3]);
      left.zeroGrad();
      a.forward(x).square().sum().backward();
      left.step();
      right.step(grad(b.forward(x).square().sum(), b.parameters()));
    }
    for (const [i, parameter] of a.parameters().entries()) expectSameTensors(b.parameters()[i]!, parameter);
  });

  // The kernel reads memory as it lies: an expanded gradient has one number, a transposed one another order.
  test('reads expanded and transposed ones as they are meant', () => {
    const step = (gradient: Tensor) => {
      const parameter = zeros([2, 3], { requiresGrad: true });
      new Adam([parameter], { lr: 1, eps: 1 }).step([gradient]);
      return numbersOf(parameter);
    };
    expect(step(tensor([2]).expand(2, 3))).toEqual(step(full([2, 3], 2)));
    const matrix = arange(1, 7, 1, { dtype: 'float32' }).view(2, 3);
    const transposed = matrix.transpose(0, 1).contiguous().transpose(0, 1);
    expect(transposed.isContiguous()).toBe(false);
    expect(step(transposed)).toEqual(step(matrix));
  });

  // Its gradients would be those of other numbers than it was made from.
  test('makes a graph from before it unusable', () => {
    const parameter = ones([3], { requiresGrad: true });
    const before = parameter.square().sum();
    new Adam([parameter]).step([ones([3])]);
    expect(() => before.backward()).toThrow(/modified by an inplace operation/);
  });

  test('that do not fit the parameters are refused', () => {
    const optimizer = new Adam([zeros([2, 3], { requiresGrad: true })]);
    expect(() => optimizer.step([ones([6])])).toThrow(
      'Expected a Tensor of shape [2, 3] for gradients[0] but received [6]',
    );
    expect(() => optimizer.step([])).toThrow('Expected 1 Tensors for gradients but received 0');
    expect(() => optimizer.step(['x' as never])).toThrow('Expected a Tensor for gradients[0] but received "x"');
    expect(() => optimizer.step([ones([2, 3], { dtype: 'float64' })])).toThrow(/expected scalar type Float/);
  });
});

describe('options', () => {
  const parameters = [ones([1], { requiresGrad: true })];

  test.each<[AdamOptions, string]>([
    [{ lr: -1 }, 'Expected a number of at least 0 for lr but received -1'],
    [{ lr: Number.NaN }, 'Expected a number of at least 0 for lr but received NaN'],
    [{ betas: [1, 0.9] }, 'Expected a number of at least 0 and below 1 for betas[0] but received 1'],
    [{ betas: [0.9, -0.1] }, 'Expected a number of at least 0 and below 1 for betas[1] but received -0.1'],
    [{ eps: -1e-8 }, 'Expected a number of at least 0 for eps but received -1e-8'],
    [{ weightDecay: '1' as never }, 'Expected a number of at least 0 for weightDecay but received "1"'],
  ])('%j', (options, message) => {
    expect(() => new Adam(parameters, options)).toThrow(message);
  });

  test('parameters are tensors, at least one', () => {
    expect(() => new Adam([])).toThrow('Expected at least one Tensor for parameters but received none');
    expect(() => new Adam([1 as never])).toThrow('Expected a Tensor for parameters[0] but received 1');
    expect(() => {
      new Adam(parameters).lr = -1;
    }).toThrow(/for lr but received -1/);
  });
});

describe('state', () => {
  test('of another optimizer is refused, and nothing copied', () => {
    const parameter = ones([2], { requiresGrad: true });
    const optimizer = new Adam([parameter]);
    const others: StateDict[] = [
      {},
      new Adam([ones([3], { requiresGrad: true })]).stateDict(),
      Object.fromEntries(
        Object.entries(optimizer.stateDict())
          .slice(1)
          .map(([name, each]) => [name, each.add(1)]),
      ),
    ];
    for (const other of others) {
      let error: unknown;
      try {
        optimizer.loadStateDict(other);
      } catch (caught) {
        error = caught;
      }
      expect((error as LibtorchGenerativeError).code).toBe('ERR_CHECKPOINT');
      expect((error as Error).message).toMatch(
        /^The state does not fit an Adam over 1 parameters: state\.0\.\w+ (is missing|has shape)/,
      );
    }
    for (const each of Object.values(optimizer.stateDict())) expect(Math.max(...numbersOf(each))).toBe(0);
  });

  test('a disposed one is ERR_DISPOSED and holds no memory', () => {
    const before = ownMemory();
    scope(() => {
      const optimizer = new Adam([ones([2], { requiresGrad: true })]);
      optimizer.dispose();
      optimizer[Symbol.dispose]();
      const uses = [() => optimizer.step(), () => optimizer.zeroGrad(), () => optimizer.stateDict()];
      for (const use of uses) expect(use).toThrow('The Adam was disposed of');
    });
    expect(ownMemory()).toEqual(before);
  });
});
