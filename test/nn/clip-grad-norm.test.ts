import { clipGradNorm } from '../../src/nn/clip-grad-norm';
import { ones } from '../../src/tensor/creation';
import { memory, scope } from '../../src/tensor/scope';
import { loadFixture, numbersOf } from '../fixtures/fixture';

const fixture = loadFixture<{ name: string; maxNorm: number }[]>('nn/clip_grad_norm');
const range = [0, 1, 2, 3];

fixture.bitTest.each(fixture.cases)("PyTorch's gradients: $name", ({ name, maxNorm }) => {
  const before = range.map((index) => fixture.get(`${name}.${index}.before`));
  const clipped = clipGradNorm(before, maxNorm);
  for (const index of range) fixture.expectSame(clipped[index]!, `${name}.${index}.after`);
});

test('the norm is that of all gradients together, and those given stay', () => {
  const gradients = [ones([9]), ones([4, 4])]; // norm 5
  const clipped = clipGradNorm(gradients, 2.5);
  for (const each of clipped.flatMap(numbersOf)) expect(each).toBeCloseTo(0.5, 6);
  expect(numbersOf(gradients[0]!)).toEqual(Array(9).fill(1));
});

test('it leaves nothing but its result in a scope', () => {
  const gradients = [ones([9]), ones([4, 4])];
  const before = memory().tensors;
  const clipped = scope(() => clipGradNorm(gradients, 1));
  expect(memory().tensors - before).toBe(clipped.length);
});

test.each([0, -1, Number.NaN])('a largest norm of %d is refused', (maxNorm) => {
  expect(() => clipGradNorm([ones([1])], maxNorm)).toThrow('Expected a number above 0 for maxNorm');
});

test('of no gradients there are none', () => expect(clipGradNorm([], 1)).toEqual([]));
