import type { DType } from '../../src/native/handle';
import { Linear } from '../../src/nn/linear';
import { grad } from '../../src/tensor/autograd';
import {
  arange,
  cat,
  eye,
  linspace,
  ones,
  onesLike,
  stack,
  tensor,
  where,
  zeros,
  zerosLike,
} from '../../src/tensor/creation';
import { randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript
const js = (value: unknown) => value as any;
const nan = Number.NaN;

describe('sizes', () => {
  const x = zeros([2, 3, 4]);

  test('as in PyTorch', () => {
    expect([x.size(), x.size(0), x.size(-1), x.dim(), x.numel()]).toEqual([[2, 3, 4], 2, 4, 3, 24]);
    expect([tensor(1).size(), tensor(1).dim(), tensor(1).numel(), zeros([0, 5]).numel()]).toEqual([[], 0, 1, 0]);
    expect([x.isContiguous(), x.transpose(0, 1).isContiguous()]).toEqual([true, false]);
  });

  test.each([3, -4, 0.5, nan, '0', null, {}])('there is no dimension %p', (dim) => {
    expect(errorOf(() => x.size(js(dim)))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/^Expected a whole number of at least -3 and at most 2 for dim but received/),
    });
  });
});

describe('to', () => {
  const x = tensor([1.5, -2]);

  test('takes a dtype, a device, or both', () => {
    const all = [
      x.to('float64'),
      x.to('cpu'),
      x.to('auto'),
      x.to({ dtype: 'int32', device: 'cpu' }),
      x.to({}),
      x.to({ device: 'cpu' }),
    ];
    expect(all.map(({ dtype }) => dtype)).toEqual(['float64', 'float32', 'float32', 'int32', 'float32', 'float32']);
  });

  test.each(['gpu', 'float', '', 5, null, undefined, [], { dtype: 'float' }, { devise: 'cpu' }, { device: 'gpu' }])(
    'refuses %p',
    (target) => {
      expect(errorOf(() => x.to(js(target))).code).toMatch(/^ERR_(DEVICE|INVALID_ARGUMENT)$/);
    },
  );
});

describe('gradients', () => {
  test('are set, and forgotten', () => {
    const x = ones([2], { requiresGrad: true });
    x.mul(3).sum().backward();
    x.grad = x.grad!.mul(2);
    expect(numbersOf(x.grad)).toEqual([6, 6]);
    x.mul(1).sum().backward();
    expect(numbersOf(x.grad)).toEqual([7, 7]);
    x.grad = undefined;
    expect(x.grad).toBeUndefined();
    expect(ones([1]).requiresGrad_().requiresGrad).toBe(true);
    expect(x.requiresGrad_(false).requiresGrad).toBe(false);
  });

  test.each<[unknown, RegExp]>([
    [5, /a Tensor for grad but received 5/],
    [null, /a Tensor for grad but received null/],
    [ones([3]), /shape \[2\] for grad but received \[3\]/],
    [ones([2], { dtype: 'float64' }), /a float32 cpu Tensor for grad but received a float64 cpu one/],
  ])('are of their tensor, case %#', (gradient, message) => {
    const x = ones([2], { requiresGrad: true });
    expect(errorOf(() => Object.assign(x, { grad: gradient })).message).toMatch(message);
    expect(x.grad).toBeUndefined();
  });
});

describe('in place', () => {
  test('tensors and numbers are taken', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(
      numbersOf(
        x
          .add_(1)
          .sub_(tensor([1, 0]))
          .mul_(tensor([[2], [3]]))
          .div_(2)
          .div_(tensor([1, 2]))
          .sub_(0.5),
      ),
    ).toEqual([0.5, 1, 4, 3.25]);
    expect(numbersOf(arange(3).add_(2).mul_(3))).toEqual([6, 9, 12]);
    for (const op of ['add_', 'sub_', 'mul_', 'div_'] as const) {
      expect(errorOf(() => x[op](js('1'))).message).toMatch(/a Tensor for other but received a string/);
    }
    expect(errorOf(() => arange(3).div_(2)).code).toBe('ERR_LIBTORCH');
  });
});

