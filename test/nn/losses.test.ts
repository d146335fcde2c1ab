import type { LibtorchGenerativeError } from '../../src/errors';
import { bceLoss, bceOfLogits, bceWithLogitsLoss, type Loss, mseLoss } from '../../src/nn/losses';
import { valueAndGrad } from '../../src/tensor/autograd';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { loadFixture } from '../fixtures/fixture';

const { cases, get, expectSame } = loadFixture<string[]>('nn/losses');

function expectLoss(loss: Loss, input: Tensor, target: Tensor, name: string): void {
  input.requiresGrad = true;
  const value = loss(input, target);
  value.backward();
  expectSame(value, name);
  expectSame(input.grad!, `${name}.grad`);
}

describe.each(cases)("PyTorch's losses and gradients: %s", (name) => {
  const [logits, target] = [get(`${name}.logits`), get(`${name}.target`)];

  test('bceWithLogitsLoss', () => expectLoss(bceWithLogitsLoss, logits.clone(), target, `${name}.bceWithLogits`));
  test('bceLoss', () => expectLoss(bceLoss, logits.sigmoid(), target, `${name}.bce`));
  test('mseLoss', () => expectLoss(mseLoss, logits.clone(), target, `${name}.mse`));
});

/** A loss of logits and its gradient have the bits that a graph gives. */
function expectGraphsBits(logits: Tensor, target: Tensor, output: 'probability' | 'logit') {
  const byGraph = valueAndGrad(
    (x) => (output === 'logit' ? bceWithLogitsLoss(x, target) : bceLoss(x.sigmoid(), target)),
    logits,
  );
  const { value, gradients } = bceOfLogits([logits], [target], output);
  expect(value.item()).toBe(byGraph.value.item());
  expect(gradients[0].toArray()).toEqual(byGraph.gradients[0].toArray());
}

describe.each(['probability', 'logit'] as const)('without a graph, of a %s', (output) => {
  test('the bits are those of the graph', () => {
    for (const name of cases) expectGraphsBits(get(`${name}.logits`), get(`${name}.target`), output);
  });

  test.each([1, 7, 8, 37, 100, 128, 511, 512, 1001, 8191, 8192, 20000])('also of %d, some of them 0 and 1', (count) => {
    manualSeed(count);
    const logits = randn([count, 1]).mul(40);
    for (const target of [rand([count, 1]), zeros([count, 1]), ones([count, 1])]) {
      expectGraphsBits(logits, target, output);
    }
  });

  test('also in float64 and of what is not contiguous', () => {
    const [logits, target] = [randn([6, 4]), rand([6, 4])];
    expectGraphsBits(logits.to({ dtype: 'float64' }), target.to({ dtype: 'float64' }), output);
    expectGraphsBits(logits.transpose(0, 1), target.transpose(0, 1), output);
  });
});

test.each(['float32', 'float64'] as const)('the losses of several logits are added, %s', (dtype) => {
  manualSeed(1);
  const logits = [37, 128, 1].map((count) => randn([count]).to({ dtype }));
  const targets = logits.map((each) => rand(each.shape).to({ dtype }));
  const apart = logits.map((each, i) => bceOfLogits([each], [targets[i]!], 'logit'));
  const { value, gradients } = bceOfLogits(logits, targets, 'logit');
  expect(value.item()).toBe(apart.reduce((sum, each) => sum.add(each.value), zeros([], { dtype })).item());
  for (const [i, each] of apart.entries()) expect(gradients[i]!.toArray()).toEqual(each.gradients[0].toArray());
});

test('each logits need a target of their shape', () => {
  const [logits, target] = [zeros([2]), ones([2])];
  expect(() => bceOfLogits([logits, logits], [target], 'logit')).toThrow(/2 targets.*received 1/);
  expect(() => bceOfLogits([], [], 'logit')).toThrow(/logits/);
  expect(() => bceOfLogits([logits, logits], [target, ones([3])], 'logit')).toThrow(/\(2\).*target.*\(3\)/);
});

test('a logit that is no number is refused as its probability is', () => {
  const logits = tensor([1, Number.NaN]);
  expect(() => bceOfLogits([logits], [ones([2])], 'probability')).toThrow(/should be between 0 and 1/);
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
      "Expected a Tensor of shape (4, 1), the input's, for target but received (4)",
    );
  });

  test('a probability beyond 1 is refused', () => {
    expect(() => bceLoss(tensor([1.5]), tensor([1]))).toThrow(/should be between 0 and 1/);
  });

  test.each([bceLoss, bceWithLogitsLoss, mseLoss])('what is no tensor is named', (loss) => {
    expect(() => loss(ones([1]), 1 as never)).toThrow('Expected a Tensor for target but received 1');
  });
});
