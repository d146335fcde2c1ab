import { Isolation } from '../../src/tensor/isolation';
import type { Tensor } from '../../src/tensor/tensor';
import { runEpochs, type Training } from '../../src/training/epochs';

/** A training of epochs without batches, which wants to end after `patience` of them. */
function idleTraining(patience: number): Training<Record<string, number>> {
  let numEpochs = 0;
  return {
    models: {},
    parts: {},
    numBatches: 0,
    get isFinished() {
      return numEpochs === patience;
    },
    startEpoch: () => ({ samplerSeed: undefined, batch: 0 }),
    numBatchesOf: () => 0,
    batches: (): Tensor[] => [],
    step: () => ({}),
    endEpoch: () => {
      numEpochs++;
      return {};
    },
    savedModels: {},
  };
}

test.each([
  [3, 3],
  [9, 5],
])('a training that is finished after %i epochs ends after %i of 5', async (patience, expected) => {
  const epochs: number[] = [];
  const isolation = new Isolation({ seed: 0, threads: 1, device: 'cpu' });
  const options = { epochs: 5, start: { epoch: 0 }, isolation };
  for await (const { epoch } of runEpochs(idleTraining(patience), options)) epochs.push(epoch);
  expect(epochs).toEqual(Array.from({ length: expected }, (_, epoch) => epoch));
});
