import { ones, zeros } from '../../src/tensor/creation';
import { emptyCache, memory, scope } from '../../src/tensor/scope';
import { runChild } from './children/child';

/** A single leaked tensor an operator would be hundreds of MiB. */
const FLAT_MIB = 10;

// Training is millions of small tensors: a few bytes left behind by each would end a long run.
test('a million operators inside scopes leave resident memory flat', () => {
  const { before, after, seconds, leakedTensors } = runChild('million-ops.js', ['--expose-gc']) as Record<
    string,
    number
  >;
  const figures = `${before!.toFixed(1)} MiB before, ${after!.toFixed(1)} MiB after, ${seconds!.toFixed(1)} s`;
  process.stderr.write(`A million operators inside scopes: resident memory ${figures}\n`);
  expect(leakedTensors).toBe(0);
  expect(after! - before!).toBeLessThan(FLAT_MIB);
});

// Who forgets scopes and dispose() must not lose the memory: the collector is the backstop, and has to know that the
// small object in JavaScript holds megabytes.
test('the garbage collector frees tensors outside scopes', () => {
  const { small, largestMiB } = runChild('garbage.js', ['--expose-gc']) as {
    small: { made: number; left: number; leftBytes: number };
    largestMiB: number;
  };
  expect(small).toEqual({ made: 10_000, left: 0, leftBytes: 0 });
  expect(largestMiB).toBeLessThan(1024);
});

test('the memory of freed tensors is counted, and given back when asked', () => {
  emptyCache();
  expect(memory().cachedBytes).toBe(0);
  scope(() => {
    zeros([1_000_000]).add(1);
  });
  expect(memory().cachedBytes).toBeGreaterThanOrEqual(8_000_000);
  emptyCache();
  expect(memory().cachedBytes).toBe(0);
});

test('no more than 256 MiB is kept', () => {
  for (let index = 0; index < 30; index++)
    scope(() =>
      zeros([4_000_000 + 16 * index])
        .sum()
        .item(),
    );
  expect(memory().cachedBytes).toBeLessThanOrEqual(2 ** 28);
  emptyCache();
});

test('a loop whose tensors cannot be freed warns once, one in a scope or that frees them does not', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const x = ones([2]);
  for (let step = 0; step < 60_000; step++) scope(() => x.add(1).dispose());
  for (let step = 0; step < 60_000; step++) x.add(1).dispose();
  await new Promise(setImmediate);
  expect(warn).not.toHaveBeenCalled();
  const kept = Array.from({ length: 60_000 }, () => x.add(1));
  await new Promise(setImmediate);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/tensors are alive.*scope/)]]);
  for (const tensor of kept) tensor.dispose();
  warn.mockRestore();
});
