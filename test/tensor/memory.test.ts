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
