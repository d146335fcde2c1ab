import { LibtorchGenerativeError } from '../../src/errors';
import { Discriminator } from '../../src/models/discriminator';
import { forecastPaths, pathQuantiles } from '../../src/models/forecast';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { Mixture } from '../../src/models/mixture';
import { exportOnnx } from '../../src/models/onnx';
import { LeakyReLU, ReLU, Sigmoid, Tanh } from '../../src/nn/activations';
import { Adam } from '../../src/nn/adam';
import { clipGradNorm } from '../../src/nn/clip-grad-norm';
import { Ema } from '../../src/nn/ema';
import { GRU } from '../../src/nn/gru';
import { Linear } from '../../src/nn/linear';
import { Module } from '../../src/nn/module';
import { Parameter } from '../../src/nn/parameter';
import { ReduceLROnPlateau } from '../../src/nn/reduce-lr-on-plateau';
import { ones, tensor, zeros } from '../../src/tensor/creation';
import { errorOf } from '../error-of';
import { numbersOf } from '../fixtures/fixture';

const layer = new Linear(2, 1);
const parameters = layer.parameters();
const adam = new Adam(parameters);
const model = new MdnRnn({ hiddenDim: 4 });
const history = zeros([3, 1]);
const mixture = new Mixture(zeros([1, 2, 3]));
const any = (value: unknown) => value as never;

describe('misspelled options are refused with the nearest', () => {
  test.each<[string, string, () => unknown]>([
    ['weight_decay', 'weightDecay', () => new Adam(parameters, any({ weight_decay: 1 }))],
    ['beta', 'betas', () => new Adam(parameters, any({ beta: [0, 0] }))],
    ['bais', 'bias', () => new Linear(1, 1, any({ bais: false }))],
    ['num_layers', 'numLayers', () => new GRU(1, 1, any({ num_layers: 2 }))],
    ['hidden_dim', 'hiddenDim', () => new Generator(any({ hidden_dim: 2 }))],
    ['negative_slope', 'negativeSlope', () => new Discriminator(any({ negative_slope: 2 }))],
    ['num_mixtures', 'numMixtures', () => new MdnRnn(any({ num_mixtures: 2 }))],
    ['temprature', 'temperature', () => new Mixture(zeros([1, 1, 3]), any({ temprature: 2 }))],
    ['horzion', 'horizon', () => forecastPaths(model, history, any({ horzion: 5 }))],
    ['patiance', 'patience', () => new ReduceLROnPlateau(adam, any({ patiance: 5 }))],
    ['requires_grad', 'requiresGrad', () => new Parameter(ones([1]), any({ requires_grad: false }))],
    ['metdata', 'metadata', () => exportOnnx('x.onnx', new Generator(), any({ metdata: {} }))],
    ['generater', 'generator', () => mixture.sample(any({ generater: 1 }))],
  ])('%s', (name, near, call) => {
    const error = errorOf(call);
    expect(error).toBeInstanceOf(LibtorchGenerativeError);
    expect(error.message).toBe(`Unknown option "${name}". Did you mean "${near}"?`);
  });
});

