import { Linear } from '../../src/nn/linear';
import { Sequential } from '../../src/nn/sequential';
import type { StateDict } from '../../src/nn/state-dict';
import { consumePrefixInStateDictIfPresent, withModelNames } from '../../src/nn/state-prefix';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { errorOf } from '../error-of';

const prefixed = (state: StateDict, prefix: string): StateDict =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [prefix + name, value]));

describe('consumePrefixInStateDictIfPresent', () => {
  test('renames in place what has the prefix, and nothing else', () => {
    const [weight, other] = [ones([2]), zeros([3])];
    const state: StateDict = { 'module.weight': weight, 'modules.x': other, 'a.module.b': other };
    consumePrefixInStateDictIfPresent(state, 'module.');
    expect(Object.keys(state)).toEqual(['modules.x', 'a.module.b', 'weight']); // as in PyTorch, the renamed come last
    expect(state.weight).toBe(weight);
    consumePrefixInStateDictIfPresent(state, 'module.');
    expect(Object.keys(state)).toHaveLength(3);
  });

  test('takes off one prefix at a time, as PyTorch does', () => {
    const state: StateDict = { 'module.module.w': ones([1]) };
    consumePrefixInStateDictIfPresent(state, 'module.');
    expect(Object.keys(state)).toEqual(['module.w']);
  });

  test('changes nothing where a name is taken, or the state cannot be changed', () => {
    const taken: StateDict = { 'module.a': ones([1]), 'module.b': ones([1]), b: zeros([1]) };
    const { code, message } = errorOf(() => consumePrefixInStateDictIfPresent(taken, 'module.'));
    expect([code, message]).toEqual(['ERR_CHECKPOINT', 'The state has both "module.b" and "b"']);
    expect(Object.keys(taken)).toEqual(['module.a', 'module.b', 'b']);
    const frozen = Object.freeze({ 'module.a': ones([1]) });
    expect(errorOf(() => consumePrefixInStateDictIfPresent(frozen, 'module.')).code).toBe('ERR_INVALID_ARGUMENT');
    expect(Object.keys(frozen)).toEqual(['module.a']);
  });

  test('a name that JavaScript has a meaning for is a name like others', () => {
    const state: StateDict = { 'module.__proto__': ones([1]), 'module.constructor': ones([1]) };
    consumePrefixInStateDictIfPresent(state, 'module.');
    expect(Object.keys(state)).toEqual(['__proto__', 'constructor']);
  });
});

describe('names of a file', () => {
  const net = new Sequential(new Linear(2, 3), new Linear(3, 1));
  const names = Object.keys(net.stateDict());

  test.each(['module.', '_orig_mod.', 'module._orig_mod.', 'generator.', '0.', 'model.0.'])(
    'after %s are the model’s',
    (prefix) => {
      const named = withModelNames(prefixed(net.stateDict(), prefix), names);
      expect(Object.keys(named)).toEqual(names);
      net.loadStateDict(named);
    },
  );

  test.each<[string, (state: StateDict) => StateDict]>([
    ['that fit already', (state) => state],
    [
      'of which one has no prefix',
      ({ '0.bias': bias, ...rest }) => ({ ...prefixed(rest, 'module.'), '0.bias': bias! }),
    ],
    ['with two prefixes', ({ '0.bias': bias, ...rest }) => ({ ...prefixed(rest, 'a.'), 'b.0.bias': bias! })],
    ['with one more', (state) => ({ ...prefixed(state, 'module.'), n_averaged: tensor([1]) })],
    ['with one less', ({ '1.bias': _, ...rest }) => prefixed(rest, 'module.')],
    ['whose prefix ends without a dot', (state) => prefixed(state, 'module')],
    ['of nothing', () => ({})],
  ])('%s stay as they are', (_, change) => {
    const state = change(net.stateDict());
    expect(withModelNames(state, names)).toBe(state);
  });

  test('loadStateDict itself takes no other names, as in PyTorch', () => {
    expect(() => net.loadStateDict(prefixed(net.stateDict(), 'module.'))).toThrow(
      /0\.weight is missing, .*module\.0\.weight is unknown/,
    );
  });

  test('half precision is loaded with its exact values, and the model stays float32', () => {
    for (const dtype of ['float16', 'bfloat16', 'float64'] as const) {
      const model = new Linear(1, 2);
      const state = { weight: tensor([[0.1], [-3.140625]]).to(dtype), bias: tensor([2 ** -14, 300]).to(dtype) };
      model.loadStateDict(state);
      expect(model.stateDict().weight!.dtype).toBe('float32');
      const exact = dtype === 'float16' ? 0.0999755859375 : dtype === 'bfloat16' ? 0.10009765625 : Math.fround(0.1);
      expect(model.stateDict().weight!.toArray()).toEqual(Float32Array.of(exact, -3.140625));
      expect(model.stateDict().bias!.toArray()).toEqual(Float32Array.of(2 ** -14, 300));
    }
  });
});
