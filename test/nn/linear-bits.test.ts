import { native } from '../../src/native/addon';
import { Linear } from '../../src/nn/linear';
import { grad, noGrad } from '../../src/tensor/autograd';
import { tensor, zeros } from '../../src/tensor/creation';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { Tensor } from '../../src/tensor/tensor';

const threadsBefore = numThreads();
afterAll(() => setNumThreads(threadsBefore));
beforeEach(() => manualSeed(1));

const numbersOf = (each: Tensor): Float32Array => each.toArray() as Float32Array;

/** libtorch's own linear layer. */
function linearOfLibtorch(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor {
  return new Tensor(native().linear(x.handle, weight.handle, bias?.handle));
}

function expectSameBits(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual, expected].map((each) => Buffer.from(numbersOf(each).buffer));
  expect(a!.equals(b!)).toBe(true);
}

/** Output, then the gradients of input and parameters; x may be a view of the leaf. */
function outputAndGradients(forward: (x: Tensor) => Tensor, leaves: Tensor[], x: Tensor, factor: Tensor): Tensor[] {
  const y = forward(x);
  return [y, ...grad(y.mul(factor).sum(), leaves)];
}

// A shape is tried when it comes again, so each is used more often than that.
const calls = 5;

describe.each([1, 2])("libtorch's bits at %d threads", (threads) => {
  beforeEach(() => setNumThreads(threads));

  test.each([
    [128, 100, 128],
    [128, 784, 128],
    [128, 128, 784],
    [128, 128, 1],
    [128, 512, 1],
    [64, 33, 1],
    [105, 127, 1],
    [18, 484, 1],
    [1, 784, 128],
    [2, 784, 128],
    [5, 784, 65],
    [128, 1, 128],
    [65, 193, 67],
    [600, 385, 33],
    [40000, 16, 1],
    [0, 100, 128],
    [7, 7, 7],
  ])('B %d, %d to %d', (batch, inFeatures, outFeatures) => {
    for (const bias of [true, false]) {
      const layer = new Linear(inFeatures, outFeatures, { bias });
      const [weight, biasTensor] = layer.parameters();
      for (let call = 0; call < calls; call++) {
        scope(() => {
          const x = randn([batch, inFeatures]);
          x.requiresGrad = true;
          const [leaves, factor] = [[x, ...layer.parameters()], randn([batch, outFeatures])];
          const ours = outputAndGradients((input) => layer.forward(input), leaves, x, factor);
          const theirs = outputAndGradients((input) => linearOfLibtorch(input, weight!, biasTensor), leaves, x, factor);
          for (const [i, each] of ours.entries()) expectSameBits(each, theirs[i]!);
          noGrad(() => expectSameBits(layer.forward(x), theirs[0]!));
        });
      }
      layer.dispose();
    }
  });

  test.each<[string, (leaf: Tensor) => Tensor]>([
    ['a transposed view', (leaf) => leaf.reshape(100, 96).transpose(0, 1)],
    ['rows at an odd address', (leaf) => leaf.reshape(96, 100).slice(0, 1, 70)],
    ['columns', (leaf) => leaf.reshape(48, 200).slice(1, 0, 100)],
    ['three dimensions', (leaf) => leaf.reshape(4, 24, 100)],
  ])('%s', (_, view) => {
    const layer = new Linear(100, 70);
    const [weight, bias] = layer.parameters();
    for (let call = 0; call < calls; call++) {
      scope(() => {
        const leaf = randn([9600]);
        leaf.requiresGrad = true;
        const [leaves, x] = [[leaf, ...layer.parameters()], view(leaf)];
        const factor = randn([...x.shape.slice(0, -1), 70]);
        const ours = outputAndGradients((input) => layer.forward(input), leaves, x, factor);
        const theirs = outputAndGradients((input) => linearOfLibtorch(input, weight!, bias), leaves, x, factor);
        for (const [i, each] of ours.entries()) expectSameBits(each, theirs[i]!);
      });
    }
  });

  test('a gradient that is one number everywhere, and gradients of gradients', () => {
    const layer = new Linear(100, 70);
    const [weight, bias] = layer.parameters();
    for (let call = 0; call < calls; call++) {
      scope(() => {
        const x = randn([96, 100]);
        x.requiresGrad = true;
        const penalty = (forward: (input: Tensor) => Tensor): Tensor[] => {
          const [expanded] = grad(forward(x).sum(), [x], { retainGraph: true });
          const [slope] = grad(forward(x).tanh().sum(), [x], { createGraph: true });
          return [expanded!, slope!, ...grad(slope!.square().sum(), [x, weight!, bias!])];
        };
        const ours = penalty((input) => layer.forward(input));
        const theirs = penalty((input) => linearOfLibtorch(input, weight!, bias));
        for (const [i, each] of ours.entries()) expectSameBits(each, theirs[i]!);
      });
    }
  });

  test('what is no number stays none, and infinity stays in its row', () => {
    const layer = new Linear(100, 128);
    const [weight, bias] = layer.parameters();
    for (let call = 0; call < calls; call++) {
      const x = randn([128, 100]).toArray() as Float32Array;
      x[5 * 100 + 7] = Number.NaN;
      x[9 * 100] = Number.POSITIVE_INFINITY;
      const input = tensor(x, { shape: [128, 100] });
      const ours = noGrad(() => layer.forward(input)).toArray();
      expect(ours).toEqual(noGrad(() => linearOfLibtorch(input, weight!, bias)).toArray());
      expect([ours[4 * 128], ours[5 * 128], ours[9 * 128]].map(Number.isFinite)).toEqual([true, false, false]);
    }
  });
});

