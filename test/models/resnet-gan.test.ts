import { ResnetDiscriminator, ResnetGenerator } from '../../src/models/resnet-gan';
import { Adam } from '../../src/nn/adam';
import type { Module } from '../../src/nn/module';
import { tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import { ganLoss } from '../../src/training/gan-loss';
import type { GanLossName } from '../../src/training/gan-options';
import { resolveGanSettings } from '../../src/training/gan-settings';
import { ganStep } from '../../src/training/gan-step';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

interface Case {
  name: string;
  seed: number;
  resolution: number;
  channels: number;
  filters: number;
  noiseDim: number;
  batch: number;
  loss: GanLossName;
  r1Gamma: number;
}

const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number }>('models/resnet_gan');

describe("PyTorch's weights, losses and images over several steps", () => {
  bitTest.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, { seed, batch, ...rest }) => {
    const { resolution, channels, filters, noiseDim, loss, r1Gamma } = rest;
    const expectState = (when: string, module: Module) => {
      for (const [key, value] of Object.entries(module.stateDict())) expectSame(value, `${name}.${when}.${key}`);
    };
    manualSeed(seed);
    const generator = new ResnetGenerator({ resolution, channels, filters, noiseDim });
    const discriminator = new ResnetDiscriminator({ resolution, channels, filters });
    expectState('initial.generator', generator);
    expectState('initial.discriminator', discriminator);
    const adam = { lr: 2e-3, betas: [0, 0.9] as [number, number] };
    const optimizerG = new Adam(generator.parameters(), adam);
    const optimizerD = new Adam(discriminator.parameters(), adam);
    const players = { generator, discriminator, optimizerG, optimizerD };
    const settings = resolveGanSettings({ loss, r1Gamma, net: 'mlp' });
    const how = { ...settings, loss: ganLoss(settings, 'cpu') };
    for (let step = 0; step < cases.steps; step++) {
      const real = rand([batch, channels, resolution, resolution]).mul(2).sub(1);
      const noise = randn([batch, noiseDim]);
      const { lossD, lossG } = ganStep(players, how, real.flatten(1), noise);
      expectSame(tensor([lossD, lossG]), `${name}.${step}.losses`);
    }
    expectState('final.generator', generator);
    expectState('final.discriminator', discriminator);
    expectSame(generator.eval().forward(randn([2, noiseDim])), `${name}.images`);
  });
});

test.each([
  [32, 4_276_739, 1_053_825], // with the biases of all layers
  [64, 12_220_675, 10_141_441],
])('the nets for %i pixels have as many weights as those of the paper', (resolution, ofGenerator, ofDiscriminator) => {
  const count = (module: Module) => module.parameters().reduce((sum, each) => sum + each.numel(), 0);
  const numbers = scope(() => [
    count(new ResnetGenerator({ resolution })),
    count(new ResnetDiscriminator({ resolution })),
  ]);
  expect(numbers).toEqual([ofGenerator, ofDiscriminator]);
});

test('rows are images, too', () => {
  const discriminator = new ResnetDiscriminator({ resolution: 32, channels: 2, filters: 2 }).eval();
  const images = rand([3, 2, 32, 32]);
  expect(discriminator.logits(images.flatten(1)).equal(discriminator.logits(images))).toBe(true);
  expect(discriminator.forward(images).equal(discriminator.logits(images).sigmoid())).toBe(true);
});

test.each([28, 48, 256])('there is none for %i pixels', (resolution) => {
  for (const Net of [ResnetGenerator, ResnetDiscriminator]) {
    expect(errorOf(() => new Net({ resolution })).message).toBe(
      `Expected 32, 64 or 128 for resolution but received ${resolution}`,
    );
  }
});

test.each<[string, () => unknown, RegExp]>([
  ['noise of another length', () => new ResnetGenerator({ filters: 1 }).forward(zeros([2, 99])), /\(B, 128\) for noise but received \[2, 99\]/], // biome-ignore format: one line
  ['images of another size', () => new ResnetDiscriminator({ filters: 1 }).forward(zeros([2, 3, 32, 64])), /\(B, 3, 64, 64\) for images but received \[2, 3, 32, 64\]/], // biome-ignore format: one line
])('%s are refused', (_, make, message) => {
  const error = errorOf(make);
  expect([error.code, error.message]).toEqual(['ERR_SHAPE', expect.stringMatching(message)]);
});
