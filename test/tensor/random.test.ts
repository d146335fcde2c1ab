import type { DType } from '../../src/native/handle';
import { tensor } from '../../src/tensor/creation';
import { cudaDeviceCount, numThreads, setNumThreads } from '../../src/tensor/device';
import {
  bernoulli,
  getGeneratorState,
  manualSeed,
  multinomial,
  RandomGenerator,
  rand,
  randn,
  randomSeed,
  randperm,
  setGeneratorState,
} from '../../src/tensor/random';
import { loadFixture, numbersOf } from '../fixtures/fixture';
import { testIf } from '../test-if';

const { cases, get, bitTest, expectSame } = loadFixture<{ seeds: string[]; sizes: number[] }>('tensor/random');

/** 0 to 1 in 33 steps of exact numbers. */
const probabilities = tensor(Float32Array.from({ length: 33 }, (_, i) => i / 32));
// biome-ignore format: a matrix
const weights = tensor([[1, 0, 3, 6], [0.25, 0.25, 0.25, 0.25], [9, 1, 1, 0]]);

const isSafe = (seed: string) => Number.isSafeInteger(Number(seed));

/** Draws as random.py does, and compares each. */
function expectDraws(seed: string, generator?: RandomGenerator): void {
  for (const dtype of ['float32', 'float64'] as DType[]) {
    for (const size of cases.sizes) {
      expectSame(randn([size], { dtype, generator }), `${seed}.randn.${dtype}.${size}`);
      expectSame(rand([size], { dtype, generator }), `${seed}.rand.${dtype}.${size}`);
    }
  }
  for (const n of [1, 2, 10, 1000]) expectSame(randperm(n, { generator }), `${seed}.randperm.${n}`);
  expectSame(bernoulli(probabilities, { generator }), `${seed}.bernoulli`);
  expectSame(multinomial(weights, 1, { generator }), `${seed}.multinomial.one`);
  expectSame(multinomial(weights, 20, { replacement: true, generator }), `${seed}.multinomial.replacement`);
  expectSame(multinomial(weights, 3, { generator }), `${seed}.multinomial.distinct`);
}

describe("PyTorch's draws, one after another", () => {
  bitTest.each(cases.seeds)('manualSeed(%s)', (seed) => {
    manualSeed(isSafe(seed) ? Number(seed) : BigInt(seed));
    expectDraws(seed);
    expect(randomSeed()).toBe(get(`${seed}.randomSeed`).toArray()[0]);
    expectSame(randn([3, 7]), `${seed}.randn.matrix`);
    expectSame(tensor(getGeneratorState().slice(0, 64)), `${seed}.state`);
  });

  bitTest.each(cases.seeds)("a RandomGenerator of seed %s, beside the thread's own", (seed) => {
    manualSeed(99);
    const next = numbersOf(randn([3]));
    manualSeed(99);
    expectDraws(seed, new RandomGenerator(BigInt(seed)));
    expect(numbersOf(randn([3]))).toEqual(next);
  });

  bitTest("goes on from PyTorch's saved state", () => {
    setGeneratorState(get('state').toArray() as Uint8Array);
    expectSame(randn([20]), 'afterState');
    const generator = new RandomGenerator(0);
    generator.setState(get('state').toArray() as Uint8Array);
    expectSame(randn([20], { generator }), 'afterState');
  });
});

// Sixteen numbers are made of sixteen uniform ones, whichever thread does it and wherever the twister's state ends.
test.each([1, 2])('a large draw is that of its parts at %d threads', (threads) => {
  const before = numThreads();
  setNumThreads(threads);
  const draw = (sizes: number[]) => {
    manualSeed(5);
    return sizes.flatMap((size) => Array.from(randn([size]).toArray(), Number));
  };
  const whole = draw([401_408, 7]);
  expect(draw([...Array(392).fill(1024), 7])).toEqual(whole);
  expect(draw([160, 400_640, 608, 7])).toEqual(whole);
  setNumThreads(before);
});

