import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConditionalGenerator } from '../../src/models/conditional-generator';
import { DcganDiscriminator, DcganGenerator } from '../../src/models/dcgan';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { exportOnnx, type OnnxExportable } from '../../src/models/onnx';
import { ProjectionDiscriminator } from '../../src/models/projection-discriminator';
import { ResnetDiscriminator, ResnetGenerator } from '../../src/models/resnet-gan';
import type { SampleDiscriminator } from '../../src/models/sample-discriminator';
import type { SampleGenerator } from '../../src/models/sample-generator';
import { spectralNorm } from '../../src/nn/spectral-norm';
import { noGrad } from '../../src/tensor/autograd';
import { tensor } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import type { Tensor } from '../../src/tensor/tensor';
import { useTemporaryFolder } from '../cli/cli';
import { expectSame, numbersOf } from '../fixtures/fixture';

const folder = useTemporaryFolder();
const file = () => join(folder(), 'model.onnx');

interface OnnxRuns {
  input: string;
  label?: string;
  output: string;
  runs: { dims: number[]; numbers: number[] }[];
}

/** @param labels of as many samples as the largest input has */
function runOnnx(inputs: Tensor[], labels?: Tensor): OnnxRuns {
  const script = join(__dirname, 'children', 'onnx.js');
  const labelsOf = ({ shape }: Tensor) => labels && numbersOf(labels).slice(0, shape[0]);
  const input = JSON.stringify(inputs.map((each) => [each.shape, numbersOf(each), labelsOf(each)]));
  return JSON.parse(execFileSync(process.execPath, [script, file()], { input, encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

/** Exports the model, and compares onnxruntime's outputs with its own to 1e-5. */
function expectSameOutputs(model: OnnxExportable, shapes: number[][], labels?: Tensor): Omit<OnnxRuns, 'runs'> {
  exportOnnx(file(), model);
  const inputs = shapes.map((shape) => randn(shape));
  const { runs, ...names } = runOnnx(inputs, labels);
  for (const [index, input] of inputs.entries()) {
    const { dims, numbers } = runs[index]!;
    const few = labels?.slice(0, 0, input.size(0));
    const ours = noGrad(() => (model as ConditionalGenerator).forward(input, few));
    expect(ours.abs().max().item()).toBeGreaterThan(0.01);
    expectSame(tensor(numbers).view(...dims), ours, `the output for (${shapes[index]})`, 1e-5);
  }
  return names;
}

beforeEach(() => manualSeed(9));

test.each([
  { noiseDim: 100, hiddenDim: 128, dataDim: 784 },
  { noiseDim: 3, hiddenDim: 7, dataDim: 5 },
])('the generator, %j', (options) => {
  const shapes = [1, 2, 65].map((batch) => [batch, options.noiseDim]);
  expect(expectSameOutputs(new Generator(options), shapes)).toEqual({ input: 'noise', output: 'samples' });
});

const labels = () => tensor([2, 0, 1, 1], { dtype: 'int64' });

test.each<[string, () => SampleGenerator]>([
  ['linear layers', () => new Generator({ noiseDim: 12, hiddenDim: 16, dataDim: 9 })],
  ['a DCGAN', () => new DcganGenerator({ noiseDim: 12, resolution: 28, channels: 1, filters: 4 })],
  ['a ResNet', () => new ResnetGenerator({ noiseDim: 12, resolution: 32, channels: 1, filters: 4 })],
])('a conditional generator of %s', (_, newNet) => {
  const generator = new ConditionalGenerator(newNet(), { numClasses: 3, embeddingDim: 5 });
  noGrad(() => generator.parameters().at(-1)!.mul_(20));
  for (let batch = 0; batch < 5; batch++) generator.forward(randn([4, 7]), labels());
  const names = expectSameOutputs(generator.eval(), [[1, 7], [4, 7]], labels()); // biome-ignore format: one line
  expect(names).toEqual({ input: 'noise', label: 'label', output: 'samples' });
});

test.each<[string, number[], () => SampleDiscriminator]>([
  ['linear layers', [9], () => new Discriminator({ hiddenDim: 16, dataDim: 9 })],
  ['a DCGAN', [1, 28, 28], () => new DcganDiscriminator({ resolution: 28, channels: 1, filters: 4 })],
  ['a ResNet', [1, 32, 32], () => new ResnetDiscriminator({ resolution: 32, channels: 1, filters: 4 })],
])('a projection discriminator of %s', (_, size, newNet) => {
  const discriminator = new ProjectionDiscriminator(newNet(), { numClasses: 3 });
  spectralNorm(discriminator.embedding);
  for (let batch = 0; batch < 5; batch++) discriminator.forward(randn([4, ...size]), labels());
  const names = expectSameOutputs(discriminator.eval(), [[1, ...size], [4, ...size]], labels()); // biome-ignore format: one line
  expect(names).toEqual({ input: 'data', label: 'label', output: 'probability' });
});

test.each([
  { resolution: 28, channels: 1, filters: 8 },
  { resolution: 32, channels: 3, filters: 4, noiseDim: 5 },
])("a DCGAN's generator, %j", (options) => {
  const generator = new DcganGenerator(options);
  noGrad(() => generator.parameters().at(-1)!.mul_(20)); // numbers that tell
  for (let batch = 0; batch < 20; batch++) generator.forward(randn([16, generator.noiseDim])); // statistics
  const shapes = [1, 3].map((batch) => [batch, generator.noiseDim]);
  expect(expectSameOutputs(generator.eval(), shapes)).toEqual({ input: 'noise', output: 'samples' });
});

test.each([
  { resolution: 28, channels: 1, filters: 8 },
  { resolution: 64, channels: 3, filters: 2 },
])("a DCGAN's discriminator, %j", (options) => {
  const { channels, resolution } = options;
  const discriminator = new DcganDiscriminator(options);
  for (let batch = 0; batch < 20; batch++) discriminator.forward(randn([8, channels, resolution, resolution]));
  const shapes = [1, 3].map((batch) => [batch, channels, resolution, resolution]);
  expect(expectSameOutputs(discriminator.eval(), shapes)).toEqual({ input: 'data', output: 'probability' });
});

test.each([
  { resolution: 32, channels: 1, filters: 4, noiseDim: 9 },
  { resolution: 64, channels: 3, filters: 1 },
  { resolution: 128, channels: 4, filters: 1, noiseDim: 3 },
])("a ResNet's generator, %j", (options) => {
  const generator = new ResnetGenerator(options);
  for (let batch = 0; batch < 20; batch++) generator.forward(randn([8, generator.noiseDim])); // statistics
  const shapes = [1, 3].map((batch) => [batch, generator.noiseDim]);
  expect(expectSameOutputs(generator.eval(), shapes)).toEqual({ input: 'noise', output: 'samples' });
});

test.each([
  { resolution: 32, channels: 1, filters: 4 },
  { resolution: 64, channels: 3, filters: 2 },
  { resolution: 128, channels: 4, filters: 1 },
])("a ResNet's discriminator, %j", (options) => {
  const { channels, resolution } = options;
  const discriminator = new ResnetDiscriminator(options);
  const vectors = discriminator.buffers().map((each) => each.clone());
  exportOnnx(file(), discriminator); // in training
  expect(discriminator.training).toBe(true);
  expect(discriminator.buffers().every((each, index) => each.equal(vectors[index]!))).toBe(true);
  const shapes = [1, 3].map((batch) => [batch, channels, resolution, resolution]);
  expect(expectSameOutputs(discriminator.eval(), shapes)).toEqual({ input: 'data', output: 'probability' });
});

test.each([
  { dataDim: 784, hiddenDim: 128 },
  { dataDim: 4, hiddenDim: 3, negativeSlope: 0.7 },
])('the discriminator, %j', (options) => {
  const shapes = [1, 33].map((batch) => [batch, options.dataDim]);
  expect(expectSameOutputs(new Discriminator(options), shapes)).toEqual({ input: 'data', output: 'probability' });
});

test.each([
  {},
  { exact: true },
  { inputDim: 3, hiddenDim: 20, outputDim: 2, numMixtures: 4 },
  { inputDim: 2, hiddenDim: 1, numMixtures: 1 },
])('the MDN-RNN over batches and lengths, %j', (options) => {
  const { inputDim = 1 } = options as { inputDim?: number };
  const shapes = [
    [1, 1, inputDim],
    [1, 24, inputDim],
    [5, 3, inputDim],
    [32, 200, inputDim],
  ];
  expect(expectSameOutputs(new MdnRnn(options), shapes)).toEqual({ input: 'input', output: 'raw' });
});

test('the gates differ from each other, so that their order is seen', () => {
  const model = new MdnRnn({ hiddenDim: 6 });
  const { 'rnn.bias_ih_l0': inputBias, 'rnn.bias_hh_l0': hiddenBias } = model.stateDict();
  noGrad(() => {
    inputBias!.copy_(randn([18]).mul(3));
    hiddenBias!.copy_(randn([18]).mul(3));
  });
  expectSameOutputs(model, [[4, 9, 1]]);
});

test('metadata is in the file; another model is refused by name', () => {
  exportOnnx(file(), new Generator({ noiseDim: 1, hiddenDim: 1, dataDim: 1 }), { metadata: { scaler: '{"mean":3}' } });
  expect(readFileSync(file(), 'latin1')).toContain('scaler\x12\n{"mean":3}');
  expect(() => exportOnnx(file(), {} as never)).toThrow(
    'Expected a Generator, a Discriminator, one of a DCGAN or ResNet, or an MdnRnn for model but received an object',
  );
  expect(() => exportOnnx(join(folder(), 'no', 'model.onnx'), new Generator())).toThrow(/Cannot write .*no such file/);
});