test.each([1, 2, 128])('a product that is -0 is so in the gradients, of %d rows', (batch) => {
  const layer = new Linear(200, 300);
  const [weight, bias] = layer.parameters();
  for (let call = 0; call < calls; call++) {
    scope(() => {
      const x = randn([batch, 200]).relu().mul(-1);
      const forwards = [(each: Tensor) => layer.forward(each), (each: Tensor) => linearOfLibtorch(each, weight!, bias)];
      const [ours, theirs] = forwards.map((forward) => grad(forward(x).sum(), [weight!])[0]!);
      expectSameBits(ours!, theirs!);
      if (batch === 1) expect(numbersOf(ours!).some((each) => Object.is(each, -0))).toBe(true);
    });
  }
});

const isFused = native().cpuCapability().startsWith('AVX');

/**
 * A product as the kernels add it to a sum. That of two float32 is exact in float64, so that only the sum is rounded;
 * without AVX2 each product may be rounded by itself.
 */
function multiply(x: number, y: number): number {
  return isFused ? x * y : Math.fround(x * y);
}

/** Of each part's blocks; each block begins at zero and adds product by product. */
function orderedReference(a: Tensor, b: Tensor, bias: Tensor, order: number[][]): Tensor {
  const [left, right, added] = [numbersOf(a), numbersOf(b), numbersOf(bias)];
  const [rows, depth, columns] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  const add = (x: number, y: number) => Math.fround(x + y);
  const sums = new Float32Array(rows * columns);
  for (const index of sums.keys()) {
    const [i, j] = [Math.floor(index / columns), index % columns];
    let k = 0;
    const sumOfBlock = (blockDepth: number) => {
      let sum = 0;
      for (const end = k + blockDepth; k < end; k++) {
        sum = add(sum, multiply(left[i * depth + k]!, right[k * columns + j]!));
      }
      return sum;
    };
    const [first, ...others] = order.map((blocks, part) =>
      blocks.map(sumOfBlock).reduce(add, part === 0 ? added[j]! : 0),
    );
    sums[index] = others.length > 0 ? add(first!, others.reduce(add)) : first!;
  }
  return tensor(sums, { shape: [rows, columns] });
}

