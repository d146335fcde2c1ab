import type { DType, TypedArray } from '../../src/native/handle';
import { arange, full, ones, tensor, zeros } from '../../src/tensor/creation';
import { memory } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

describe('typed arrays', () => {
  const arrays: [DType, TypedArray][] = [
    ['float32', Float32Array.of(1.5, -2, 0.1, Number.NaN, Number.POSITIVE_INFINITY, -0)],
    ['float64', Float64Array.of(1.5, -2, 0.1, 1e300, 5e-324, -0)],
    ['int64', BigInt64Array.of(0n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 7n)],
    ['int32', Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 5, 6)],
    ['uint8', Uint8Array.of(0, 1, 127, 128, 254, 255)],
  ];

  test.each(arrays)('%s goes in and comes back', (dtype, array) => {
    const there = tensor(array, { shape: [2, 3] });
    expect([there.dtype, there.shape, there.numel(), there.device]).toEqual([dtype, [2, 3], 6, 'cpu']);
    const back = there.toArray();
    expect(back.constructor.name).toBe(array.constructor.name);
    expect([...back]).toEqual([...array]);
    expect(tensor(array).shape).toEqual([6]);
  });

  // A typed array that begins in the middle of its buffer, also at a byte where no float may begin.
  test.each(arrays)('%s from the middle of a buffer', (_, array) => {
    expect([...tensor(array.subarray(2, 5)).toArray()]).toEqual([...array.subarray(2, 5)]);
    const bytes = new Uint8Array(array.buffer, 3, 3);
    expect([...tensor(bytes).toArray()]).toEqual([...bytes]);
  });

  test('are copied in and out', () => {
    const array = Float32Array.of(1, 2);
    const copy = tensor(array);
    array[0] = 9;
    expect(numbersOf(copy)).toEqual([1, 2]);
    copy.toArray()[0] = 9;
    expect(numbersOf(copy)).toEqual([1, 2]);
  });

  test('a view comes out in row-major order', () => {
    expect(numbersOf(arange(0, 6).view(2, 3).transpose(0, 1))).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test('of another type or size are refused', () => {
    expect(errorOf(() => tensor(new Uint16Array(2) as never))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const error = errorOf(() => tensor(new Float32Array(5), { shape: [2, 3] }));
    expect(error).toMatchObject({ code: 'ERR_SHAPE', message: expect.stringMatching(/6 elements .* received 5/) });
    expect(errorOf(() => tensor(new Float32Array(2), { shape: [-1, -2] })).code).toBe('ERR_INVALID_ARGUMENT');
    expect(errorOf(() => tensor(new Float32Array(0), { shape: [2 ** 32, 2 ** 32] })).code).toMatch(/^ERR_/);
  });

  test('empty ones are tensors too', () => {
    const empty = tensor(new Float32Array(0), { shape: [0, 3] });
    expect([empty.shape, empty.numel(), numbersOf(empty), numbersOf(empty.sum(0))]).toEqual([[0, 3], 0, [], [0, 0, 0]]);
  });
});

describe('nested arrays', () => {
  test('give their shape and float32', () => {
    const nested = tensor([[[1, 2]], [[3, 4]], [[5, 6]]]);
    expect([nested.shape, nested.dtype, numbersOf(nested)]).toEqual([[3, 1, 2], 'float32', [1, 2, 3, 4, 5, 6]]);
    expect(tensor(7).shape).toEqual([]);
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  test.each([
    ['of other lengths', [[1, 2], [3]]],
    ['shallower later', [[1, 2], 3]],
    ['with an empty row', [[1], []]],
    [
      'with a longer row in the depth',
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
    ],
  ])('ragged ones, %s, are refused', (_, data) => {
    expect(errorOf(() => tensor(data as never))).toMatchObject({
      code: 'ERR_SHAPE',
      message: expect.stringContaining('ragged'),
    });
  });

  test('only numbers are data', () => {
    expect(errorOf(() => tensor(['1'] as never))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'Expected numbers in rectangular nested arrays for data but received "1"',
    });
    expect(errorOf(() => tensor([1, [2]])).code).toBe('ERR_INVALID_ARGUMENT');
    expect(errorOf(() => tensor(undefined as never)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  test('leave one tensor behind, not the copies on the way', () => {
    const before = memory().tensors;
    tensor([[1, 2]]);
    tensor([1, 2], { dtype: 'float64' });
    tensor(new Uint8Array(3), { dtype: 'float32' });
    expect(memory().tensors).toBe(before + 3);
  });
});

describe('dtypes', () => {
  test.each<[DType, number[]]>([
    ['float32', [1.75, -1.75, Math.fround(1e-3)]],
    ['float64', [1.75, -1.75, 1e-3]],
    ['int64', [1, -1, 0]],
    ['int32', [1, -1, 0]],
    ['bool', [1, 1, 1]],
    ['float16', [1.75, -1.75, 0.0010004043579101562]],
    ['bfloat16', [1.75, -1.75, 0.00099945068359375]],
  ])('%s', (dtype, expected) => {
    const converted = tensor([1.75, -1.75, 1e-3], { dtype });
    expect([converted.dtype, numbersOf(converted)]).toEqual([dtype, expected]);
    expect(numbersOf(tensor([1.75, -1.75, 1e-3], { dtype: 'float64' }).to({ dtype }))).toEqual(expected);
  });

  test('arithmetic keeps and promotes them as PyTorch does', () => {
    const [int64, float32, float64] = [arange(0, 3), ones([3]), ones([3], { dtype: 'float64' })];
    expect(int64.add(1).dtype).toBe('int64');
    expect(int64.add(1.5).dtype).toBe('float32');
    expect(int64.div(2).dtype).toBe('float32');
    expect(int64.add(float32).dtype).toBe('float32');
    expect(float32.add(float64).dtype).toBe('float64');
    expect(float32.gt(0).dtype).toBe('bool');
  });

  test('an unknown one is named with those there are', () => {
    expect(errorOf(() => zeros([2], { dtype: 'float' as DType }))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/float32, float64.* for dtype but received "float"/),
    });
  });
});

describe('filled tensors', () => {
  test('have shape, value, dtype and gradient', () => {
    expect(numbersOf(full([2, 2], 1.5))).toEqual([1.5, 1.5, 1.5, 1.5]);
    expect(numbersOf(zeros([2], { dtype: 'int64' }))).toEqual([0, 0]);
    expect(numbersOf(ones([2], { dtype: 'bool' }))).toEqual([1, 1]);
    expect(numbersOf(arange(1, 2, 0.25, { dtype: 'float64' }))).toEqual([1, 1.25, 1.5, 1.75]);
    expect(numbersOf(arange(5, 0, -2))).toEqual([5, 3, 1]);
    const made = [zeros, ones].map((make) => make([1], { requiresGrad: true }));
    expect([...made, tensor([1], { requiresGrad: true })].map((each) => each.requiresGrad)).toEqual([true, true, true]);
  });
});

test('a range has the dtype that PyTorch infers', () => {
  expect(arange(0, 4).dtype).toBe('int64');
  expect(
    [arange(0, 2.5), arange(0.5, 3), arange(0, 1, 0.5)].map((range) => [range.dtype, ...numbersOf(range)]),
  ).toEqual([
    ['float32', 0, 1, 2],
    ['float32', 0.5, 1.5, 2.5],
    ['float32', 0, 0.5],
  ]);
});

describe('item', () => {
  test('gives the only element', () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(tensor(BigInt64Array.of(-(2n ** 53n - 1n))).item()).toBe(-(2 ** 53 - 1));
    expect(ones([], { dtype: 'bool' }).item()).toBe(1);
    expect(tensor([Number.NaN]).item()).toBeNaN();
  });

  test('refuses several or none', () => {
    const error = errorOf(() => zeros([2]).item());
    expect(error).toMatchObject({ code: 'ERR_SHAPE', message: expect.stringContaining('received 2 elements') });
    expect(errorOf(() => zeros([0]).item()).code).toBe('ERR_SHAPE');
  });

  test('refuses an int64 that a number cannot hold', () => {
    for (const value of [2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n]) {
      expect(errorOf(() => tensor(BigInt64Array.of(value)).item())).toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringContaining(`${value} exactly as a number: use toArray()`),
      });
    }
  });
});
