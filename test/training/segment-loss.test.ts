import { MdnRnn } from '../../src/models/mdn-rnn';
import { Adam } from '../../src/nn/adam';
import { clipGradNorm } from '../../src/nn/clip-grad-norm';
import { grad } from '../../src/tensor/autograd';
import { stack } from '../../src/tensor/creation';
import { segmentLoss } from '../../src/training/mdn-rnn-loss';
import { expectSame, loadFixture } from '../fixtures/fixture';

interface Cases {
  hidden: number;
  mixtures: number;
  lr: number;
  clipNorm: number;
}

const fixture = loadFixture<Cases>('training/segments');
const { hidden, mixtures, lr, clipNorm } = fixture.cases;

test.each([true, false])(
  "every step's likelihood is PyTorch's, gradients and five updates too, with exact %s",
  (exact) => {
    const rows = fixture.get('rows'); // (B, T, 1 + I)
    const model = new MdnRnn({ inputDim: rows.shape[2]! - 1, hiddenDim: hidden, numMixtures: mixtures, exact });
    const names = Object.keys(model.stateDict());
    model.loadStateDict(Object.fromEntries(names.map((name, index) => [name, fixture.get(`start.${index}`)])));
    const optimizer = new Adam(model.parameters(), { lr });
    const losses = Array.from({ length: 5 }, (_, update) => {
      const loss = segmentLoss(model, rows, { loss: 'nll', betaNll: 0 });
      const gradients = grad(loss, model.parameters());
      if (update === 0) {
        for (const [index, gradient] of gradients.entries()) {
          expectSame(gradient, fixture.get(`gradient.${index}`), `the gradient of ${names[index]}`, 2e-6);
        }
      }
      optimizer.step(clipGradNorm(gradients, clipNorm));
      return loss.detach();
    });
    expectSame(stack(losses), fixture.get('losses'), 'the losses', 1e-5);
    for (const [index, parameter] of model.parameters().entries()) {
      expectSame(parameter.detach(), fixture.get(`end.${index}`), names[index], 1e-4);
    }
  },
);

test('inputs where nothing is predicted change the loss only through what follows', () => {
  const rows = fixture.get('rows').clone();
  const model = new MdnRnn({ inputDim: rows.shape[2]! - 1, hiddenDim: 4 });
  const lossOf = () => segmentLoss(model, rows, { loss: 'nll', betaNll: 0 }).item();
  const before = lossOf();
  rows.select(0, 2).slice(0, 4).slice(1, 1).fill_(7); // after the last target of a segment
  expect(lossOf()).toBe(before);
  rows.select(0, 2).slice(0, 0, 1).slice(1, 1).fill_(7);
  expect(lossOf()).not.toBe(before);
});
