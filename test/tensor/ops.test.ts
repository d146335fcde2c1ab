import type { LibtorchGenerativeError } from '../../src/errors';
import { arange, cat, ones, stack, tensor, where, zeros } from '../../src/tensor/creation';
import type { Tensor } from '../../src/tensor/tensor';
import { loadFixture, numbersOf } from '../fixtures/fixture';

const fixture = loadFixture('tensor/ops');
const row = fixture.get('inputs.row');
const column = fixture.get('inputs.column');
const matrix = fixture.get('inputs.matrix');
const batch = fixture.get('inputs.batch');
const index = tensor(BigInt64Array.of(2n, 0n, 2n));
const byte = (condition: Tensor) => condition.to({ dtype: 'uint8' });

/** As test/fixtures/tensor/ops.py, name by name. */
const DIFFERENTIABLE: Record<string, (x: Tensor) => Tensor> = {
  add: (x) => x.add(row),
  addNumber: (x) => x.add(1.5),
  sub: (x) => column.sub(x),
  subNumber: (x) => x.sub(3),
  mul: (x) => x.mul(column),
  mulNumber: (x) => x.mul(-0.3),
  div: (x) => row.div(x.mul(x).add(1)),
  divNumber: (x) => x.div(7),
  pow: (x) => x.pow(3),
  neg: (x) => x.neg(),
  abs: (x) => x.abs(),
  exp: (x) => x.exp(),
  square: (x) => x.square(),
  erf: (x) => x.erf(),
  sin: (x) => x.sin(),
  cos: (x) => x.cos(),
  clamp: (x) => x.clamp(-0.5, 0.25),
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(0.2),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.mul(30).softplus(),
  softmax: (x) => x.softmax(1).mul(row),
  logSoftmax: (x) => x.logSoftmax(-1).mul(row),
  sum: (x) => x.sum(),
  sumDim: (x) => x.sum(1),
  sumDims: (x) => x.sum([0, 2], { keepdim: true }),
  mean: (x) => x.mean(),
  meanDim: (x) => x.mean(-1, { keepdim: true }),
  var: (x) => x.var(),
  varDim: (x) => x.var(2, { correction: 0, keepdim: true }),
  std: (x) => x.std(0),
  max: (x) => x.max(),
  maxDim: (x) => x.max(1).values,
  min: (x) => x.min(),
  minDim: (x) => x.min(2, { keepdim: true }).values,
  kthvalue: (x) => x.kthvalue(3, 1).values,
  kthvalueLast: (x) => x.kthvalue(2).values.mul(column.view(4)),
  cumsum: (x) => x.cumsum(1).mul(row),
  logsumexp: (x) => x.logsumexp([0, 2]),
  matmul: (x) => x.matmul(batch),
  eigh: (x) => x.matmul(x.transpose(1, 2)).eigh().values,
  bmm: (x) => x.bmm(batch),
  mm: (x) => x.select(0, 1).mm(matrix.transpose(0, 1)),
  view: (x) => x.view(6, -1).mul(2),
  reshape: (x) => x.transpose(0, 2).reshape(-1, 3).mul(2),
  flatten: (x) => x.flatten(1).mul(2),
  permute: (x) => x.permute(2, 0, 1).mul(matrix.transpose(0, 1).unsqueeze(1).slice(2, 0, 1)),
  expand: (x) => x.unsqueeze(0).expand(2, -1, -1, -1).mul(2),
  slice: (x) => x.slice(1, 1, -1).mul(2),
  sliceStep: (x) => x.slice(2, null, null, 2).mul(2),
  select: (x) => x.select(1, -1).mul(row),
  unfold: (x) => x.unfold(2, 3, 1).mul(2),
  indexSelect: (x) => x.indexSelect(1, index).mul(row),
  gather: (x) => x.gather(2, index.view(3, 1, 1)).mul(2),
  cat: (x) => cat([x, x.mul(2)], 1).mul(row),
  stack: (x) => stack([x, x.mul(2)], -1).mul(3),
  where: (x) => where(x.gt(0), x.mul(row), x.mul(x)),
  log: (x) => x.log(),
  sqrt: (x) => x.sqrt(),
  powHalf: (x) => x.pow(-0.5),
};
const POSITIVE_ONLY = ['log', 'sqrt', 'powHalf'];
const NO_GRADIENT: Record<string, (x: Tensor) => Tensor> = {
  argmax: (x) => x.argmax(),
  argmaxDim: (x) => x.argmax(1),
  argmin: (x) => x.argmin(),
  argminDim: (x) => x.argmin(2, { keepdim: true }),
  maxIndices: (x) => x.max(1).indices,
  kthvalueIndices: (x) => x.kthvalue(3, 1).indices,
  minIndices: (x) => x.min(0).indices,
  eq: (x) => byte(x.eq(x.clamp(0))),
  lt: (x) => byte(x.lt(row)),
  le: (x) => byte(x.le(0.5)),
  gt: (x) => byte(x.gt(column)),
  ge: (x) => byte(x.ge(-0.5)),
  isfinite: (x) => byte(x.div(x.clamp(0)).isfinite()),
};

