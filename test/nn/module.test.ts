import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../../src/nn/activations';
import { Adam } from '../../src/nn/adam';
import { GRU } from '../../src/nn/gru';
import { Linear } from '../../src/nn/linear';
import { Module } from '../../src/nn/module';
import { Sequential } from '../../src/nn/sequential';
import type { StateDict } from '../../src/nn/state-dict';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

class Pair extends Module {
  readonly size = 2;
  readonly rnn = new GRU(2, 3, { numLayers: 2 });
  readonly head = new Sequential(new Linear(3, 2), new ReLU(), new Linear(2, 1, { bias: false }));
}

const PAIR_NAMES = [
  ...[0, 1].flatMap((layer) => ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `rnn.${name}_l${layer}`)),
  'head.0.weight',
  'head.0.bias',
  'head.2.weight',
];

describe('parameters', () => {
  test("have PyTorch's names and order, all with gradients", () => {
    const pair = new Pair();
    expect(pair.namedParameters().map(([name]) => name)).toEqual(PAIR_NAMES);
    expect(Object.keys(pair.stateDict())).toEqual(PAIR_NAMES);
    expect(pair.parameters().every((each) => each.requiresGrad)).toBe(true);
    expect(Object.values(pair.stateDict()).some((each) => each.requiresGrad)).toBe(false);
  });

  test('made inside a scope outlive it, until dispose', () => {
    const before = memory();
    const layer = scope(() => ({ linear: new Linear(2, 1) })).linear;
    expect(layer.forward(ones([1, 2])).shape).toEqual([1, 1]);
    scope(() => {
      const pair = new Pair();
      pair.dispose();
      expect(() => pair.head.forward(ones([1, 3]))).toThrow('The Linear was disposed of');
    });
    layer[Symbol.dispose]();
    expect(memory().scopes).toBe(before.scopes);
    expect(() => layer.parameters()[0]!.shape).toThrow(/disposed of/);
  });

  test('stay the same tensors when they move to a device', () => {
    const layer = new Linear(2, 1);
    const parameters = layer.parameters();
    expect(layer.to('cpu')).toBe(layer);
    expect(layer.parameters()).toEqual(parameters);
    expect(errorOf(() => layer.to('gpu' as never)).code).toBe('ERR_DEVICE');
  });
});

describe('loadStateDict', () => {
  test('copies into the parameters that an optimizer has', () => {
    const layer = new Linear(2, 1);
    const optimizer = new Adam(layer.parameters(), { lr: 0.5 });
    layer.loadStateDict({ weight: tensor([[1, 2]]), bias: tensor([3]) });
    expect(layer.forward(ones([1, 2])).item()).toBe(6);
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward();
    optimizer.step();
    expect(numbersOf(layer.stateDict().bias!)).toEqual([2.5]);
  });

  test('converts the dtype', () => {
    const layer = new Linear(1, 1);
    layer.loadStateDict({ weight: tensor([[0.1]], { dtype: 'float64' }), bias: tensor(BigInt64Array.of(3n)) });
    expect(Object.values(layer.stateDict()).map((each) => [each.dtype, ...numbersOf(each)])).toEqual([
      ['float32', Math.fround(0.1)],
      ['float32', 3],
    ]);
  });

  test('names all that is missing, unknown and misshapen, and copies nothing', () => {
    const pair = new Pair();
    const before = Object.values(pair.stateDict()).map(numbersOf);
    const state: StateDict = Object.fromEntries(
      Object.entries(pair.stateDict()).map(([name, each]) => [name, each.add(1)]),
    );
    delete state['rnn.bias_ih_l0'];
    state['head.1.weight'] = zeros([1]);
    state['head.2.weight'] = zeros([2, 1]);
    const error = errorOf(() => pair.loadStateDict(state));
    expect(error.code).toBe('ERR_CHECKPOINT');
    expect(error.message).toBe(
      'The state does not fit Pair: rnn.bias_ih_l0 is missing, head.1.weight is unknown, head.2.weight has shape [2, 1] instead of [1, 2]',
    );
    expect(Object.values(pair.stateDict()).map(numbersOf)).toEqual(before);
  });
});

describe('each problem alone is enough to refuse a state', () => {
  const full = { weight: tensor([[1, 2]]), bias: tensor([3]) };

  test.each<[StateDict, string]>([
    [{ weight: full.weight }, 'bias is missing'],
    [{ ...full, scale: ones([1]) }, 'scale is unknown'],
    [{ ...full, bias: ones([2]) }, 'bias has shape [2] instead of [1]'],
    [{ ...full, bias: ones([]) }, 'bias has shape [] instead of [1]'],
  ])('%#', (state, problem) => {
    const layer = new Linear(2, 1);
    const before = layer.parameters().map(numbersOf);
    expect(() => layer.loadStateDict(state)).toThrow(`The state does not fit Linear: ${problem}`);
    expect(layer.parameters().map(numbersOf)).toEqual(before);
  });
});

describe('train and eval', () => {
  test('reach every child', () => {
    const pair = new Pair();
    expect(pair.eval()).toBe(pair);
    expect([pair.training, pair.rnn.training, pair.head.training]).toEqual([false, false, false]);
    pair.train();
    expect([pair.training, pair.rnn.training, pair.head.training]).toEqual([true, true, true]);
  });
});

describe('activations', () => {
  test('are layers without parameters', () => {
    const x = tensor([-2, 0, 2]);
    expect(numbersOf(new ReLU().forward(x))).toEqual([0, 0, 2]);
    expect(numbersOf(new LeakyReLU(0.5).forward(x))).toEqual([-1, 0, 2]);
    expect(numbersOf(new LeakyReLU().forward(x))[0]).toBeCloseTo(-0.02, 6);
    expect(numbersOf(new Tanh().forward(x))[2]).toBeCloseTo(Math.tanh(2), 6);
    expect(numbersOf(new Sigmoid().forward(x))[2]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
    expect(new Sequential(new ReLU(), new Tanh()).parameters()).toEqual([]);
  });
});
