import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataLoader, type DataLoaderOptions } from '../../src/data/data-loader';
import { arange, tensor, zeros } from '../../src/tensor/creation';
import { numThreads, setNumThreads } from '../../src/tensor/device';
import { manualSeed, RandomGenerator, rand, randperm } from '../../src/tensor/random';
import { memory, scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';

interface Case {
  seed: number;
  rows: number;
  options: DataLoaderOptions;
  epochs: number[][][];
  next: number;
}

const file = join(__dirname, '..', 'fixtures', 'training', 'shuffles.json');
const cases: Case[] = JSON.parse(readFileSync(file, 'utf8'));
const numbersOf = (batches: Iterable<Tensor>) => Array.from(batches, (batch) => Array.from(batch.toArray(), Number));

test.each(cases)(
  "seed $seed, $rows rows, $options: PyTorch's batches over two epochs",
  ({ seed, rows, options, epochs, next }) => {
    const loader = new DataLoader(arange(0, rows), options);
    manualSeed(seed);
    expect(epochs.map(() => numbersOf(loader))).toEqual(epochs);
    expect(rand([1]).item()).toBe(next); // nothing more was drawn than in PyTorch
  },
);

test('several tensors are split together, in the order of one alone', () => {
  const [data, labels] = [arange(0, 20).view(10, 2), arange(100, 110)];
  const options = { batchSize: 3, shuffle: true };
  manualSeed(7);
  const alone = numbersOf(new DataLoader(labels, options));
  manualSeed(7);
  const transform = ([rows, others]: readonly Tensor[]) => [rows!.mul(10), others!];
  const both = [...new DataLoader([data, labels] as readonly Tensor[], { ...options, transform })];
  expect(numbersOf(both.map(([, others]) => others!))).toEqual(alone);
  for (const [rows, others] of both) {
    expect(rows!.select(1, 0).div(20).add(100).toArray()).toEqual(others!.to({ dtype: 'float32' }).toArray());
  }
});

test('an epoch goes on from a saved cursor with the same batches', () => {
  const loader = new DataLoader(arange(0, 50), { batchSize: 8, shuffle: true });
  const cursor = loader.startEpoch();
  const whole = numbersOf(loader.batches({ ...cursor }));
  for (const batch of loader.batches(cursor)) {
    batch.dispose();
    if (cursor.batch === 3) break;
  }
  expect(cursor.batch).toBe(3);
  expect(numbersOf(loader.batches({ ...cursor }))).toEqual(whole.slice(3));
});

test('an epoch is finished with the batch size it began with, whatever the loader’s', () => {
  const [began, other] = [8, 3].map((batchSize) => new DataLoader(arange(0, 50), { batchSize, shuffle: true }));
  const cursor = began!.startEpoch();
  const whole = numbersOf(began!.batches({ ...cursor }));
  expect(numbersOf(other!.batches({ ...cursor, batch: 4 }))).toEqual(whole.slice(4));
  expect(numbersOf(other!)).toHaveLength(17); // its own epochs have its own size
});

test('rows of any shape stay whole, and an epoch that is left frees its order', () => {
  const data = zeros([10, 2, 3]);
  const before = memory().tensors;
  for (const batch of new DataLoader(data, { batchSize: 4, shuffle: true })) {
    expect(batch.shape).toEqual([4, 2, 3]);
    batch.dispose();
    break;
  }
  expect(memory().tensors).toBe(before);
  data.dispose();
});

describe.each([1, 2])('rows are those that indexSelect takes, at %d threads', (threads) => {
  const threadsBefore = numThreads();
  beforeAll(() => setNumThreads(threads));
  afterAll(() => setNumThreads(threadsBefore));

  test.each<[string, () => Tensor]>([
    ['bytes', () => rand([300, 784]).mul(255).to({ dtype: 'uint8' })],
    ['float32, wide', () => rand([300, 5, 700])],
    ['int64, single numbers', () => arange(0, 300)],
    ['float64, none', () => zeros([300, 0], { dtype: 'float64' })],
    ['transposed', () => rand([6, 300]).transpose(0, 1)],
    ['every other column', () => rand([300, 20]).slice(1, 0, 20, 2)],
  ])('%s', (_, make) => {
    scope(() => {
      const data = make();
      const loader = new DataLoader(data, { batchSize: 70, shuffle: true });
      const cursor = loader.startEpoch();
      const generator = new RandomGenerator(cursor.samplerSeed!);
      const order = randperm(300, { generator });
      for (const [index, batch] of [...loader.batches(cursor)].entries()) {
        const expected = data.indexSelect(0, order.slice(0, index * 70, Math.min(index * 70 + 70, 300)));
        expect([batch.shape, batch.dtype]).toEqual([expected.shape, expected.dtype]);
        expect(batch.toArray()).toEqual(expected.toArray());
      }
    });
  });

  test('and gradients go back to them', () => {
    scope(() => {
      const data = rand([10, 3]);
      data.requiresGrad = true;
      for (const batch of new DataLoader(data, { batchSize: 4, shuffle: true })) batch.square().sum().backward();
      expect(data.grad!.toArray()).toEqual(data.mul(2).toArray());
    });
  });
});

test('transform makes the batches, shuffled or not, and its tensors are freed with the rows', () => {
  const data = arange(0, 10);
  const before = memory().tensors;
  for (const shuffle of [false, true]) {
    const loader = new DataLoader(data, { batchSize: 4, shuffle, transform: (rows) => rows.mul(2).add(1) });
    const numbers = [...loader].flatMap((batch) => {
      const numbers = Array.from(batch.toArray(), Number);
      batch.dispose();
      return numbers;
    });
    expect(numbers.sort((a, b) => a - b)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
  }
  expect(memory().tensors).toBe(before);
  data.dispose();
});

test('batch sizes that make no sense are named', () => {
  const data = scope(() => arange(0, 10));
  for (const batchSize of [0, -1, 1.5, Number.NaN]) {
    expect(() => new DataLoader(data, { batchSize })).toThrow(
      `whole number of at least 1 for batchSize but received ${batchSize}`,
    );
  }
  expect(() => new DataLoader(data, { batchSize: 11, dropLast: true })).toThrow(
    'Expected at most 10, the number of rows, for batchSize but received 11',
  );
  expect(new DataLoader(data, { batchSize: 11 }).numBatches).toBe(1);
});

test('what is no tensor of rows, no option or no function is refused by name', () => {
  const data = arange(0, 10);
  const refusal = (...args: unknown[]) =>
    errorOf(() => new (DataLoader as new (...args: unknown[]) => DataLoader)(...args));
  const cases: [unknown[], RegExp][] = [
    [[], /a Tensor for data but received undefined/],
    [[[1, 2]], /a Tensor for data\[0\] but received 1/],
    [[[]], /at least one Tensor for data but received an array of 0/],
    [[[data, zeros([9, 2])], { batchSize: 1 }], /a Tensor of 10 rows for data\[1\] but received "\(9, 2\)"/],
    [[tensor(1), { batchSize: 1 }], /a Tensor of at least one row for data but received "\(\)"/],
    [[zeros([0, 3]), { batchSize: 1 }], /a Tensor of at least one row for data but received "\(0, 3\)"/],
    [[data], /for batchSize but received undefined/],
    [[data, 4], /an object for options but received 4/],
    [[data, { batchsize: 4 }], /Unknown option "batchsize"\. Did you mean "batchSize"\?/],
    [[data, { batchSize: 4, shuffle: 1 }], /true or false for shuffle but received 1/],
    [[data, { batchSize: 4, transform: 'double' }], /a function for transform but received "double"/],
  ];
  for (const [args, message] of cases) {
    expect(refusal(...args)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) });
  }
  const wrong = new DataLoader(data, { batchSize: 4, transform: (() => 7) as never });
  expect(errorOf(() => [...wrong]).message).toBe(
    'Expected a Tensor, or an array of them, for the result of transform but received 7',
  );
});

