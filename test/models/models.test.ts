import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Discriminator } from '../../src/models/discriminator';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import type { Module } from '../../src/nn/module';
import { ones } from '../../src/tensor/creation';
import { manualSeed, randn } from '../../src/tensor/random';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import type { Tensor } from '../../src/tensor/tensor';
import { expectSame as expectSameTensors, loadFixture } from '../fixtures/fixture';

const { get, bitTest, expectSame } = loadFixture('models/models');

const MODELS: Record<string, { make: () => Module & { forward(input: Tensor): Tensor }; names: string[] }> = {
  generator: {
    make: () => new Generator({ noiseDim: 5, hiddenDim: 7, dataDim: 12 }),
    names: ['model.0.weight', 'model.0.bias', 'model.2.weight', 'model.2.bias'],
  },
  discriminator: {
    make: () => new Discriminator({ dataDim: 12, hiddenDim: 7 }),
    names: ['model.0.weight', 'model.0.bias', 'model.2.weight', 'model.2.bias'],
  },
  'mdn-rnn': {
    make: () => new MdnRnn({ inputDim: 2, hiddenDim: 7, outputDim: 3, numMixtures: 4, exact: true }),
    names: ['rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0', 'rnn.bias_hh_l0', 'fc.weight', 'fc.bias'],
  },
};

/** Where each tensor of a file lies, by name. */
function headerOf(path: string): Record<string, { dtype: string; shape: number[] }> {
  const bytes = readFileSync(path);
  const { __metadata__: _, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())));
  return Object.fromEntries(
    Object.entries<{ dtype: string; shape: number[] }>(entries).map(([name, { dtype, shape }]) => [
      name,
      { dtype, shape },
    ]),
  );
}

describe.each(Object.entries(MODELS))('%s and PyTorch', (name, { make, names }) => {
  const saved = join(__dirname, '..', 'fixtures', 'models', `${name}.safetensors`);

  test('name the parameters alike', () => {
    expect(Object.keys(make().stateDict())).toEqual(names);
    expect(Object.keys(headerOf(saved)).sort()).toEqual([...names].sort());
  });

  bitTest('give the same output from the weights that PyTorch saved', () => {
    const model = make();
    model.loadStateDict(readSafetensors(saved).tensors);
    expectSame(model.forward(get(`${name}.input`)), `${name}.output`);
  });

  test('save the same tensors', () => {
    const folder = mkdtempSync(join(tmpdir(), 'models-'));
    try {
      const path = join(folder, 'model.safetensors');
      const model = make();
      model.loadStateDict(readSafetensors(saved).tensors);
      writeSafetensors(path, model.stateDict());
      expect(headerOf(path)).toEqual(headerOf(saved));
      const [ours, theirs] = [readSafetensors(path).tensors, readSafetensors(saved).tensors];
      for (const key of names) expectSameTensors(ours[key]!, theirs[key]!, key);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

// The order of draws is the order in which the article makes its layers.
bitTest('models of default sizes begin as in PyTorch', () => {
  manualSeed(52);
  const models = { Generator: new Generator(), Discriminator: new Discriminator(), MDN_RNN: new MdnRnn() };
  for (const [model, module] of Object.entries(models)) {
    for (const [name, parameter] of module.namedParameters()) {
      expectSame(parameter.flatten().slice(0, 0, 4), `default.${model}.${name}.head`);
      expectSame(parameter.to({ dtype: 'float64' }).sum(), `default.${model}.${name}.sum`);
    }
  }
  expectSame(randn([3]), 'default.next');
});

describe('Discriminator', () => {
  test('is the sigmoid of its logits, its slope an option', () => {
    const model = new Discriminator({ dataDim: 3, hiddenDim: 4, negativeSlope: 0 });
    const x = randn([5, 3]);
    expectSameTensors(model.forward(x), model.logits(x).sigmoid());
    const steep = new Discriminator({ dataDim: 3, hiddenDim: 4, negativeSlope: 0.9 });
    steep.loadStateDict(model.stateDict());
    expect(steep.forward(x).equal(model.forward(x))).toBe(false);
  });
});

describe('MdnRnn', () => {
  test('step by step is the whole at once', () => {
    const model = new MdnRnn({ inputDim: 2, hiddenDim: 7, outputDim: 2, numMixtures: 3 });
    const x = randn([4, 6, 2]);
    const first = model.step(x.slice(1, 0, 5));
    const second = model.step(x.slice(1, 5), first.hidden);
    expect(second.raw.shape).toEqual([4, 3, 4]);
    expectSameTensors(second.raw, model.forward(x), 'raw', 1e-6);
  });

  test('names the option that is wrong', () => {
    expect(() => new MdnRnn({ numMixtures: 0 })).toThrow(
      'Expected a whole number of at least 1 for numMixtures but received 0',
    );
    expect(() => new MdnRnn({ outputDim: 1.5 })).toThrow(/for outputDim but received 1.5/);
    expect(() => new MdnRnn({ hiddenDim: -1 })).toThrow(/for hiddenDim but received -1/);
    expect(() => new MdnRnn().forward(ones([4, 6, 2]))).toThrow(
      'Expected a Tensor of shape [..., 1] for input but received [4, 6, 2]',
    );
  });
});
