import { ConditionalGenerator } from '../../src/models/conditional-generator';
import { DcganDiscriminator, DcganGenerator } from '../../src/models/dcgan';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { ProjectionDiscriminator } from '../../src/models/projection-discriminator';
import { Adam } from '../../src/nn/adam';
import { bceWithLogitsLoss } from '../../src/nn/losses';
import type { Module } from '../../src/nn/module';
import { closeInference } from '../../src/pool/inference';
import { grad } from '../../src/tensor/autograd';
import { arange, ones, tensor, zeros } from '../../src/tensor/creation';
import { manualSeed, rand, randn } from '../../src/tensor/random';
import { drawGrid, drawImages, drawImagesSync } from '../../src/training/draw-images';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

afterAll(closeInference);

interface Case {
  name: string;
  seed: number;
  noiseDim: number;
  embeddingDim: number;
  batch: number;
  shape: number[];
}

const { cases, bitTest, expectSame } = loadFixture<{ cases: Case[]; steps: number; classes: number }>(
  'models/conditional',
);
const DCGAN = { resolution: 16, channels: 1, filters: 4 };

describe("PyTorch's weights, losses and samples over several steps", () => {
  bitTest.each(cases.cases.map((each) => [each.name, each] as const))('%s', (name, { seed, batch, shape, ...dims }) => {
    const { classes: numClasses, steps } = cases;
    const { noiseDim, embeddingDim } = dims;
    const expectState = (when: string, module: Module) => {
      for (const [key, value] of Object.entries(module.stateDict())) expectSame(value, `${name}.${when}.${key}`);
    };
    const latent = noiseDim + embeddingDim;
    const linear = { hiddenDim: 16, dataDim: 20 };
    manualSeed(seed);
    const netG = name === 'linear' ? new Generator({ noiseDim: latent, ...linear }) : new DcganGenerator({ noiseDim: latent, ...DCGAN }); // biome-ignore format: one line
    const generator = new ConditionalGenerator(netG, { numClasses, embeddingDim });
    const netD = name === 'linear' ? new Discriminator(linear) : new DcganDiscriminator(DCGAN);
    const discriminator = new ProjectionDiscriminator(netD, { numClasses });
    expectState('initial.generator', generator);
    expectState('initial.discriminator', discriminator);
    const optimizerG = new Adam(generator.parameters(), { lr: 1e-3 });
    const optimizerD = new Adam(discriminator.parameters(), { lr: 1e-3 });
    const [one, zero] = [ones([batch, 1]), zeros([batch, 1])];
    const labels = tensor(Array.from({ length: batch }, (_, index) => index % numClasses), { dtype: 'int64' }); // biome-ignore format: one line
    for (let step = 0; step < steps; step++) {
      const real = rand([batch, ...shape])
        .mul(2)
        .sub(1);
      const ofFake = discriminator.logits(generator.forward(randn([batch, noiseDim]), labels), labels);
      const lossG = bceWithLogitsLoss(ofFake, one);
      const lossD = bceWithLogitsLoss(discriminator.logits(real, labels), one).add(bceWithLogitsLoss(ofFake, zero));
      const gradientsG = grad(lossG, generator.parameters(), { retainGraph: true });
      const gradientsD = grad(lossD, discriminator.parameters());
      optimizerG.step(gradientsG);
      optimizerD.step(gradientsD);
      expectSame(lossG, `${name}.${step}.lossG`);
      expectSame(lossD, `${name}.${step}.lossD`);
    }
    expectState('final.generator', generator);
    expectState('final.discriminator', discriminator);
    const two = tensor([2, 0], { dtype: 'int64' });
    expectSame(generator.eval().forward(randn([2, noiseDim]), two), `${name}.samples`);
  });
});