describe('what a PyTorch person meets at once', () => {
  const x = tensor([
    [3, -1, 2],
    [-5, 4, 0.5],
  ]);
  // As torch prints it for the same numbers.
  test.each<[string, () => Tensor, number[]]>([
    ['ne', () => x.ne(2), [1, 1, 0, 1, 1, 1]],
    ['ne of a tensor', () => x.ne(x), [0, 0, 0, 0, 0, 0]],
    ['maximum', () => x.maximum(tensor([0, 1, nan])), [3, 1, nan, 0, 4, nan]],
    ['minimum', () => x.minimum(tensor([0])), [0, -1, 0, -5, 0, 0]],
    ['pow of a tensor', () => tensor([2, 3]).pow(tensor([3, 2])), [8, 9]],
    ['round', () => tensor([0.5, 1.5, -2.5, 2.4]).round(), [0, 2, -2, 2]],
    ['floor', () => tensor([-0.5, 1.5]).floor(), [-1, 1]],
    ['ceil', () => tensor([-1.5, 1.5]).ceil(), [-1, 2]],
    ['sign', () => x.sign(), [1, -1, 1, -1, 1, 1]],
    ['log1p', () => tensor([0, Math.E - 1], { dtype: 'float64' }).log1p(), [0, 1]],
    ['isnan', () => tensor([nan, 1]).isnan(), [1, 0]],
    ['logicalNot', () => tensor([0, 2]).logicalNot(), [1, 0]],
    ['logicalAnd', () => x.gt(0).logicalAnd(x.lt(3)), [0, 0, 1, 0, 0, 1]],
    ['logicalOr', () => x.gt(3).logicalOr(x.lt(0)), [0, 1, 0, 1, 1, 0]],
    ['any', () => x.gt(3).any(), [1]],
    ['any along a dimension', () => x.gt(2).any(0), [1, 1, 0]],
    ['all', () => x.gt(-6).all(), [1]],
    ['all along a dimension', () => x.gt(-2).all(1, { keepdim: true }), [1, 0]],
    ['prod', () => x.prod(), [60]],
    ['prod along a dimension', () => x.prod(0), [-15, -4, 1]],
    ['flip', () => x.flip(0, 1), [0.5, 4, -5, 2, -1, 3]],
    ['flip of a list', () => x.flip([1]), [2, -1, 3, 0.5, 4, -5]],
    ['repeat', () => tensor([1, 2]).repeat(2, 2), [1, 2, 1, 2, 1, 2, 1, 2]],
    ['sort', () => x.sort().values, [-1, 2, 3, -5, 0.5, 4]],
    ['where sort found them', () => x.sort(0, { descending: true }).indices, [0, 1, 0, 1, 0, 1]],
    ['topk', () => x.topk(2).values, [3, 2, 4, 0.5]],
    ['topk of the smallest', () => x.topk(1, 0, { largest: false }).indices, [1, 0, 1]],
    ['chunk', () => cat(x.chunk(2, 1).toReversed(), 1), [2, 3, -1, 0.5, -5, 4]],
    ['split', () => stack(x.split(1)), [3, -1, 2, -5, 4, 0.5]],
    ['T', () => x.T, [3, -5, -1, 4, 2, 0.5]],
    ['squeeze', () => x.view(1, 2, 1, 3).squeeze(), numbersOf(x)],
    ['view by a list', () => x.view([3, -1]), numbersOf(x)],
    ['sum over all, kept', () => x.sum(undefined, { keepdim: true }), [3.5]],
    ['exp of integers', () => arange(1).exp(), [1]],
    ['a range to its end', () => arange(3), [0, 1, 2]],
    ['eye', () => eye(2), [1, 0, 0, 1]],
    ['linspace', () => linspace(1, 2, 3, { dtype: 'float64' }), [1, 1.5, 2]],
    ['zerosLike', () => zerosLike(x), [0, 0, 0, 0, 0, 0]],
    ['onesLike', () => onesLike(x, { dtype: 'int64' }), [1, 1, 1, 1, 1, 1]],
  ])('%s', (_, make, expected) => {
    expect(numbersOf(make())).toEqual(expected);
  });

  test('T is for matrices', () => {
    expect([tensor([1, 2]).T.shape, tensor(1).T.shape, x.T.shape]).toEqual([[2], [], [3, 2]]);
    expect(errorOf(() => zeros([1, 2, 3]).T)).toMatchObject({
      code: 'ERR_SHAPE',
      message: 'Expected a matrix for T but received [1, 2, 3]: use permute()',
    });
  });

  test('keepdim and its kin are options', () => {
    for (const call of [
      () => x.sum(1, js(true)),
      () => x.max(1, js(true)),
      () => x.argmax(1, js({ keepDim: true })),
      () => x.var(1, js({ unbiased: false })),
      () => x.std(1, { correction: js('1') }),
      () => x.sort(0, js({ reverse: true })),
      () => x.topk(1, 0, js({ largets: true })),
      () => x.logsumexp(1, js({ keepdim: 1 })),
      () => x.kthvalue(1, 1, js(false)),
    ]) {
      expect(errorOf(call).code).toBe('ERR_INVALID_ARGUMENT');
    }
    expect(errorOf(() => x.sum(1, js({ keep_dim: true }))).message).toBe(
      'Unknown option "keep_dim". Did you mean "keepdim"?',
    );
  });
});

