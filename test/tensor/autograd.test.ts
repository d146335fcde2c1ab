import { bceWithLogitsLoss } from '../../src/nn/losses';
import { grad, noGrad } from '../../src/tensor/autograd';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { errorOf } from '../error-of';
import { loadFixture, numbersOf } from '../fixtures/fixture';

const fixture = loadFixture('tensor/ops');

function leaves() {
  const [a, b] = [fixture.get('inputs.x').clone(), fixture.get('inputs.row').clone()];
  a.requiresGrad = true;
  b.requiresGrad = true;
  return { a, b };
}

describe('backward', () => {
  fixture.bitTest('accumulates', () => {
    const { a, b } = leaves();
    for (let i = 0; i < 3; i++) a.exp().mul(b).mean().backward();
    fixture.expectSame(a.grad!, 'accumulated.a');
    fixture.expectSame(b.grad!, 'accumulated.b');
    a.grad = undefined;
    expect(a.grad).toBeUndefined();
    expect(b.grad).toBeDefined();
  });

  test('may run twice only if the graph was kept', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    const loss = x.square().sum();
    loss.backward({ retainGraph: true });
    loss.backward();
    expect(numbersOf(x.grad!)).toEqual([8, 12]);
    expect(() => loss.backward()).toThrow(/backward through the graph a second time/);
  });

  test('wants one number with a gradient', () => {
    expect(() => tensor([1, 2], { requiresGrad: true }).mul(2).backward()).toThrow(/scalar outputs/);
    expect(() => ones([]).backward()).toThrow(/does not require grad/);
  });

  test('stops at detach', () => {
    const x = tensor([2], { requiresGrad: true });
    x.mul(x.detach()).sum().backward();
    expect(numbersOf(x.grad!)).toEqual([2]);
    expect(x.detach().requiresGrad).toBe(false);
  });
});

test('requiresGrad is passed on by operators, and refused for integers and results', () => {
  const x = ones([2]);
  expect(x.mul(2).requiresGrad).toBe(false);
  x.requiresGrad = true;
  expect(x.mul(2).requiresGrad).toBe(true);
  expect(() => tensor([1], { dtype: 'int64', requiresGrad: true })).toThrow(/floating point/);
  expect(() => {
    x.mul(2).requiresGrad = false;
  }).toThrow(/leaf/);
});

describe('grad', () => {
  fixture.bitTest('differentiates twice', () => {
    const { a, b } = leaves();
    const loss = a.pow(3).mul(b.sin()).sum();
    const [firstA, firstB] = grad(loss, [a, b], { createGraph: true });
    const [secondA, secondB] = grad(firstA!.square().sum().add(firstB!.sum()), [a, b]);
    fixture.expectSame(loss, 'second.loss');
    fixture.expectSame(firstA!, 'second.firstA');
    fixture.expectSame(firstB!, 'second.firstB');
    fixture.expectSame(secondA!, 'second.secondA');
    fixture.expectSame(secondB!, 'second.secondB');
  });

  test('touches only the inputs asked for, and accumulates nothing', () => {
    const [x, y] = [tensor([2], { requiresGrad: true }), tensor([5], { requiresGrad: true })];
    expect(grad(x.mul(y).sum(), [y]).map(numbersOf)).toEqual([[2]]);
    expect([x.grad, y.grad]).toEqual([undefined, undefined]);
  });

  test('frees the graph unless it is kept', () => {
    const x = tensor([3], { requiresGrad: true });
    const loss = x.square().sum();
    expect(numbersOf(grad(loss, [x], { retainGraph: true })[0]!)).toEqual([6]);
    expect(numbersOf(grad(loss, [x])[0]!)).toEqual([6]);
    expect(() => grad(loss, [x])).toThrow(/second time/);
  });

  test('reaches what is no leaf', () => {
    const middle = tensor([3], { requiresGrad: true }).mul(2);
    expect(numbersOf(grad(middle.square().sum(), [middle])[0]!)).toEqual([12]);
  });

  test('names its argument', () => {
    const x = tensor([3], { requiresGrad: true });
    expect(() => grad(x.sum(), [])).toThrow('Expected at least one Tensor for inputs but received none');
    expect(() => grad(x.sum(), ['x' as never])).toThrow('Expected a Tensor for inputs[0] but received "x"');
    expect(() => grad('x' as never, [x])).toThrow('Expected a Tensor for loss but received a string');
  });

  test('refuses an input that the loss does not depend on', () => {
    const [x, other] = [tensor([3], { requiresGrad: true }), tensor([3], { requiresGrad: true })];
    expect(() => grad(x.sum(), [other])).toThrow(/The loss does not depend on inputs\[0\]/);
  });
});

describe('noGrad', () => {
  const x = tensor([1], { requiresGrad: true });

  test('records nothing inside and goes on after', () => {
    expect(noGrad(() => x.mul(2).requiresGrad)).toBe(false);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('is over when its body throws', () => {
    const fail = () => {
      throw new Error('body');
    };
    expect(() => noGrad(fail)).toThrow('body');
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('refuses an asynchronous body', () => {
    expect(errorOf(() => noGrad(async () => x.mul(2)))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'Expected a synchronous function for body but received one that returns a promise',
    });
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('an inner one does not end the outer', () => {
    noGrad(() => {
      noGrad(() => undefined);
      expect(x.mul(2).requiresGrad).toBe(false);
    });
  });

  test('lets a parameter be written in place', () => {
    const parameter = tensor([1], { requiresGrad: true });
    expect(() => parameter.fill_(2)).toThrow(/leaf/);
    noGrad(() => parameter.fill_(2));
    expect(parameter.item()).toBe(2);
  });
});

test('a penalty of a slope has a gradient, also at a slope of 0', () => {
  const x = tensor([[3, 4], [0, 0]], { requiresGrad: true }); // biome-ignore format: one line
  const [slope] = grad(x.square().sum().mul(0.5), [x], { createGraph: true }); // x itself
  expect([...slope.norm(1).toArray()]).toEqual([5, 0]);
  expect(slope.norm([0, 1], { keepdim: true }).shape).toEqual([1, 1]);
  slope.norm(1).sub(1).square().sum().backward();
  expect([...x.grad!.toArray()].map((each) => Number(each.toFixed(5)))).toEqual([4.8, 6.4, 0, 0]);
});

test('a gradient that is 1 belongs to the caller alone', () => {
  const [target, added] = [zeros([2, 1]), tensor(3, { requiresGrad: true })];
  const output = ones([2, 1], { requiresGrad: true });
  const lossOf = () => bceWithLogitsLoss(output, target).add(added);
  const [first] = grad(lossOf(), [added]);
  first.mul_(7);
  const [second, other] = grad(lossOf(), [added, output]);
  expect([first.item(), second.item()]).toEqual([7, 1]);
  expect(other.equal(grad(bceWithLogitsLoss(output, target), [output])[0])).toBe(true);
});