test('a cursor that is none of the loader is refused at once', () => {
  const data = arange(0, 10);
  const plain = new DataLoader(data, { batchSize: 4 });
  const shuffled = new DataLoader(data, { batchSize: 4, shuffle: true });
  const cases: [DataLoader, unknown, RegExp][] = [
    [plain, undefined, /an object for cursor/],
    [plain, { samplerSeed: undefined, batch: -1 }, /for cursor\.batch but received -1/],
    [plain, { samplerSeed: undefined, batch: 4 }, /at most 3 for cursor\.batch but received 4/],
    [plain, { samplerSeed: undefined }, /for cursor\.batch but received undefined/],
    [plain, { samplerSeed: 1n, batch: 0 }, /undefined, without shuffle, for cursor\.samplerSeed but received 1n/],
    [shuffled, plain.startEpoch(), /a bigint for cursor\.samplerSeed but received undefined/],
    [plain, { samplerSeed: undefined, batch: 0, batchSize: 0 }, /at least 1 for cursor\.batchSize but received 0/],
    [shuffled, { samplerSeed: 7, batch: 0 }, /a bigint for cursor\.samplerSeed but received 7/],
  ];
  for (const [loader, cursor, message] of cases) {
    expect(errorOf(() => loader.batches(cursor as never)).message).toMatch(message);
  }
  expect([...plain.batches({ samplerSeed: undefined, batch: 3 })]).toEqual([]);
});

test('rows without elements make batches without elements', () => {
  const batches = [...new DataLoader(zeros([3, 0]), { batchSize: 2, shuffle: true })];
  expect(batches.map(({ shape }) => shape)).toEqual([
    [2, 0],
    [1, 0],
  ]);
});
