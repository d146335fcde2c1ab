import type { LibtorchGenerativeError } from '../../src/errors';
import { bceLoss, bceWithLogitsLoss, type Loss, mseLoss } from '../../src/nn/losses';
import { grad } from '../../src/tensor/autograd';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { loadFixture } from '../fixtures/fixture';

const { cases, get, bitTest, expectSame } = loadFixture<string[]>('nn/losses');

function expectLoss(loss: Loss, input: Tensor, target: Tensor, name: string): void {
  input.requiresGrad = true;
  const value = loss(input, target);
  value.backward();
  expectSame(value, name);
  expectSame(input.grad!, `${name}.grad`);
}

describe.each(cases)("PyTorch's losses and gradients: %s", (name) => {
  const [logits, target] = [get(`${name}.logits`), get(`${name}.target`)];

  bitTest('bceWithLogitsLoss', () => expectLoss(bceWithLogitsLoss, logits.clone(), target, `${name}.bceWithLogits`));
  bitTest('bceLoss', () => expectLoss(bceLoss, logits.sigmoid(), target, `${name}.bce`));
  bitTest('mseLoss', () => expectLoss(mseLoss, logits.clone(), target, `${name}.mse`));
});

/** A loss's value, its gradient, that of a part of it, and the gradient's own. */
function slopes(loss: Loss, input: Tensor, target: Tensor): Tensor[] {
  const x = input.detach();
  x.requiresGrad = true;
  const [gradient] = grad(loss(x, target), [x]);
  const [part] = grad(loss(x, target).mul(0.3), [x]);
  const [again] = grad(loss(x, target), [x], { createGraph: true });
  return [loss(x, target), gradient!, part!, again!, ...grad(again!.square().sum(), [x])];
}

/** The kernel leaves a target that needs a gradient to libtorch. */
function expectLibtorchsBits(loss: Loss, input: Tensor, target: Tensor): void {
  const forLibtorch = target.detach();
  forLibtorch.requiresGrad = true;
  const bits = (tensors: Tensor[]) =>
    tensors.map((each) => Buffer.from(each.toArray().buffer as ArrayBuffer).toString('hex'));
  expect(bits(slopes(loss, input, target))).toEqual(bits(slopes(loss, input, forLibtorch)));
}

describe("the kernels give libtorch's bits", () => {
  const both = (logits: Tensor, target: Tensor) => {
    expectLibtorchsBits(bceWithLogitsLoss, logits, target);
    expectLibtorchsBits(bceLoss, logits.sigmoid(), target);
  };

  test.each(cases)('%s', (name) => both(get(`${name}.logits`), get(`${name}.target`)));

  test.each([1, 7, 8, 37, 100, 128, 511, 512, 1001, 8191, 8192, 20000])('%d numbers, some of them 0 and 1', (count) => {
    manualSeed(count);
    const logits = randn([count, 1]).mul(40);
    for (const target of [rand([count, 1]), zeros([count, 1]), ones([count, 1])]) both(logits, target);
  });

  test('float64, and what is not contiguous', () => {
    const [logits, target] = [randn([6, 4]), rand([6, 4])];
    both(logits.to({ dtype: 'float64' }), target.to({ dtype: 'float64' }));
    both(logits.transpose(0, 1), target.transpose(0, 1));
  });
});

test('bceLoss at probabilities of 0 and 1', () => {
  expectLoss(bceLoss, get('ends.input').clone(), get('ends.target'), 'ends.bce');
});

test('bceWithLogitsLoss stays finite where bceLoss has lost its gradient', () => {
  const logits = tensor([-1e4, 1e4], { requiresGrad: true });
  const loss = bceWithLogitsLoss(logits, tensor([1, 0]));
  loss.backward();
  expect(loss.item()).toBe(1e4);
  expect([...logits.grad!.toArray()]).toEqual([-0.5, 0.5]);
});

describe('what does not fit', () => {
  test.each([bceLoss, bceWithLogitsLoss])('shapes that differ are ERR_SHAPE', (loss) => {
    let error: unknown;
    try {
      loss(ones([4, 1]), ones([4]));
    } catch (caught) {
      error = caught;
    }
    expect((error as LibtorchGenerativeError).code).toBe('ERR_SHAPE');
    expect((error as Error).message).toBe(
      "Expected a Tensor of shape [4, 1], the input's, for target but received [4]",
    );
  });

  test.each([1.5, -0.1, Number.NaN])('a probability of %d is refused', (probability) => {
    expect(() => bceLoss(tensor([probability]), tensor([1]))).toThrow(/should be between 0 and 1/);
  });

  test.each([bceLoss, bceWithLogitsLoss, mseLoss])('what is no tensor is named', (loss) => {
    expect(() => loss(ones([1]), 1 as never)).toThrow('Expected a Tensor for target but received 1');
  });
});
