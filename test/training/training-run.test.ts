import { join } from 'node:path';
import { setNumThreads } from '../../src/tensor/device';
import { type GanEpoch, trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, useTemporaryFolder } from '../cli/cli';
import { encodingOf } from '../encoding-of';
import { runChild } from '../tensor/children/child';

const folder = useTemporaryFolder();

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

test('a result that is asked for first takes no epochs from who iterates', async () => {
  const run = trainGan({ ...noise, epochs: 5 });
  const { result } = run;
  const epochs: number[] = [];
  for await (const { epoch } of run) epochs.push(epoch);
  expect(epochs).toEqual([0, 1, 2, 3, 4]);
  expect(await result).toBe(await run.result);
});

test('a training leaves nothing alive but its models', () => {
  const parameters = { gan: 8, mdnRnn: 6 };
  expect(runChild('../../training/children/leaves-nothing.js')).toEqual({
    afterGan: parameters.gan,
    afterBoth: parameters.gan + parameters.mdnRnn,
    atTheEnd: { tensors: 0, bytes: 0, scopes: 0 },
  });
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

test('an iteration that is left rejects the result, and keeps what was trained', async () => {
  const out = join(folder(), 'run');
  const run = trainGan({ ...noise, epochs: 8, out });
  for await (const { epoch } of run) if (epoch === 2) break;
  await expect(run.result).rejects.toMatchObject({
    name: 'AbortError',
    message: expect.stringContaining('stopped before its end'),
  });

  const { generator } = await trainGan({ resume: out, threads: 1 }).result;
  const whole = await trainGan({ ...noise, epochs: 8 }).result;
  for (const [name, tensor] of Object.entries(generator.stateDict())) {
    expect(tensor.equal(whole.generator.stateDict()[name]!)).toBe(true);
  }
});

test('the event loop breathes while it trains', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  await trainMdnRnn({ data: co2, column: 'CO2', preset: 'article', epochs: 100 }).result;
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(3);
});

test('progress counts batches within epochs', async () => {
  const calls: string[] = [];
  await trainMdnRnn({
    data: co2,
    column: 'CO2',
    preset: 'article',
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
    const run = trainMdnRnn({ data: co2, column: 'CO2', preset: 'article', epochs: 2, seed: 1, ...options });
    const losses: (number | undefined)[] = [];
    for await (const { loss, validationLoss } of run) losses.push(loss, validationLoss);
    return { losses, scaler: encodingOf((await run.result).forecaster).state.scaling.series[0]! };
  };
  const nll = await train({});
  expect(nll.losses.every((loss) => Number.isFinite(loss))).toBe(true);
  expect(nll.scaler.mean).toBeLessThan((await train({ validation: 0 })).scaler.mean); // the CO2 only rises
  const mse = await train({ loss: 'mse' });
  expect(mse.losses[0]).toBeGreaterThan(0);
  expect(mse.losses[2]!).toBeLessThan(mse.losses[0]!);
});

test.each([
  [{ epocs: 3 }, 'Unknown option "epocs". Did you mean "epochs"?'],
  [{ epochs: 0 }, 'Expected a whole number of at least 1 for epochs but received 0'],
  [{ epochs: 1.5 }, 'for epochs but received 1.5'],
  [{ seed: 0.5 }, 'Expected a whole number for seed but received 0.5'],
  [{ lr: Number.NaN }, 'Expected a number above 0 for lr but received NaN'],
  [{ beta1: 1 }, 'for beta1 but received 1'],
  [{ realLabel: 2 }, 'for realLabel but received 2'],
  [{ preset: 'best' }, 'Expected "recommended" or "article" for preset but received "best"'],
  [{ out: '' }, 'Expected a non-empty string for out but received ""'],
  [{ resume: 'a', out: 'b' }, 'Cannot set out when resuming: the run continues in a.'],
  [null, 'Expected an object for options but received null'],
])('%j is refused at once', (options, message) => {
  expect(() => trainGan(options as never)).toThrow(message);
});

test('a device that is not there fails when it is awaited', async () => {
  await expect(trainGan({ ...noise, device: 'cuda:9' }).result).rejects.toMatchObject({ code: 'ERR_DEVICE' });
});
