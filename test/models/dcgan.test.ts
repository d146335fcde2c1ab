import { DcganDiscriminator, DcganGenerator } from '../../src/models/dcgan';
import { Adam } from '../../src/nn/adam';
import { bceLoss } from '../../src/nn/losses';
import type { Module } from '../../src/nn/module';
import { grad } from '../../src/tensor/autograd';
import { ones, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
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
}

const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number }>('models/dcgan');

describe("PyTorch's weights, losses and images over several steps", () => {
  bitTest.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, { seed, batch, ...size }) => {
    const { resolution, channels, filters, noiseDim } = size;
    const expectState = (when: string, module: Module) => {
      for (const [key, value] of Object.entries(module.stateDict())) expectSame(value, `${name}.${when}.${key}`);
    };
    manualSeed(seed);
    const generator = new DcganGenerator({ resolution, channels, filters, noiseDim });
    const discriminator = new DcganDiscriminator({ resolution, channels, filters });
    expectState('initial.generator', generator);
    expectState('initial.discriminator', discriminator);
    const adam = { lr: 2e-4, betas: [0.5, 0.999] as [number, number] };
    const optimizerG = new Adam(generator.parameters(), adam);
    const optimizerD = new Adam(discriminator.parameters(), adam);
    const [one, zero] = [ones([batch, 1]), zeros([batch, 1])];
    for (let step = 0; step < cases.steps; step++) {
      const real = rand([batch, channels, resolution, resolution]).mul(2).sub(1);
      const ofFake = discriminator.forward(generator.forward(randn([batch, noiseDim])));
      const lossG = bceLoss(ofFake, one);
      const lossD = bceLoss(discriminator.forward(real), one).add(bceLoss(ofFake, zero));
      const gradientsG = grad(lossG, generator.parameters(), { retainGraph: true });
      const gradientsD = grad(lossD, discriminator.parameters());
      optimizerG.step(gradientsG);
      optimizerD.step(gradientsD);
      expectSame(lossG, `${name}.${step}.lossG`);
      expectSame(lossD, `${name}.${step}.lossD`);
    }
    expectState('final.generator', generator);
    expectState('final.discriminator', discriminator);
    expectSame(generator.eval().forward(randn([2, noiseDim])), `${name}.images`);
  });
});

test("names are those of PyTorch's example", () => {
  const generator = new DcganGenerator({ filters: 2 });
  expect(Object.keys(generator.stateDict()).filter((name) => name.endsWith('weight'))).toEqual(
    [0, 1, 3, 4, 6, 7, 9, 10, 12].map((index) => `main.${index}.weight`),
  );
  expect(generator.stateDict()['main.0.weight']!.shape).toEqual([100, 16, 4, 4]);
});

test.each([16, 20, 24, 28, 32, 48, 64, 128, 256])('images of %i pixels', (resolution) => {
  const generator = new DcganGenerator({ resolution, channels: 1, filters: 1, noiseDim: 2 });
  const discriminator = new DcganDiscriminator({ resolution, channels: 1, filters: 1 });
  const images = generator.forward(randn([2, 2]));
  expect(images.shape).toEqual([2, 1, resolution, resolution]);
  expect(discriminator.logits(images).shape).toEqual([2, 1]);
});

test.each([1, 4, 7, 18, 30, 36, 100])('there is none for %i pixels', (resolution) => {
  for (const Net of [DcganGenerator, DcganDiscriminator]) {
    const error = errorOf(() => new Net({ resolution }));
    expect(error.message).toBe(
      `Expected 4 to 7 times a power of two, such as 28, 32 or 64, for resolution but received ${resolution}`,
    );
  }
});

test.each<[string, () => unknown, RegExp]>([
  ['noise of another length', () => new DcganGenerator({ filters: 1 }).forward(zeros([2, 99])), /\(B, 100\) for noise but received \[2, 99\]/], // biome-ignore format: one line
  ['images of another size', () => new DcganDiscriminator({ filters: 1 }).forward(zeros([2, 3, 32, 64])), /\(B, 3, 64, 64\) for images but received \[2, 3, 32, 64\]/], // biome-ignore format: one line
])('%s are refused', (_, make, message) => {
  const error = errorOf(make);
  expect([error.code, error.message]).toEqual(['ERR_SHAPE', expect.stringMatching(message)]);
});