describe('values', () => {
  const computed = ones([1], { requiresGrad: true }).mul(2);
  const hostile = new Proxy([], {
    get: () => {
      throw new RangeError('no');
    },
  });

  test.each<[string, () => unknown]>([
    ['parameters', () => new Adam(any(undefined))],
    ['parameters', () => new Adam([])],
    ['parameters', () => new Adam(any(layer))],
    ['parameters', () => new Adam(any(hostile))],
    ['parameters', () => new Adam([ones([1])])],
    ['parameters[1]', () => new Adam([parameters[0]!, any(2)])],
    ['parameters[1]', () => new Adam([parameters[0]!, parameters[0]!])],
    ['parameters[0]', () => new Adam([computed])],
    ['betas', () => new Adam(parameters, { betas: any([0.9]) })],
    ['betas[1]', () => new Adam(parameters, { betas: [0.9, 1] })],
    ['betas', () => new Adam(parameters, { betas: any(hostile) })],
    ['lr', () => new Adam(parameters, { lr: -1 })],
    ['eps', () => new Adam(parameters, { eps: any('1') })],
    ['gradients', () => adam.step(any(5))],
    ['gradients', () => adam.step(any(hostile))],
    ['gradients[0]', () => adam.step([any({}), ones([1])])],
    ['gradients', () => adam.step([ones([1, 2])])],
    ['state', () => adam.loadStateDict(any(null))],
    ['state', () => layer.loadStateDict(any(5))],
    [
      'state',
      () =>
        layer.loadStateDict(
          any(
            new Proxy(
              {},
              {
                ownKeys: () => {
                  throw new Error('no');
                },
              },
            ),
          ),
        ),
    ],
    ['negativeSlope', () => new LeakyReLU(any('0.1'))],
    ['negativeSlope', () => new LeakyReLU(NaN)],
    ...[new ReLU(), new LeakyReLU(), new Tanh(), new Sigmoid()].map((each): [string, () => unknown] => [
      'input',
      () => each.forward(any('x')),
    ]),
    ['average', () => new Ema(any({}), 0.9)],
    ['decay', () => new Ema(layer, 1)],
    ['warmup', () => new Ema(layer, 0.9, { warmup: -1 })],
    ['warmup', () => new Ema(layer, 0.9, { warmup: 1.5 })],
    ['model', () => new Ema(layer, 0.9).update(any(undefined))],
    ['model', () => new Ema(layer, 0.9).update(new Linear(1, 2))],
    ['optimizer', () => new ReduceLROnPlateau(any({ lr: 1 }))],
    ['patience', () => new ReduceLROnPlateau(adam, { patience: -1 })],
    ['loss', () => new ReduceLROnPlateau(adam).step(any('1'))],
    ['maxNorm', () => clipGradNorm([ones([1])], 0)],
    ['gradients', () => clipGradNorm(any(undefined), 1)],
    ['gradients[0]', () => clipGradNorm([any(null)], 1)],
    ['mode', () => layer.train(any('no'))],
    ['requiresGrad', () => layer.requiresGrad_(any(0))],
    ['prefix', () => layer.namedParameters(any(1))],
    ['data', () => new Parameter(any([1]))],
    ['hiddenDim', () => new Generator({ hiddenDim: 0 })],
    ['options', () => new Generator(any(5))],
    ['negativeSlope', () => new Discriminator({ negativeSlope: Infinity })],
    ['numMixtures', () => new MdnRnn({ numMixtures: 1.5 })],
    ['exact', () => new MdnRnn({ exact: any(1) })],
    ['raw', () => new Mixture(any(undefined))],
    ...[0, -1, Infinity, NaN, '1'].map((temperature): [string, () => unknown] => [
      'temperature',
      () => new Mixture(zeros([1, 1, 3]), { temperature: any(temperature) }),
    ]),
    ['varianceFloor', () => new Mixture(zeros([1, 1, 3]), { varianceFloor: -1 })],
    ['value', () => mixture.logProb(any(3))],
    ['value', () => mixture.cdf(any(3))],
    ['generator', () => mixture.sample({ generator: any(3) })],
    ['model', () => forecastPaths(any({}), history)],
    ['history', () => forecastPaths(model, any([1, 2]))],
    ['seed', () => forecastPaths(model, history, { seed: 0.5 })],
    ['known', () => forecastPaths(model, history, { known: any([]) })],
    ['temperature', () => forecastPaths(model, history, { temperature: 0 })],
    ['horizon', () => pathQuantiles(new Float64Array(2), any('1'), [])],
    ['paths', () => pathQuantiles(any([1, 2]), 1, [0.5])],
    ['paths', () => pathQuantiles(new Float64Array(3), 2, [0.5])],
    ['levels', () => pathQuantiles(new Float64Array(2), 1, any(0.5))],
    ['levels[0]', () => pathQuantiles(new Float64Array(2), 1, [1.5])],
    ['file', () => exportOnnx(any(5), new Generator())],
    ['model', () => exportOnnx('/nowhere/x.onnx', any(layer))],
    ['metadata.seed', () => exportOnnx('/nowhere/x.onnx', new Generator(), { metadata: any({ seed: 7 }) })],
  ])('%s: what is wrong is refused', (name, call) => {
    const error = errorOf(call);
    expect(error).toBeInstanceOf(LibtorchGenerativeError);
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toContain(name);
  });

  test('what may be undefined is as if it were absent', () => {
    expect(new Adam(parameters, { lr: undefined, betas: undefined }).lr).toBe(1e-3);
    expect(new Generator({ hiddenDim: undefined }).hiddenDim).toBe(128);
    expect(new Linear(1, 1, { bias: undefined }).parameters()).toHaveLength(2);
  });
});

describe('what can only exhaust the machine is refused before it starts', () => {
  test.each<[string, RegExp, () => unknown]>([
    ['a Linear', /outFeatures.*373000 GiB/, () => new Linear(1e7, 1e7)],
    ['a GRU', /hiddenSize.*GiB/, () => new GRU(1, 1e9)],
    ['an MdnRnn', /hiddenSize.*GiB/, () => new MdnRnn({ hiddenDim: 1e9 })],
    ['a Generator', /outFeatures.*GiB/, () => new Generator({ hiddenDim: 1e9, noiseDim: 1000 })],
    ['steps', /horizon/, () => forecastPaths(model, history, { horizon: 1e9 })],
    ['paths', /paths.*GiB/, () => forecastPaths(model, history, { paths: 1e12 })],
  ])('%s', (_, message, call) => {
    const error = errorOf(call);
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).toMatch(message);
  });
});

describe('frozen parameters', () => {
  class Tuned extends Module {
    readonly body = new Linear(1, 1).requiresGrad_(false);
    readonly head = new Linear(1, 1);
  }

  test('stay as they are while the others are trained', () => {
    const net = new Tuned();
    const [body, head] = [net.body, net.head].map((each) => each.parameters().map(numbersOf));
    const optimizer = new Adam(net.parameters(), { lr: 0.1 });
    net.head
      .forward(net.body.forward(ones([1, 1])))
      .sum()
      .backward();
    optimizer.step();
    expect(net.body.parameters().map(numbersOf)).toEqual(body);
    expect(net.head.parameters().map(numbersOf)).not.toEqual(head);
  });
});

describe('states', () => {
  test('of values that are no tensors are refused by name, and nothing is copied', () => {
    const own = new Linear(2, 1);
    const before = own.parameters().map(numbersOf);
    const error = errorOf(() => own.loadStateDict({ weight: zeros([1, 2]), bias: any([0]) }));
    expect(error.code).toBe('ERR_CHECKPOINT');
    expect(error.message).toBe('The state does not fit Linear: bias is an array of 1 instead of a Tensor');
    expect(own.parameters().map(numbersOf)).toEqual(before);
  });

  test('of another Ema or optimizer are refused', () => {
    const ema = new Ema(new Linear(2, 1), 0.9);
    expect(errorOf(() => ema.loadStateDict({ ...ema.stateDict(), n_averaged: tensor(0.5) })).code).toBe(
      'ERR_CHECKPOINT',
    );
    expect(errorOf(() => ema.loadStateDict(new Linear(2, 1).stateDict())).code).toBe('ERR_CHECKPOINT');
    expect(errorOf(() => adam.loadStateDict({})).message).toContain(
      'an Adam over 2 parameters: state.0.step is missing',
    );
  });
});
