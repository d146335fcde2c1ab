import { Mixture, mixtureNll, sampleMixture } from '../../src/models/mixture';
import { grad } from '../../src/tensor/autograd';
import { full, tensor } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { RandomGenerator, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { expectSame, numbersOf } from '../fixtures/fixture';

type DType = 'float32' | 'float64';

function draw(shape: number[], seed: number, dtype: DType = 'float64'): Tensor {
  const x = randn(shape, { generator: new RandomGenerator(seed), dtype });
  x.requiresGrad = true;
  return x;
}

/** The mean negative log likelihood by operators. */
const composed = (raw: Tensor, target: Tensor) => new Mixture(raw).logProb(target).mean().neg();

describe.each([
  { batch: 32, mixtures: 5, dim: 1 },
  { batch: 1, mixtures: 1, dim: 1 },
  { batch: 3, mixtures: 4, dim: 3 },
  { batch: 2000, mixtures: 7, dim: 2 },
])('of $batch rows, $mixtures components, $dim dimensions', ({ batch, mixtures, dim }) => {
  test.each<[DType, number]>([
    ['float64', 1e-13],
    ['float32', 2e-6],
  ])('the loss and its gradient are those of the operators in %s', (dtype, tolerance) => {
    const raw = draw([batch, mixtures, dim + 2], 1, dtype);
    const target = randn([batch, dim], { generator: new RandomGenerator(2), dtype });
    const [actual, expected] = [mixtureNll, composed].map((lossOf) => {
      const loss = lossOf(raw, target);
      return [loss, grad(loss.mul(3), [raw])[0]!] as const;
    });
    expectSame(actual![0], expected![0], 'the loss', tolerance);
    expectSame(actual![1], expected![1], 'the gradient', tolerance);
  });

  test('any number of threads gives the same bits', () => {
    const raw = draw([batch, mixtures, dim + 2], 3, 'float32');
    const target = randn([batch, dim], { generator: new RandomGenerator(4) });
    const results = [1, 2, 3].map((threads) => {
      setNumThreads(threads);
      const loss = mixtureNll(raw, target);
      return [loss.item(), ...numbersOf(grad(loss, [raw])[0]!)];
    });
    setNumThreads(1);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

test('the gradient is the difference quotient', () => {
  const raw = draw([2, 3, 4], 5);
  const target = randn([2, 2], { generator: new RandomGenerator(6), dtype: 'float64' });
  const numbers = numbersOf(raw);
  const lossAt = (index: number, by: number) => {
    const shifted = Float64Array.from(numbers, (number, i) => (i === index ? number + by : number));
    return mixtureNll(tensor(shifted, { shape: raw.shape }), target).item() as number;
  };
  const step = 1e-5;
  for (const [index, derivative] of numbersOf(grad(mixtureNll(raw, target), [raw])[0]!).entries()) {
    expect(derivative).toBeCloseTo((lossAt(index, step) - lossAt(index, -step)) / (2 * step), 9);
  }
});

test('second derivatives and those of the target are those of the operators', () => {
  const raw = draw([4, 3, 3], 7);
  const target = draw([4, 1], 8);
  const results = [mixtureNll, composed].map((lossOf) => {
    const [first] = grad(lossOf(raw, target.detach()), [raw], { createGraph: true });
    return [...grad(first!.square().sum(), [raw]), ...grad(lossOf(raw, target), [raw, target])];
  });
  for (const [index, actual] of results[0]!.entries()) {
    expectSame(actual, results[1]![index]!, `gradient ${index}`, 1e-12);
  }
});

test('far from every component the loss and its gradient stay finite', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const raw = tensor([1e4, -200, 300, -1e4, -200, -300], { shape: [1, 2, 3], dtype });
    raw.requiresGrad = true;
    const loss = mixtureNll(raw, full([1, 1], 5, { dtype }));
    expect(Number.isFinite(loss.item())).toBe(true);
    expect(numbersOf(grad(loss, [raw])[0]!).every(Number.isFinite)).toBe(true);
  }
});

test('what all logits have in common takes no digits from the densities', () => {
  const target = tensor([[0.3]]);
  const [near, far] = [0, 2 ** 14].map((common) => {
    const raw = tensor(
      [
        [
          [0.1, -1, common],
          [0.4, 0.5, common + 1],
          [-2, 2, common - 3],
        ],
      ],
      { requiresGrad: true },
    );
    const loss = mixtureNll(raw, target);
    return [loss.item(), ...numbersOf(grad(loss, [raw])[0]!)];
  });
  expect(far).toEqual(near);
});

test('NaN is passed on', () => {
  const raw = full([2, 3, 3], Number.NaN);
  expect(mixtureNll(raw, full([2, 1], 0)).item()).toBeNaN();
});

test('shapes that do not fit are named', () => {
  const messageOf = (raw: number[], target: number[]) =>
    errorOf(() => mixtureNll(full(raw, 0), full(target, 0))).message;
  expect(messageOf([4, 3], [4, 1])).toBe('Expected a Tensor of shape [B, K, D + 2] for raw but received [4, 3]');
  expect(messageOf([4, 3, 2], [4, 1])).toMatch(/\[B, K, D \+ 2\] for raw but received \[4, 3, 2\]/);
  expect(messageOf([4, 3, 3], [4])).toBe('Expected a Tensor of shape [4, 1] for target but received [4]');
  expect(messageOf([4, 3, 3], [1, 1])).toMatch(/\[4, 1\] for target but received \[1, 1\]/);
});

test('draws fall on components in proportion to their weights, also when one has all', () => {
  const row = (weights: number[]) => weights.flatMap((logit, k) => [10 * k, -30, logit]);
  const share = (logits: number[], temperature?: number) => {
    const raw = tensor(row(logits), { shape: [1, 3, 3], dtype: 'float32' }).expand(20_000, -1, -1);
    const values = numbersOf(sampleMixture(raw, { generator: new RandomGenerator(1), temperature }));
    return [0, 1, 2].map((k) => values.filter((value) => Math.round(value / 10) === k).length / values.length);
  };
  for (const [k, part] of share([0, Math.log(2), Math.log(5)]).entries())
    expect(part).toBeCloseTo([1, 2, 5][k]! / 8, 2);
  expect(share([-1e30, 1e30, 0])).toEqual([0, 1, 0]);
  const warmer = [0, 3, 9].map((logit) => Math.exp(logit / 100));
  const total = warmer.reduce((sum, weight) => sum + weight);
  for (const [k, part] of share([0, 3, 9], 100).entries()) expect(part).toBeCloseTo(warmer[k]! / total, 2);
});
