import { setNumThreads } from '../../src/tensor/device';
import { memory } from '../../src/tensor/scope';
import { type GanEpoch, trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2 } from '../cli/cli';

const noise = { data: 'noise', seed: 3, threads: 1 } as const;

test('iterating gives the epochs, then the result; awaiting alone gives the same models', async () => {
  const run = trainGan({ ...noise, epochs: 3 });
  const records: GanEpoch[] = [];
  for await (const record of run) records.push(record);
  expect(records.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  const iterated = await run.result;
  const awaited = await trainGan({ ...noise, epochs: 3 }).result;
  for (const [name, tensor] of Object.entries(iterated.generator.stateDict())) {
    expect(tensor.equal(awaited.generator.stateDict()[name]!)).toBe(true);
  }
});

test('a training leaves nothing alive but its models', async () => {
  const before = memory().tensors;
  const { generator, discriminator } = await trainGan({ ...noise, epochs: 2 }).result;
  expect(memory().tensors).toBe(before + 8);
  generator.dispose();
  discriminator.dispose();
  const { model } = await trainMdnRnn({ data: co2, column: 'CO2', epochs: 1 }).result;
  expect(memory().tensors).toBe(before + 6);
  model.dispose();
  expect(memory()).toMatchObject({ tensors: before, scopes: 0 });
});

test('an abort ends it with the signal’s reason', async () => {
  const controller = new AbortController();
  const run = trainGan({ ...noise, epochs: 1000, signal: controller.signal });
  const epochs: number[] = [];
  const iterate = async () => {
    for await (const { epoch } of run) {
      epochs.push(epoch);
      if (epoch === 1) controller.abort(new Error('enough'));
    }
  };
  await expect(iterate()).rejects.toThrow('enough');
  await expect(run.result).rejects.toThrow('enough');
  expect(epochs).toEqual([0, 1]);
});

test('an iteration that is left rejects the result', async () => {
  const run = trainGan({ ...noise, epochs: 1000 });
  for await (const _ of run) break;
  await expect(run.result).rejects.toThrow('left before its end');
});

test('the event loop breathes while it trains', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await trainMdnRnn({ data: co2, column: 'CO2', epochs: 10 }).result;
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(3);
});

test('progress counts batches within epochs', async () => {
  const calls: string[] = [];
  await trainMdnRnn({
    data: co2,
    column: 'CO2',
    epochs: 2,
    batchSize: 300,
    validation: 0,
    onProgress: ({ epoch, epochs, batch, batches }) => calls.push(`${epoch}/${epochs} ${batch}/${batches}`),
  }).result;
  expect(calls).toEqual(['0/2 1/2', '0/2 2/2', '1/2 1/2', '1/2 2/2']);
});

test('the validation part changes neither scaler nor training, and mse is the error of the mean', async () => {
  setNumThreads(1);
  const train = async (options: object) => {
    const run = trainMdnRnn({ data: co2, column: 'CO2', epochs: 2, seed: 1, ...options });
    const losses: (number | undefined)[] = [];
    for await (const { loss, validationLoss } of run) losses.push(loss, validationLoss);
    return { losses, scaler: (await run.result).settings.scaler };
  };
  const nll = await train({});
  expect(nll.losses.every((loss) => Number.isFinite(loss))).toBe(true);
  expect(nll.scaler.mean).toBeLessThan((await train({ validation: 0 })).scaler.mean); // the CO2 only rises
  const mse = await train({ loss: 'mse' });
  expect(mse.losses[0]).toBeGreaterThan(0);
  expect(mse.losses[2]!).toBeLessThan(mse.losses[0]!);
});

test.each([
  [{ epocs: 3 }, 'Expected "epochs" for options but received "epocs"'],
  [{ epochs: 0 }, 'Expected a whole number of at least 1 for epochs but received 0'],
  [{ epochs: 1.5 }, 'for epochs but received 1.5'],
  [{ seed: 0.5 }, 'Expected a whole number for seed but received 0.5'],
  [{ lr: Number.NaN }, 'Expected a number above 0 for lr but received NaN'],
  [{ beta1: 1 }, 'for beta1 but received 1'],
  [{ realLabel: 2 }, 'for realLabel but received 2'],
  [{ preset: 'best' }, 'Expected "article" or "recommended" for preset but received "best"'],
  [{ out: '' }, 'Expected a folder for out but received ""'],
])('%j is refused at once', (options, message) => {
  expect(() => trainGan(options as never)).toThrow(message);
});

test('a device that is not there fails when it is awaited', async () => {
  await expect(trainGan({ ...noise, device: 'cuda:9' }).result).rejects.toMatchObject({ code: 'ERR_DEVICE' });
});