describe('the state of a generator', () => {
  // An odd count below 16 leaves half of a pair of normal numbers for the next draw: the state must hold it.
  test.each([1, 7, 16, 33])('saved after %i numbers, continues', (count) => {
    for (const dtype of ['float32', 'float64'] as DType[]) {
      const generator = new RandomGenerator(5);
      randn([count], { generator, dtype });
      const state = generator.getState();
      const next = numbersOf(randn([9], { generator, dtype }));
      const other = new RandomGenerator(6);
      other.setState(state);
      expect(numbersOf(randn([9], { generator: other, dtype }))).toEqual(next);
      generator.setState(state);
      expect(numbersOf(randn([9], { generator, dtype }))).toEqual(next);
    }
  });

  test('is a copy', () => {
    manualSeed(1);
    const state = getGeneratorState();
    const next = numbersOf(rand([2]));
    setGeneratorState(state);
    state.fill(0);
    expect(numbersOf(rand([2]))).toEqual(next);
  });

  test('of another size or kind is refused', () => {
    const before = getGeneratorState();
    expect(() => setGeneratorState(new Uint8Array(3))).toThrow(/RNG state/i);
    expect(() => setGeneratorState(new Uint8Array(before.length))).toThrow(
      /RNG state|mt19937|a state from getState\(\)/i,
    );
    expect(() => setGeneratorState('state' as never)).toThrow('Expected a typed array for state but received a string');
    expect([...getGeneratorState()]).toEqual([...before]);
  });
});

describe('arguments', () => {
  test.each([1.5, Number.NaN, 2 ** 53, '7', undefined, 2n ** 64n, -(2n ** 63n) - 1n])(
    'the seed %p is refused',
    (seed) => {
      expect(() => manualSeed(seed as number)).toThrow(/Expected an integer.* for seed but received/);
      if (seed !== undefined) expect(() => new RandomGenerator(seed as number)).toThrow(/for seed but received/);
    },
  );

  test('that are wrong are named', () => {
    expect(() => randn([2.5])).toThrow('Expected a whole number of at least 0 for shape[0] but received 2.5');
    expect(() => randn([2], { generator: {} as never })).toThrow(
      'Expected a RandomGenerator for generator but received an object',
    );
    expect(() => randn([2], { dtype: 'half' as never })).toThrow(/for dtype but received "half"/);
    expect(() => randn([2], { dtype: 'int64' })).toThrow(/not implemented for 'Long'/);
    expect(() => randperm(-1)).toThrow('Expected a whole number of at least 0 for n but received -1');
    expect(() => bernoulli(tensor([2]))).toThrow(/p_in <= 1/);
    expect(() => multinomial(tensor([1, 1]), 3)).toThrow(/cannot sample n_sample > prob_dist.size\(-1\)/);
    expect(() => multinomial(tensor([-1, 1]), 1)).toThrow(/probability tensor contains/);
  });

  test('without a seed a generator begins as torch.Generator() does', () => {
    const [unseeded, seeded] = [new RandomGenerator(), new RandomGenerator(67280421310721)];
    expect(numbersOf(rand([4], { generator: unseeded }))).toEqual(numbersOf(rand([4], { generator: seeded })));
  });
});

// Before this was refused, the device's own generator drew: other numbers each time.
test('a generator, which draws on the CPU, is not taken for a CUDA device', () => {
  const options = { generator: new RandomGenerator(1), device: 'cuda:0' as const };
  for (const draw of [() => randn([2], options), () => rand([2], options), () => randperm(2, options)]) {
    expect(draw).toThrow(
      expect.objectContaining({
        code: 'ERR_DEVICE',
        message:
          'A RandomGenerator draws on the CPU, not on cuda:0: draw on the CPU, then move the tensor with to({ device })',
      }),
    );
  }
});

testIf(cudaDeviceCount() === 0, 'a machine without CUDA')(
  'the state of a CUDA device that is not there is refused',
  () => {
    expect(() => getGeneratorState('cuda:0')).toThrow('Device cuda:0 is not available: ');
  },
);

testIf(cudaDeviceCount() > 0, 'a CUDA device')('the state of a CUDA device is asked of that device', () => {
  const state = getGeneratorState('cuda:0');
  const first = numbersOf(randn([5], { device: 'cuda:0' }));
  setGeneratorState(state, 'cuda:0');
  expect(numbersOf(randn([5], { device: 'cuda:0' }))).toEqual(first);
});
