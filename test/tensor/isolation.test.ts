import { Linear } from '../../src/nn/linear';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { Isolation } from '../../src/tensor/isolation';
import { getGeneratorState, manualSeed, RandomGenerator, randn, setGeneratorState } from '../../src/tensor/random';

const numbers = (generator?: RandomGenerator) => [...randn([3], { generator }).toArray()];
const isolated = (seed: number, threads = 1) => new Isolation({ seed, threads, device: 'cpu' });

const threadsBefore = numThreads();
afterEach(() => setNumThreads(threadsBefore));

test('inside, numbers are those of the seed alone; outside, as if nothing had been drawn', () => {
  const [first, second] = [new RandomGenerator(3), new RandomGenerator(4)];
  const host = new RandomGenerator(5);
  const [a, b] = [isolated(3), isolated(4)];
  manualSeed(5);
  for (let round = 0; round < 4; round++) {
    expect(a.run(() => numbers())).toEqual(numbers(first));
    expect(numbers()).toEqual(numbers(host));
    expect(b.run(() => numbers())).toEqual(numbers(second));
  }
});

test('a seed and a state set inside stay inside, those set outside stay outside', () => {
  manualSeed(1);
  const isolation = isolated(2);
  const before = getGeneratorState();
  isolation.run(() => manualSeed(7));
  expect(getGeneratorState()).toEqual(before);
  manualSeed(9);
  const state = isolation.run(() => getGeneratorState());
  expect(state).toEqual(new RandomGenerator(7).getState());
  isolation.run(() => setGeneratorState(new RandomGenerator(8).getState()));
  expect(getGeneratorState()).toEqual(new RandomGenerator(9).getState());
});

test('the initial weights of layers are drawn inside too', () => {
  const weights = (layer: Linear) => [...layer.parameters()[0]!.toArray()];
  manualSeed(11);
  const expected = weights(new Linear(3, 4));
  manualSeed(12);
  const isolation = isolated(11);
  expect(weights(isolation.run(() => new Linear(3, 4)))).toEqual(expected);
  expect(getGeneratorState()).toEqual(new RandomGenerator(12).getState());
});

test('within one another each has its own, and an error undoes what it should', () => {
  setNumThreads(2);
  manualSeed(1);
  const [a, b] = [isolated(3, 1), isolated(4, 3)];
  const failing = () =>
    a.run(() => {
      expect(numThreads()).toBe(1);
      b.run(() => {
        expect(numThreads()).toBe(3);
        expect(numbers()).toEqual(numbers(new RandomGenerator(4)));
        a.run(() => expect(numThreads()).toBe(3)); // inside already
        setNumThreads(4);
        throw new Error('in the middle');
      });
    });
  expect(failing).toThrow('in the middle');
  expect(numThreads()).toBe(2);
  expect(getGeneratorState()).toEqual(new RandomGenerator(1).getState());
  expect(a.run(() => numbers())).toEqual(numbers(new RandomGenerator(3)));
});

test('an iterable is gone through inside, its values are looked at outside', () => {
  setNumThreads(2);
  const log: string[] = [];
  function* values() {
    try {
      for (;;) {
        log.push(`made on ${numThreads()}`);
        yield 1;
      }
    } finally {
      log.push(`ended on ${numThreads()}`);
    }
  }
  for (const _ of isolated(1).each(values())) {
    log.push(`seen on ${numThreads()}`);
    if (log.length === 4) break;
  }
  expect(log).toEqual(['made on 1', 'seen on 2', 'made on 1', 'seen on 2', 'ended on 1']);
});

test('it costs less than 10 microseconds', () => {
  const isolation = isolated(1, threadsBefore + 1);
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    for (let i = 0; i < 100; i++) isolation.run(() => {});
    return (performance.now() - start) * 10; // in microseconds each
  });
  expect(Math.min(...times)).toBeLessThan(10);
});
