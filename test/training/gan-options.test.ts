import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { Adam } from '../../src/nn/adam';
import { Ema } from '../../src/nn/ema';
import { tensor } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { readSafetensors } from '../../src/tensor/safetensors';
import type { Tensor } from '../../src/tensor/tensor';
import { ganLoss } from '../../src/training/gan-loss';
import type { TrainGanOptions } from '../../src/training/gan-options';
import { resolveGanSettings } from '../../src/training/gan-settings';
import { ganStep } from '../../src/training/gan-step';
import { loadGenerator } from '../../src/training/load-run';
import { trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';
import { loadFixture } from '../fixtures/fixture';
import { barsFile } from './bars';

interface Sizes {
  noise: number;
  hidden: number;
  data: number;
  batch: number;
  steps: number;
}
type Case = TrainGanOptions & { name: string; seed: number; warmup?: number };

const fixture = loadFixture<{ cases: Case[]; sizes: Sizes }>('training/gan_options');

fixture.bitTest.each(fixture.cases.cases)(
  "PyTorch's losses and weights: $name",
  ({ name, seed, warmup, nCritic = 1, ...options }) => {
    const { noise, hidden, data, batch, steps } = fixture.cases.sizes;
    const settings = { ...resolveGanSettings({ realLabel: 1, ...options }), batchSize: batch };
    const average = new Generator({ noiseDim: noise, hiddenDim: hidden, dataDim: data });
    manualSeed(seed);
    const generator = new Generator({ noiseDim: noise, hiddenDim: hidden, dataDim: data });
    const discriminator = new Discriminator({ dataDim: data, hiddenDim: hidden });
    const adam = (net: Generator | Discriminator) => new Adam(net.parameters(), { lr: 1e-2, betas: [0.5, 0.999] });
    const ema = options.emaDecay === undefined ? undefined : new Ema(average, options.emaDecay, { warmup });
    const players = { generator, discriminator, optimizerG: adam(generator), optimizerD: adam(discriminator), ema };
    const loss = ganLoss(settings, 'cpu');

    const losses = Array.from({ length: steps }, (_, step) => {
      const all = { ...settings, loss, isCriticOnly: step % nCritic !== 0 };
      const { lossD, lossG } = ganStep(players, all, randn([batch, data]), randn([batch, noise]));
      return [lossD, lossG];
    });
    fixture.expectSame(tensor(losses), `${name}.losses`);
    for (const [net, module] of Object.entries({ generator, discriminator, ...(ema && { ema: average }) })) {
      for (const [key, value] of Object.entries(module.stateDict())) fixture.expectSame(value, `${name}.${net}.${key}`);
    }
  },
);

describe('the moving average', () => {
  const folder = useTemporaryFolder();
  const options = { data: 'noise', seed: 5, threads: 1, hidden: 8, epochs: 6 } as const;
  const file = (run: string, name: string) => readFileSync(join(folder(), run, `${name}.safetensors`));

  test('changes nothing in the training, and is what the run gives', async () => {
    const plain = trainGan({ ...options, out: join(folder(), 'plain') });
    const averaged = trainGan({ ...options, emaDecay: 0.8, out: join(folder(), 'averaged') });
    const losses = async (run: typeof plain) => {
      const records: number[][] = [];
      for await (const { lossD, lossG } of run) records.push([lossD, lossG]);
      return records;
    };
    expect(await losses(averaged)).toEqual(await losses(plain));
    expect(file('averaged', 'discriminator').equals(file('plain', 'discriminator'))).toBe(true);
    expect(file('averaged', 'model').equals(file('plain', 'model'))).toBe(false);

    const { generator } = await averaged.result;
    const { generator: loaded } = loadGenerator(join(folder(), 'averaged'));
    for (const [name, value] of Object.entries(generator.stateDict())) {
      expect(value.equal(loaded.stateDict()[name]!)).toBe(true);
    }
    const { tensors } = readSafetensors(join(folder(), 'averaged', 'checkpoint.safetensors'));
    expect(tensors['ema.n_averaged']!.item()).toBe(6);
    expect(tensors['ema.module.model.0.weight']!.equal(generator.stateDict()['model.0.weight']!)).toBe(true);
    expect(tensors['generator.model.0.weight']!.equal(generator.stateDict()['model.0.weight']!)).toBe(false);
  });

  test('has forgotten the initial weights even after a few steps', async () => {
    const weightsAfter = async (epochs: number) => {
      const out = join(folder(), String(epochs));
      await trainGan({ ...options, epochs, emaDecay: 0.999, lr: 0.01, out }).result;
      const { tensors } = readSafetensors(join(out, 'checkpoint.safetensors'));
      return [tensors['ema.module.model.0.weight']!, tensors['generator.model.0.weight']!] as const;
    };
    const [first] = await weightsAfter(1); // a copy of the first step's
    const [average, current] = await weightsAfter(6);
    const distance = (a: Tensor, b: Tensor) => a.sub(b).square().sum().sqrt().item();
    expect(distance(average, current)).toBeGreaterThan(0);
    expect(distance(average, current)).toBeLessThan(0.01 * distance(first, current));
  });

  test('goes on with a resumed run, whatever the loss and clipping', async () => {
    const all = { ...options, emaDecay: 0.8, loss: 'wgan-gp', r1Gamma: 0.5, clipNorm: 0.1 } as const;
    await trainGan({ ...all, out: join(folder(), 'whole') }).result;
    await trainGan({ ...all, epochs: 2, out: join(folder(), 'parts') }).result;
    await trainGan({ resume: join(folder(), 'parts'), epochs: 6 }).result;
    for (const name of ['checkpoint', 'model']) expect(file('parts', name).equals(file('whole', name))).toBe(true);
  });
});

test('the hinge loss has no smoothed labels, in no preset', () => {
  expect(resolveGanSettings({ loss: 'hinge' })).toMatchObject({ preset: 'recommended', realLabel: 1, output: 'logit' });
  expect(resolveGanSettings({ loss: 'least-squares', preset: 'article' })).toMatchObject({
    realLabel: 1,
    output: 'logit',
  });
  expect(resolveGanSettings({ loss: 'least-squares' })).toMatchObject({ realLabel: 0.9 });
  expect(resolveGanSettings({ loss: 'wgan-gp' })).toMatchObject({ realLabel: 1, output: 'logit', r1Gamma: 0 });
  expect(resolveGanSettings({ preset: 'article', r1Gamma: 2 })).toMatchObject({ output: 'logit', r1Gamma: 2 });
});

test.each([
  [
    { loss: 'wasserstein' },
    'Expected "bce", "hinge", "least-squares" or "wgan-gp" for loss but received "wasserstein"',
  ],
  [{ loss: 'hinge', realLabel: 0.9 }, 'loss: "hinge" requires realLabel: 1.'],
  [{ loss: 'hinge', asWritten: true }, 'asWritten: true requires loss: "bce".'],
  [{ asWritten: true, r1Gamma: 1 }, 'asWritten: true requires r1Gamma: 0.'],
  [{ loss: 'wgan-gp', realLabel: 0.9 }, 'loss: "wgan-gp" requires realLabel: 1.'],
  [{ loss: 'wgan-gp', net: 'dcgan' }, 'loss: "wgan-gp" does not work with net: "dcgan"'],
  [{ clipNorm: 0 }, 'Expected a number above 0 for clipNorm but received 0'],
  [{ emaDecay: 1 }, 'Expected a number of at least 0 and below 1 for emaDecay but received 1'],
])('%j is refused', (options, message) => {
  expect(() => resolveGanSettings(options as TrainGanOptions)).toThrow(message);
});

describe('several steps of the discriminator for one of the generator', () => {
  const folder = useTemporaryFolder();
  const options = () => ({ data: barsFile(folder(), 8, 8), augment: [], hidden: 8, batchSize: 4, epochs: 3, threads: 1, keepBest: false, emaDecay: 0 }) as const; // biome-ignore format: one line
  const stepsOf = (run: string) => {
    const { tensors } = readSafetensors(join(folder(), run, 'checkpoint.safetensors'));
    return ['optimizerG', 'optimizerD'].map((name) => tensors[`${name}.state.0.step`]!.item());
  };

  test('on a new batch each, an epoch beginning with both, wherever it was stopped', async () => {
    await trainGan({ ...options(), nCritic: 4, out: join(folder(), 'whole') }).result;
    expect(stepsOf('whole')).toEqual([6, 18]); // two of six batches of each epoch
    const controller = new AbortController();
    const onProgress = ({ epoch, batch }: { epoch: number; batch: number }) =>
      epoch === 1 && batch === 3 && controller.abort();
    const out = join(folder(), 'parts');
    await expect(trainGan({ ...options(), nCritic: 4, out, signal: controller.signal, onProgress }).result).rejects.toThrow(); // biome-ignore format: one line
    await trainGan({ resume: out, threads: 1 }).result;
    const weights = (run: string) => readFileSync(join(folder(), run, 'model.safetensors'));
    expect(weights('parts').equals(weights('whole'))).toBe(true);
  });

  test('by default of the loss and the net, not on noise', () => {
    const nCriticOf = (options: TrainGanOptions) => resolveGanSettings(options).nCritic;
    expect(nCriticOf({})).toBe(1);
    expect(nCriticOf({ loss: 'wgan-gp' })).toBe(5);
    expect(nCriticOf({ net: 'resnet' })).toBe(5);
    expect(nCriticOf({ loss: 'wgan-gp', data: 'noise', realLabel: 1, preset: 'recommended' })).toBe(1);
    expect(() => trainGan({ data: 'noise', nCritic: 2 })).toThrow('data: "noise" requires nCritic: 1.');
  });
});