// Compiling is the test: no cast is needed.
test('types know the dtype', () => {
  const float: Float32Array = ones([2]).mul(2).exp().sum().toArray();
  const integers: BigInt64Array = zeros([2], { dtype: 'int64' }).toArray();
  const places: BigInt64Array = randn([2]).argmax().toArray();
  const doubles: Float64Array = ones([2]).to('float64').toArray();
  const moved: Float32Array = ones([2]).to('cpu').to({ device: 'cpu' }).toArray();
  const flags: Uint8Array = ones([2]).gt(0).logicalNot().toArray();
  const same: BigInt64Array = tensor(BigInt64Array.of(1n))
    .add(tensor(BigInt64Array.of(2n)))
    .toArray();
  const quotient: Float32Array = zeros([1], { dtype: 'int64' }).div(2).toArray();
  const output: Float32Array = new Linear(2, 1).forward(randn([3, 2])).toArray();
  const x = ones([1], { requiresGrad: true });
  const [slope] = grad(x.mul(3).sum(), [x]);
  const slopes: Float32Array = slope.toArray();
  const chosen: Float32Array = where(ones([1]).gt(0), ones([1]), zeros([1])).toArray();
  const best: Float32Array = ones([2, 2]).max(1).values.toArray();
  // A number may be no integer, and another tensor of another dtype.
  // @ts-expect-error
  const halves: BigInt64Array = zeros([1], { dtype: 'int64' }).mul(0.5).toArray();
  // @ts-expect-error
  const mixed: Float32Array = ones([1])
    .add(zeros([1], { dtype: 'float64' }))
    .toArray();
  // @ts-expect-error
  const elsewhere = () => zeros([1], { device: 'gpu' });
  const any: Tensor[] = [ones([1]), zeros([1], { dtype: 'int64' })];
  const norms: number[] = any.map((each) => each.add(1).to('float32').norm().item());
  for (const each of [ones([1]), arange(1)]) each.mul(2).sum(0, { keepdim: true }).to({ dtype: 'float64' }).numel();
  const dtype: DType = any[0]!.dtype;
  expect([dtype, norms.length, halves.length, mixed.length, elsewhere.length]).toEqual(['float32', 2, 1, 1, 0]);
  const all = [float, integers, places, doubles, moved, flags, same, quotient, output, slopes, chosen, best];
  expect(all.map((array) => array.constructor.name)).toEqual([
    'Float32Array',
    'BigInt64Array',
    'BigInt64Array',
    'Float64Array',
    'Float32Array',
    'Uint8Array',
    'BigInt64Array',
    'Float32Array',
    'Float32Array',
    'Float32Array',
    'Float32Array',
    'Float32Array',
  ]);
});
