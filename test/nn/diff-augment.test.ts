import { type Augmentation, diffAugment } from '../../src/nn/diff-augment';
import { ones, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

interface Case {
  name: string;
  seed: number;
  shape: number[];
  policy: Augmentation[];
}

const { cases, bitTest, expectSame } = loadFixture<Case[]>('nn/diff_augment');

describe('images, gradients and random numbers are those of PyTorch', () => {
  bitTest.each(cases.map((each) => [each.name, each] as const))('%s', (name, { seed, shape, policy }) => {
    manualSeed(seed);
    const images = rand(shape).mul(2).sub(1).detach().requiresGrad_();
    expectSame(images, `${name}.images`);
    const weights = randn(shape);
    const changed = diffAugment(images, { policy });
    expectSame(changed, `${name}.changed`);
    changed.mul(weights).sum().backward();
    expectSame(images.grad!, `${name}.grad`);
    expectSame(rand([3]), `${name}.next`);
  });
});

test('each image is changed in its own way, all of a set in all ways', () => {
  manualSeed(3);
  const many = diffAugment(ones([2000, 1, 16, 16]), { policy: ['translation'] }); // what comes in is 0
  const rows = many.mean([1, 3]).gt(0).to('float32'); // (B, H)
  const shown = new Set(rows.sum(1).toArray());
  expect([...shown].sort((a, b) => a - b)).toEqual([14, 15, 16]);
  const holes = ones([2000, 1, 16, 16]).sub(diffAugment(ones([2000, 1, 16, 16]), { policy: ['cutout'] }));
  expect(holes.sum([1, 2, 3]).max().item()).toBe(64);
  expect(holes.sum([1, 2, 3]).min().item()).toBe(16); // in a corner
  const covered = holes.mean(0);
  expect(covered.min().item()).toBeGreaterThan(0.05);
  expect(diffAugment(zeros([4, 3, 8, 8]), { policy: [] }).equal(zeros([4, 3, 8, 8]))).toBe(true);
});

test('what is no image, and unknown ways, are refused', () => {
  const refusal = (...args: unknown[]) =>
    errorOf(() => (diffAugment as (...args: unknown[]) => unknown)(...args)).message;
  expect(refusal(zeros([4, 12]))).toBe('Expected a Tensor of shape (B, C, H, W) for images but received [4, 12]');
  expect(refusal(zeros([1, 1, 2, 2]), { policy: ['colour'] })).toMatch(/for policy\[0\] but received "colour"/);
  expect(refusal(zeros([1, 1, 2, 2]), { polcy: [] })).toMatch(/Did you mean "policy"/);
  expect(refusal()).toMatch(/a Tensor for images but received undefined/);
});