describe('drawing', () => {
  const newGenerator = () =>
    new ConditionalGenerator(new Generator({ noiseDim: 10, dataDim: 9 }), { numClasses: 3, embeddingDim: 4 });

  test('one class after the other, or one only, in any thread', async () => {
    const generator = newGenerator();
    const all = generator.sampleSync({ count: 7, seed: 2 });
    expect(await generator.sample({ count: 7, seed: 2 })).toEqual(all);
    for (const only of [0, 1, 2]) {
      const ones = generator.sampleSync({ count: 7, seed: 2, class: only });
      expect(await generator.sample({ count: 7, seed: 2, class: only })).toEqual(ones);
      for (let index = 0; index < 7; index++) {
        const [a, b] = [all, ones].map((samples) => samples.subarray(9 * index, 9 * (index + 1)));
        expect(Buffer.from(a!).equals(Buffer.from(b!)) && a!.join() === b!.join()).toBe(index % 3 === only);
      }
    }
  });

  test('images tell their classes', async () => {
    const generator = newGenerator();
    const size = { count: 4, height: 3, width: 3 };
    expect((await drawImages(generator, size)).labels).toEqual(Int32Array.of(0, 1, 2, 0));
    expect(drawImagesSync(generator, { ...size, class: 2 }).labels).toEqual(Int32Array.of(2, 2, 2, 2));
    expect(await drawImages(generator, { ...size, class: 1 })).toEqual(
      drawImagesSync(generator, { ...size, class: 1 }),
    );
    expect(await drawGrid(generator, { ...size, class: 1 })).not.toEqual(await drawGrid(generator, size));
    expect(drawImagesSync(new Generator({ dataDim: 9 }), size).labels).toBeUndefined();
  });

  test('from one seed to another in a class, the first unless another is asked for', async () => {
    const generator = newGenerator();
    const options = { seeds: [1, 2], steps: 3 };
    const first = generator.interpolateSync(options);
    expect(generator.interpolateSync({ ...options, class: 0 })).toEqual(first);
    expect(first.subarray(0, 9)).toEqual(generator.sampleSync({ seed: 1, class: 0 }));
    expect(await generator.interpolate({ ...options, class: 2 })).toEqual(
      generator.interpolateSync({ ...options, class: 2 }),
    );
  });

  test('a class that there is not is refused', async () => {
    const size = { count: 4, height: 3, width: 3 };
    const refusals = [
      () => newGenerator().sampleSync({ class: 3 }),
      () => newGenerator().interpolateSync({ seeds: [1, 2], class: 3 }),
      () => drawImagesSync(newGenerator(), { ...size, class: 3 }),
    ];
    for (const refused of refusals) expect(errorOf(refused).message).toBe('Expected 0 to 2 for class but received 3');
    expect(errorOf(() => newGenerator().sampleSync({ class: -1 })).message).toMatch(/at least 0 for class/);
    expect(errorOf(() => new Generator().sampleSync({ class: 0 })).message).toBe(
      'Expected nothing, as the generator has no classes, for class but received 0',
    );
  });
});

test('what does not fit together is refused by name', () => {
  const net = new Generator({ noiseDim: 10, dataDim: 9 });
  const generator = new ConditionalGenerator(net, { numClasses: 3 });
  expect([generator.noiseDim, generator.embedding.weight.shape]).toEqual([5, [3, 5]]);
  const discriminator = new ProjectionDiscriminator(new Discriminator({ dataDim: 9 }), { numClasses: 3 });
  const cases: [() => unknown, string | RegExp][] = [
    [() => new ConditionalGenerator(generator, { numClasses: 3 }), /a generator without classes for net/],
    [() => new ConditionalGenerator(net, { numClasses: 0 }), /at least 1 for numClasses but received 0/],
    [() => new ConditionalGenerator(net, {} as never), /for numClasses but received undefined/],
    [() => new ConditionalGenerator(net, { numClasses: 3, embeddingDim: 10 }), 'Expected 1 to 9, as net takes 10 values, for embeddingDim but received 10'],
    [() => new ConditionalGenerator(new Generator({ noiseDim: 1 }), { numClasses: 3 }), /as net takes 1 values/],
    [() => new ConditionalGenerator(discriminator as never, { numClasses: 3 }), /for net/],
    [() => new ProjectionDiscriminator(discriminator, { numClasses: 3 }), /a discriminator without classes for net/],
    [() => generator.forward(randn([2, 5]), undefined as never), /a Tensor for labels but received undefined/],
    [() => generator.forward(randn([2, 5]), arange(0, 3)), 'Expected a Tensor of shape (2), a label per sample, for labels but received [3]'],
    [() => generator.forward(randn([2, 5]), randn([2])), /scalar types: Long/],
    [() => generator.forward(randn([2, 5]), tensor([0, 3], { dtype: 'int64' })), /out of range/],
    [() => discriminator.logits(rand([2, 9]), arange(0, 3)), /a label per sample/],
    [() => discriminator.forward(rand([2, 9])), /a Tensor for labels but received undefined/],
  ]; // biome-ignore format: one line each
  for (const [refused, message] of cases) expect(errorOf(refused).message).toMatch(message);
});

test('embeddings move and are disposed of with the net', () => {
  const generator = new ConditionalGenerator(new Generator({ noiseDim: 4, dataDim: 9 }), { numClasses: 2 });
  expect(Object.keys(generator.stateDict())).toEqual([
    'net.model.0.weight',
    'net.model.0.bias',
    'net.model.2.weight',
    'net.model.2.bias',
    'embedding.weight',
  ]);
  const { weight } = generator.embedding;
  generator.dispose();
  expect(weight.isDisposed).toBe(true);
});
