import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { GRU } from '../../src/nn/gru';
import { grad, noGrad } from '../../src/tensor/autograd';
import { full, stack, tensor, zeros } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

/** Of the largest element. */
const TOLERANCE = 1e-5;

interface Sizes {
  inputSize: number;
  hiddenSize: number;
  numLayers?: number;
}

interface Shape extends Sizes {
  batch: number;
  time: number;
  withHidden?: boolean;
  transposed?: boolean;
}

const largestOf = (numbers: number[]) => numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Largest difference over the largest element. */
function relativeError(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  const largest = largestOf(b);
  return largestOf(a.map((x, i) => x - b[i]!)) / (largest || 1);
}

function leaf(shape: number[]): Tensor {
  const x = randn(shape);
  x.requiresGrad = true;
  return x;
}

/** The fused GRU and libtorch's own with the same weights. */
function pair({ inputSize, hiddenSize, numLayers }: Sizes): { fused: GRU; exact: GRU } {
  const fused = new GRU(inputSize, hiddenSize, { numLayers });
  const exact = new GRU(inputSize, hiddenSize, { numLayers, exact: true });
  exact.loadStateDict(fused.stateDict());
  return { fused, exact };
}

const SHAPES: Shape[] = [
  { inputSize: 1, hiddenSize: 64, batch: 32, time: 20 },
  { inputSize: 1, hiddenSize: 1, batch: 1, time: 1 },
  { inputSize: 1, hiddenSize: 1, batch: 5, time: 9, withHidden: true },
  { inputSize: 2, hiddenSize: 7, batch: 3, time: 11, withHidden: true },
  { inputSize: 8, hiddenSize: 65, batch: 7, time: 13 },
  { inputSize: 69, hiddenSize: 16, batch: 2, time: 1, withHidden: true },
  { inputSize: 69, hiddenSize: 33, batch: 17, time: 30 },
  { inputSize: 2, hiddenSize: 20, batch: 71, time: 7 },
  { inputSize: 9, hiddenSize: 130, batch: 13, time: 17, withHidden: true },
  { inputSize: 1, hiddenSize: 64, batch: 1, time: 300 },
  { inputSize: 2, hiddenSize: 530, batch: 1, time: 4, withHidden: true },
  { inputSize: 1, hiddenSize: 333, batch: 7, time: 3 },
  { inputSize: 3, hiddenSize: 7, batch: 4, time: 6, transposed: true },
  { inputSize: 3, hiddenSize: 5, batch: 4, time: 5, numLayers: 3, withHidden: true },
];

describe.each([1, 2, 3])('with %i threads', (threads) => {
  beforeAll(() => setNumThreads(threads));
  afterAll(() => setNumThreads(1));

  test.each(SHAPES.map((shape) => [JSON.stringify(shape), shape] as const))(
    "%s: outputs and gradients are libtorch's within rounding",
    (_, shape) => {
      manualSeed(threads);
      const { fused, exact } = pair(shape);
      const { batch, time, inputSize, hiddenSize, numLayers = 1 } = shape;
      const x = leaf(shape.transposed ? [time, batch, inputSize] : [batch, time, inputSize]);
      const hidden = shape.withHidden ? leaf([numLayers, batch, hiddenSize]) : undefined;
      const inputs = hidden ? [x, hidden] : [x];
      const weights = [randn([batch, time, hiddenSize]), randn([numLayers, batch, hiddenSize])] as const;

      const run = (gru: GRU, isWhole: boolean) => {
        const sequence = shape.transposed ? x.transpose(0, 1) : x;
        if (!isWhole) {
          const last = gru.lastHidden(sequence, hidden);
          return [last, ...grad(last.mul(weights[1]).sum(), [...inputs, ...gru.parameters()])];
        }
        const result = gru.forward(sequence, hidden);
        const loss = result.output.mul(weights[0]).sum().add(result.hidden.mul(weights[1]).sum());
        return [result.output, result.hidden, ...grad(loss, [...inputs, ...gru.parameters()])];
      };
      for (const isWhole of [true, false]) {
        const expected = run(exact, isWhole);
        const actual = run(fused, isWhole);
        expect(actual).toHaveLength(expected.length);
        for (const [index, tensor] of actual.entries()) {
          expect(relativeError(tensor, expected[index]!)).toBeLessThan(TOLERANCE);
        }
      }
      const withoutGraph = noGrad(() => fused.forward(shape.transposed ? x.transpose(0, 1) : x, hidden));
      expect(relativeError(withoutGraph.output, run(fused, true)[0]!)).toBe(0);
    },
  );
});