describe("PyTorch's value and gradient", () => {
  fixture.bitTest.each(Object.entries(DIFFERENTIABLE))('%s', (name, op) => {
    const x = fixture.get(POSITIVE_ONLY.includes(name) ? 'inputs.positive' : 'inputs.x').clone();
    x.requiresGrad = true;
    const y = op(x);
    y.sum().backward();
    fixture.expectSame(y, `${name}.value`);
    fixture.expectSame(x.grad!, `${name}.grad`);
  });

  fixture.bitTest.each(Object.entries(NO_GRADIENT))('%s', (name, op) => {
    fixture.expectSame(op(fixture.get('inputs.x')), `${name}.value`);
  });
});

describe('views share memory', () => {
  test('what is written through one is seen in all', () => {
    const base = arange(0, 12).view(3, 4);
    base.select(0, 1).fill_(-1);
    base.slice(1, 1, 3).mul_(10);
    base.transpose(0, 1).select(0, 3).zero_();
    expect(numbersOf(base)).toEqual([0, 10, 20, 0, -1, -10, -10, 0, 8, 90, 100, 0]);
    base
      .slice(0, 2)
      .squeeze(0)
      .copy_(tensor([7.9]));
    expect(numbersOf(base.select(0, 2))).toEqual([7, 7, 7, 7]);
  });

  test('copies do not', () => {
    const base = zeros([2, 2]);
    base.clone().fill_(1);
    base.transpose(0, 1).contiguous().fill_(1);
    base.add(0).fill_(1);
    expect(numbersOf(base)).toEqual([0, 0, 0, 0]);
  });

  test('live longer than what they are views of', () => {
    const base = ones([4]);
    const view = base.slice(0, 2);
    base.dispose();
    expect(numbersOf(view)).toEqual([1, 1]);
  });

  test('isContiguous', () => {
    const base = zeros([2, 3]);
    const transposed = base.transpose(0, 1);
    expect([base, transposed, transposed.contiguous()].map((each) => each.isContiguous())).toEqual([true, false, true]);
  });
});

test('in place methods return the tensor itself', () => {
  const x = ones([2]);
  expect(x.add_(tensor([1, 2])).mul_(3)).toBe(x);
  expect(numbersOf(x)).toEqual([6, 9]);
});

test('equal asks for shape and elements', () => {
  expect(ones([2]).equal(ones([2]))).toBe(true);
  expect(ones([2]).equal(ones([2, 1]))).toBe(false);
  expect(ones([2]).equal(tensor([1, 2]))).toBe(false);
});

describe('what libtorch refuses becomes a short error', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['broadcast', () => ones([2]).add(ones([3])), /^aten::add: The size of tensor a \(2\) must match/],
    ['view', () => ones([6]).view(4, 2), /^aten::view: shape '\[4, 2\]' is invalid for input of size 6/],
    ['view of a transposed', () => ones([2, 3]).transpose(0, 1).view(6), /^aten::view: view size is not compatible/],
    ['dimension', () => ones([2]).sum(1), /Dimension out of range/],
    ['index', () => ones([2]).select(0, 2), /index 2 out of range/],
    ['gather', () => ones([2]).gather(0, tensor(BigInt64Array.of(5n))), /index 5 is out of bounds/],
    ['nothing to join', () => cat([]), /^aten::cat: /],
  ])('%s', (_, body, message) => {
    let error: unknown;
    try {
      body();
    } catch (caught) {
      error = caught;
    }
    expect((error as LibtorchGenerativeError).code).toBe('ERR_LIBTORCH');
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.split('\n').length).toBeLessThan(4);
  });
});

test('what is no tensor is refused by name', () => {
  expect(() => ones([2]).mm('x' as never)).toThrow('Expected a Tensor for mat2 but received a string');
  expect(() => ones([2]).add(null as never)).toThrow('Expected a Tensor for other but received null');
  expect(() => cat([ones([1]), 3 as never])).toThrow('Expected a Tensor for tensors[1] but received 3');
});