describe.each([1, 2, 3])('the kernel sums up in a given order at %d threads', (threads) => {
  beforeEach(() => setNumThreads(threads));

  test.each([
    [1, 1, [[1]]],
    [3, 31, [[50]]],
    [15, 16, [[4, 4, 4, 4, 1]]],
    [33, 65, [[192, 1]]],
    [64, 48, [[128, 128, 134]]],
    [200, 17, [[100]]],
    [17, 300, [[64]]],
    [40, 700, [[24, 24, 24, 24, 24, 180]]],
    [128, 128, [[37], [36]]],
    [
      70,
      100,
      [
        [20, 30],
        [1, 49],
        [25, 25],
      ],
    ],
    [300, 20, [[64, 1], [32, 33], [65], [5, 5, 5, 5, 5, 40]]],
    [9, 400, [[3, 2], [4]]],
  ])('(%d, depth) by (depth, %d), %j', (rows, columns, order) => {
    const depth = order.flat().reduce((x, y) => x + y);
    const [a, b, bias] = [randn([rows, depth]), randn([depth, columns]), randn([columns])];
    const transposed = (each: Tensor) => each.transpose(0, 1).contiguous().transpose(0, 1);
    for (const added of [bias, undefined]) {
      const expected = orderedReference(a, b, added ?? zeros([columns]), order);
      for (const left of [a, transposed(a)]) {
        for (const right of [b, transposed(b)]) {
          const handle = native().orderedProduct(left.handle, right.handle, added?.handle, order);
          expectSameBits(new Tensor(handle), expected);
        }
      }
    }
  });
});

/** The sum of a row's products lane by lane, each beginning at zero but the first. */
function sumsOfLanes(products: number[], lanes: number, first = 0): number[] {
  const sums = new Array<number>(lanes).fill(0);
  sums[0] = first;
  for (const [k, product] of products.entries()) sums[k % lanes] = Math.fround(sums[k % lanes]! + product);
  return sums;
}

/** The lanes' sum, those apart by the first stride added first. */
function fold(lanes: number[], strides: number[]): number {
  const sums = [...lanes];
  for (const stride of strides) {
    const before = [...sums];
    for (const i of sums.keys()) sums[i] = Math.fround(before[i]! + before[i ^ stride]!);
  }
  return sums[0]!;
}

const dots = {
  avx2: (products: number[]) => fold(sumsOfLanes(products, 8), [1, 4, 2]),
  avx512: (products: number[]) => {
    const vectorsEnd = 1 + Math.floor((products.length - 1) / 16) * 16;
    const parts = [products.slice(0, 1), products.slice(1, vectorsEnd), products.slice(vectorsEnd)];
    return parts.reduce((sum, part) => fold(sumsOfLanes(part, 16, sum), [8, 4, 2, 1]), 0);
  },
};

describe.each(['avx2', 'avx512'] as const)("a vector's products are summed up in MKL's order with %s", (order) => {
  test.each([1, 7, 8, 16, 17, 18, 33, 100, 128, 700])('(130, %d)', (depth) => {
    const [a, x, bias] = [randn([130, depth]), randn([depth, 1]), randn([1])];
    const [left, right] = [numbersOf(a), numbersOf(x)];
    const rows = Array.from({ length: 130 }, (_, i) =>
      Array.from(right, (each, k) => multiply(left[i * depth + k]!, each)),
    );
    for (const added of [bias, undefined]) {
      const expected = rows.map((products) => Math.fround((added?.item() ?? 0) + dots[order](products)));
      const handle = native().orderedProduct(a.handle, x.handle, added?.handle, order);
      expectSameBits(new Tensor(handle), tensor(expected, { shape: [130, 1] }));
    }
  });

  test('of a transposed matrix, or of no vector, none is', () => {
    const [a, x] = [randn([20, 30]), randn([20, 1])];
    expect(() => native().orderedProduct(a.transpose(0, 1).handle, x.handle, undefined, order)).toThrow(/kernel/);
    expect(() => native().orderedProduct(x.handle, randn([1, 20]).handle, undefined, order)).toThrow(/kernel/);
  });
});