/** PyTorch's equations, written with operators, for any dtype: the last hidden state (B, H). */
function gruByEquations(x: Tensor, [weightIh, weightHh, biasIh, biasHh]: Tensor[], hiddenSize: number): Tensor {
  const [batch, time] = x.shape as [number, number];
  let h = zeros([batch, hiddenSize], { dtype: x.dtype });
  for (let t = 0; t < time; t++) {
    const input = x.select(1, t).matmul(weightIh!.transpose(0, 1)).add(biasIh!); // (B, 3H)
    const hidden = h.matmul(weightHh!.transpose(0, 1)).add(biasHh!); // (B, 3H)
    const gate = (gates: Tensor, index: number) => gates.slice(1, index * hiddenSize, (index + 1) * hiddenSize);
    const r = gate(input, 0).add(gate(hidden, 0)).sigmoid();
    const z = gate(input, 1).add(gate(hidden, 1)).sigmoid();
    const n = gate(input, 2)
      .add(r.mul(gate(hidden, 2)))
      .tanh();
    h = z.mul(h.sub(n)).add(n);
  }
  return h;
}

test('gradients are the difference quotients of the equations in float64', () => {
  manualSeed(5);
  const [batch, time, inputSize, hiddenSize] = [3, 5, 2, 4] as const;
  const fused = new GRU(inputSize, hiddenSize);
  const x = leaf([batch, time, inputSize]);
  const direction = randn([batch, hiddenSize]);
  const inputs = [x, ...fused.parameters()];
  const gradients = grad(fused.lastHidden(x).squeeze(0).mul(direction).sum(), inputs);

  const doubles = inputs.map((input) => input.detach().to({ dtype: 'float64' }));
  const lossOf = ([sequence, ...weights]: Tensor[]) =>
    gruByEquations(sequence!, weights, hiddenSize)
      .mul(direction.to({ dtype: 'float64' }))
      .sum()
      .item();
  const step = 1e-6;
  for (const [index, input] of doubles.entries()) {
    const numbers = numbersOf(input);
    const quotients = numbers.map((_, element) => {
      const moved = (by: number) => {
        const shifted = Float64Array.from(numbers, (number, i) => (i === element ? number + by : number));
        const inPlace = tensor(shifted, { shape: input.shape });
        return lossOf(doubles.map((each, i) => (i === index ? inPlace : each)));
      };
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const largest = Math.max(...quotients.map(Math.abs));
    const errors = numbersOf(gradients[index]!).map((value, i) => Math.abs(value - quotients[i]!));
    expect(Math.max(...errors) / largest).toBeLessThan(1e-6);
  }
});

test('second derivatives are those of libtorch', () => {
  manualSeed(6);
  const { fused, exact } = pair({ inputSize: 2, hiddenSize: 5 });
  const x = leaf([3, 4, 2]);
  const hidden = leaf([1, 3, 5]);
  const second = (gru: GRU) => {
    const { output } = gru.forward(x, hidden);
    const [first] = grad(output.square().sum(), [x], { createGraph: true });
    return grad(first!.square().sum(), [x, hidden, ...gru.parameters()]);
  };
  const expected = second(exact);
  for (const [index, tensor] of second(fused).entries()) {
    expect(relativeError(tensor, expected[index]!)).toBeLessThan(TOLERANCE);
  }
});

test('a retained graph gives the same gradients again', () => {
  manualSeed(7);
  const gru = new GRU(2, 9);
  const loss = gru.lastHidden(randn([4, 6, 2])).sum();
  const first = grad(loss, gru.parameters(), { retainGraph: true });
  const second = grad(loss, gru.parameters());
  for (const [index, tensor] of second.entries()) expect(numbersOf(tensor)).toEqual(numbersOf(first[index]!));
});

test('weights that changed before the gradient are refused, as by libtorch', () => {
  const gru = new GRU(2, 9);
  const loss = gru.lastHidden(randn([4, 6, 2])).sum();
  noGrad(() => gru.parameters()[1]!.fill_(1));
  expect(errorOf(() => grad(loss, gru.parameters())).message).toMatch(/modified by an inplace operation/);
});

test.each([
  { hiddenSize: 512, batch: 1 },
  { hiddenSize: 530, batch: 1 },
  { hiddenSize: 333, batch: 6 },
])('%j: with the units cut over threads the bits are those of one thread', ({ hiddenSize, batch }) => {
  const gru = new GRU(3, hiddenSize);
  const [x, hidden] = [randn([batch, 5, 3]), randn([1, batch, hiddenSize])];
  const run = (threads: number) => {
    setNumThreads(threads);
    const { output, hidden: last } = noGrad(() => gru.forward(x, hidden));
    return [output.toArray(), last.toArray(), noGrad(() => gru.lastHidden(x)).toArray()];
  };
  const alone = run(1);
  for (const threads of [2, 3, 5]) expect(run(threads)).toEqual(alone);
  setNumThreads(1);
});

test('denormal numbers are zeros in gradients, and only there', () => {
  const gru = new GRU(1, 8);
  const smallest = 1.1754943508222875e-38;
  for (const threads of [1, 2]) {
    setNumThreads(threads);
    const x = leaf([64, 400, 1]);
    const [gradient] = grad(gru.lastHidden(x).sum(), [x]);
    const sizes = numbersOf(gradient!).map(Math.abs);
    expect(sizes.some((size) => size === 0)).toBe(true);
    expect(sizes.every((size) => size === 0 || size >= smallest)).toBe(true);
    const denormal = full([100_000], 1e-40);
    expect(new Set(numbersOf(denormal.mul(0.5)))).toEqual(new Set([Math.fround(Math.fround(1e-40) / 2)]));
  }
  setNumThreads(1);
});

test('NaN stays in its row, infinity and huge numbers saturate', () => {
  manualSeed(8);
  const { fused, exact } = pair({ inputSize: 1, hiddenSize: 20 });
  const x = randn([4, 5, 1]);
  const special = [Number.NaN, Number.POSITIVE_INFINITY, -1e30];
  for (const [row, value] of special.entries()) x.select(0, row).slice(0, 2, 3).fill_(value);
  const [actual, expected] = [fused, exact].map((gru) => numbersOf(noGrad(() => gru.lastHidden(x))));
  expect(actual!.slice(0, 20).every(Number.isNaN)).toBe(true);
  for (const [index, value] of actual!.slice(20).entries()) expect(value).toBeCloseTo(expected![20 + index]!, 5);
});

test('an empty batch gives an empty result', () => {
  const gru = new GRU(2, 3);
  const { output, hidden } = gru.forward(zeros([0, 4, 2]));
  expect([output.shape, hidden.shape]).toEqual([
    [0, 4, 3],
    [1, 0, 3],
  ]);
});

test('two directions are refused', () => {
  expect(errorOf(() => new GRU(1, 1, { bidirectional: true } as never))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: 'Expected false, as this GRU only reads forward, for bidirectional but received true',
  });
});

test.each(['avx2', 'default'])("the kernels for a CPU with %s only are libtorch's within rounding", (capability) => {
  const script = join(__dirname, 'children', 'gru-error.js');
  const env = { ...process.env, ATEN_CPU_CAPABILITY: capability };
  const error = Number(execFileSync(process.execPath, [script], { env, encoding: 'utf8' }));
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(TOLERANCE);
});

test('steps with the state carried along are the series in one', () => {
  manualSeed(9);
  const gru = new GRU(1, 12);
  const x = randn([3, 7, 1]);
  let hidden: Tensor | undefined;
  const steps = Array.from({ length: 7 }, (_, t) => {
    hidden = gru.lastHidden(x.slice(1, t, t + 1), hidden);
    return hidden.squeeze(0);
  });
  expect(relativeError(stack(steps, 1), gru.forward(x).output)).toBeLessThan(TOLERANCE);
});
