import { type Floor, floorOf } from '../../../scripts/bench/gemms';

function multiplications({ gemms }: Floor): number {
  return gemms.reduce((sum, { m, k, n, count }) => sum + count * m * k * n, 0);
}

test("the floor of the article's GAN step", () => {
  const floor = floorOf({ kind: 'gan-step', data: 'noise', preset: 'article' })!;
  // Of the four layers of batch × in × out: G's first forward and for its weights, G's second forward, for its input
  // and for its weights, D's first forward twice, for its input, and for its weights twice.
  const [first, wide] = [128 * 100 * 128, 128 * 784 * 128];
  expect(multiplications(floor)).toBe(2 * first + 8 * wide);
  expect(floor.repeats).toBe(1);
});

test('an epoch of MNIST has 468 such steps', () => {
  const step = floorOf({ kind: 'gan-step', data: 'mnist', preset: 'recommended' })!;
  const epoch = floorOf({ kind: 'mnist-epoch', preset: 'recommended' })!;
  expect(epoch).toEqual({ ...step, repeats: 468 });
});

test('training a GRU takes three times the products of its inference, none of them with the first state', () => {
  const gru = { kind: 'gru', batch: 32, window: 50, hidden: 64 } as const;
  const inference = 49 * 32 * 64 * 192;
  expect(multiplications(floorOf({ ...gru, mode: 'inference' })!)).toBe(inference);
  expect(multiplications(floorOf({ ...gru, mode: 'train' })!)).toBe(3 * inference);
});

test('no product is done zero times, and work without products has no floor', () => {
  const floor = floorOf({ kind: 'mdn-rnn-step', batch: 1, window: 1, hidden: 16 })!;
  expect(floor.gemms).toHaveLength(3); // the head's
  expect(floorOf({ kind: 'gru', mode: 'train', batch: 1, window: 1, hidden: 16 })).toBeUndefined();
  expect(floorOf({ kind: 'small-op', count: 1000 })).toBeUndefined();
});
