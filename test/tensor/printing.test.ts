import { inspect } from 'node:util';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

interface Texts {
  /** PyTorch's, of the fixture's tensors. */
  reprs: Record<string, string>;
  others: Record<string, string>;
}

const { cases, get } = loadFixture<Texts>('tensor/printing');

describe("a tensor prints as PyTorch's", () => {
  test.each(Object.entries(cases.reprs))('%s', (name, expected) => {
    expect(`${get(name)}`).toBe(expected);
  });

  test('with what it needs for gradients', () => {
    const weight = ones([2], { requiresGrad: true });
    const many = tensor(Array(12).fill(0.1), { requiresGrad: true });
    const texts = {
      leaf: weight,
      product: weight.mul(2),
      sum: weight.mul(2).sum(),
      detached: weight.detach(),
      long: many.mul(3),
      double: ones([2], { dtype: 'float64', requiresGrad: true }),
    };
    // A number is a number here, and for Python a tensor of one element: MulBackward1, MulBackward0.
    const same = (text: string) => text.replace(/Backward[01]>/, 'Backward>');
    for (const [name, each] of Object.entries(texts)) expect(same(String(each))).toBe(same(cases.others[name]!));
  });

  test('to console.log, leaving nothing behind', () => {
    const matrix = zeros([100, 100]);
    const { tensors } = memory();
    expect(inspect({ matrix })).toContain('tensor([[0., 0., 0.,  ..., 0., 0., 0.]');
    expect(memory().tensors).toBe(tensors);
    matrix.dispose();
    expect([inspect(matrix), `${matrix}`]).toEqual(['tensor(disposed)', 'tensor(disposed)']);
  });
});

describe('JSON', () => {
  test('has the numbers, nested as the shape is', () => {
    const json = scope(() =>
      JSON.stringify({
        matrix: tensor([[1, 2.5, -3]]).transpose(0, 1),
        scalar: tensor(7),
        empty: zeros([2, 0]),
        integers: tensor(BigInt64Array.of(2n ** 53n - 1n, -5n)),
        booleans: tensor([1, 2, 3]).gt(1),
        half: tensor([0.1], { dtype: 'float16' }),
      }),
    );
    expect(JSON.parse(json)).toEqual({
      matrix: [[1], [2.5], [-3]],
      scalar: 7,
      empty: [[], []],
      integers: [2 ** 53 - 1, -5],
      booleans: [0, 1, 1],
      half: [0.0999755859375],
    });
  });

  test.each([
    [() => tensor([1, Number.NaN]), 'ERR_NOT_FINITE', 'JSON cannot represent NaN: use toArray() or writeSafetensors()'],
    [() => tensor([[1 / 0]]), 'ERR_NOT_FINITE', 'JSON cannot represent Infinity: use toArray() or writeSafetensors()'],
    [
      () => tensor(BigInt64Array.of(2n ** 53n)),
      'ERR_INVALID_ARGUMENT',
      'JSON cannot represent 9007199254740992 exactly: use toArray() or writeSafetensors()',
    ],
  ])('refuses what it does not have, case %#', (make, code, message) => {
    const { shape, each } = { shape: 1, each: make() };
    expect(errorOf(() => JSON.stringify({ shape, each }))).toMatchObject({ code, message });
  });

  test('of a tensor that was disposed of is refused', () => {
    const gone = ones([1]);
    gone.dispose();
    expect(errorOf(() => JSON.stringify([gone])).code).toBe('ERR_DISPOSED');
  });
});
