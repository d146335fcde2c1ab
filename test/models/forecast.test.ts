import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { forecastPaths, pathQuantiles } from '../../src/models/forecast';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { Mixture } from '../../src/models/mixture';
import { noGrad } from '../../src/tensor/autograd';
import { cat, full, tensor, zeros } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { numbersOf } from '../fixtures/fixture';

const newModel = () => {
  manualSeed(3);
  return new MdnRnn({ hiddenDim: 8, numMixtures: 2 });
};

test('paths are drawn from the next step’s mixture, and nothing else stays alive', () => {
  const model = newModel();
  const history = randn([24, 1]);
  const before = memory().tensors;
  const paths = forecastPaths(model, history, { horizon: 2, paths: 20_000, seed: 1 });
  expect(memory().tensors).toBe(before + 1);
  expect(paths.shape).toEqual([20_000, 2]);
  expect(paths.requiresGrad).toBe(false);

  const first = paths.select(1, 0);
  const mixture = noGrad(() => new Mixture(model.forward(history.unsqueeze(0))));
  const deviation = mixture.variance().sqrt().item();
  expect(Math.abs(first.mean().item() - mixture.mean().item())).toBeLessThan((4 * deviation) / Math.sqrt(20_000));
  expect(first.std().item() / deviation).toBeCloseTo(1, 1);
});

test('the seed decides the paths, whatever was drawn before', () => {
  const model = newModel();
  const history = randn([5, 1]);
  const draw = (seed: number) =>
    Array.from(forecastPaths(model, history, { horizon: 3, paths: 4, seed }).toArray(), Number);
  const once = draw(7);
  randn([100]);
  expect(draw(7)).toEqual(once);
  expect(draw(8)).not.toEqual(once);
});

test('a step with the hidden state carried says what the whole past says', () => {
  const model = newModel();
  const series = randn([1, 7, 1]);
  noGrad(() => {
    const { hidden } = model.step(series.slice(1, 0, 6));
    const carried = model.step(series.slice(1, 6), hidden).raw;
    const difference = carried.sub(model.forward(series)).abs().max().item();
    expect(difference).toBeLessThan(1e-6);
  });
});

test('options that make no sense are named', () => {
  const model = newModel();
  const history = randn([5, 1]);
  expect(() => forecastPaths(model, history, { horizon: 0 })).toThrow(/for horizon but received 0/);
  expect(() => forecastPaths(model, history, { paths: 1.5 })).toThrow(/for paths but received 1.5/);
  expect(() => forecastPaths(model, history, { seed: 0.5 })).toThrow(/a whole number for seed but received 0.5/);
  expect(() => forecastPaths(model, history, { temperature: 0 })).toThrow(
    /a number above 0 for temperature but received 0/,
  );
  expect(() => forecastPaths(new MdnRnn({ outputDim: 2 }), history)).toThrow(
    /a model with outputDim 1 for a forecast but received outputDim 2/,
  );
});

test('quantiles are interpolated as NumPy does', () => {
  const paths = Float64Array.of(4, 40, 1, 10, 3, 30, 2, 20); // 4 paths of 2 steps
  const expected = [
    [1.3, 13],
    [2.5, 25],
    [4, 40],
  ];
  const actual = pathQuantiles(paths, 2, [0.1, 0.5, 1]);
  for (const [index, values] of expected.entries()) {
    for (const [step, value] of values.entries()) expect(actual[index]![step]).toBeCloseTo(value, 12);
  }
});

test('quantiles of no whole number of paths, and levels that are none, are refused', () => {
  const paths = new Float64Array(6);
  expect(() => pathQuantiles(paths, 4, [0.5])).toThrow(
    /one or more paths of 4 values for paths but received "6 values"/,
  );
  expect(() => pathQuantiles(new Float64Array(0), 4, [0.5])).toThrow(/received "0 values"/);
  expect(() => pathQuantiles(paths, 3, [0.5, 50])).toThrow(/of at most 1 for levels\[1\] but received 50/);
});

test.each([1, 2, 3])('a path is the same to the last bit in any number of paths, with %i threads', (threads) => {
  const model = newModel();
  const history = randn([6, 1]);
  const draw = (paths: number) => numbersOf(forecastPaths(model, history, { horizon: 30, paths, seed: 9 }));
  const many = draw(700);
  setNumThreads(threads);
  for (const paths of [1, 2, 15, 16, 17, 64, 65, 500, 700]) expect(draw(paths)).toEqual(many.slice(0, 30 * paths));
  setNumThreads(1);
});

test("by the model's own steps it is the same within rounding", () => {
  const model = new MdnRnn({ hiddenDim: 8, numMixtures: 2, exact: true });
  const history = randn([6, 1]);
  const draw = (paths: number) => forecastPaths(model, history, { horizon: 10, paths });
  const many = draw(100);
  for (const paths of [1, 3, 16]) {
    const difference = draw(paths)
      .sub(many.slice(0, 0, paths))
      .abs()
      .max()
      .item();
    expect(difference).toBeLessThan(1e-6 * many.abs().max().item());
  }
});

test('of a longer horizon the first steps are the same', () => {
  const model = newModel();
  const history = randn([6, 1]);
  const draw = (horizon: number) => forecastPaths(model, history, { horizon, paths: 20 });
  expect(numbersOf(draw(12).slice(1, 0, 5))).toEqual(numbersOf(draw(5)));
});

test.each(['exact', 'fused'])('%s: components are drawn in proportion to their weights', (kind) => {
  const model = new MdnRnn({ numMixtures: 3, exact: kind === 'exact' });
  const share = (logits: number[], temperature?: number) => {
    // Far from each other, and as good as without a variance of their own.
    const bias = tensor(logits.flatMap((logit, k) => [100 * k, -30, logit]));
    model.loadStateDict({ ...model.stateDict(), 'fc.weight': zeros([9, 64]), 'fc.bias': bias });
    const values = numbersOf(forecastPaths(model, randn([2, 1]), { horizon: 2, paths: 20_000, temperature }));
    return [0, 1, 2].map((k) => values.filter((value) => Math.round(value / 100) === k).length / values.length);
  };
  for (const [k, part] of share([0, Math.log(2), Math.log(5)]).entries()) {
    expect(part).toBeCloseTo([1, 2, 5][k]! / 8, 2);
  }
  expect(share([-1e30, 1e30, 0])).toEqual([0, 1, 0]);
  expect(share([0, 0, -1e30])[2]).toBe(0);
  const warmer = [0, 3, 9].map((logit) => Math.exp(logit / 100));
  const total = warmer.reduce((sum, weight) => sum + weight);
  for (const [k, part] of share([0, 3, 9], 100).entries()) expect(part).toBeCloseTo(warmer[k]! / total, 2);
});

test.each(['exact', 'fused'])("%s: the temperature scales the component's variance", (kind) => {
  const model = new MdnRnn({ numMixtures: 1, exact: kind === 'exact' });
  for (const raw of [-30, -2, 0, 3, 50]) {
    model.loadStateDict({ ...model.stateDict(), 'fc.weight': zeros([3, 64]), 'fc.bias': tensor([7, raw, 0]) });
    const paths = forecastPaths(model, randn([2, 1]), { horizon: 2, paths: 20_000, temperature: 4 });
    const deviation = Math.sqrt(4 * (Math.log1p(Math.exp(raw)) + 1e-3));
    expect(paths.sub(7).div(deviation).std().item()).toBeCloseTo(1, 1);
    expect(Math.abs(paths.sub(7).div(deviation).mean().item())).toBeLessThan(0.02);
  }
});

test('a model of NaN draws NaN', () => {
  const model = newModel();
  model.loadStateDict({ ...model.stateDict(), 'fc.bias': full([6], Number.NaN) });
  const paths = forecastPaths(model, randn([3, 1]), { horizon: 3, paths: 2 });
  expect(numbersOf(paths)).toEqual(Array(6).fill(Number.NaN));
});

test.each(['avx2', 'default'])("the kernels for a CPU with %s only draw the loop's paths", (capability) => {
  const script = join(__dirname, 'children', 'forecast-error.js');
  const env = { ...process.env, ATEN_CPU_CAPABILITY: capability };
  const { error, isSame } = JSON.parse(execFileSync(process.execPath, [script], { env, encoding: 'utf8' }));
  expect(isSame).toBe(true);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(1e-4);
});

test.each([1, 2, 3])("the fused roll-out's paths are the loop's, with %i threads", (threads) => {
  setNumThreads(threads);
  manualSeed(3);
  for (const [hiddenDim, numMixtures, paths] of [
    [64, 5, 500],
    [7, 1, 3],
    [33, 12, 1],
  ] as const) {
    const fused = new MdnRnn({ hiddenDim, numMixtures });
    const exact = new MdnRnn({ hiddenDim, numMixtures, exact: true });
    exact.loadStateDict(fused.stateDict());
    const history = randn([9, 1]);
    const options = { horizon: 12, paths, temperature: 0.7, seed: 4 };
    const [actual, expected] = [fused, exact].map((model) => numbersOf(forecastPaths(model, history, options)));
    expect(actual).toHaveLength(12 * paths);
    for (const [index, value] of actual!.entries()) expect(value).toBeCloseTo(expected![index]!, 4);
    expect(numbersOf(forecastPaths(fused, history, { ...options, horizon: 1 }))).toEqual(
      actual!.filter((_, index) => index % 12 === 0),
    );
  }
  setNumThreads(1);
});

describe('a model with inputs that are known in advance', () => {
  const horizon = 5;
  const models = () => {
    manualSeed(4);
    const exact = new MdnRnn({ inputDim: 3, hiddenDim: 8, numMixtures: 2, exact: true });
    const fused = new MdnRnn({ inputDim: 3, hiddenDim: 8, numMixtures: 2 });
    fused.loadStateDict(exact.stateDict());
    return { exact, fused, history: randn([9, 3]), known: randn([horizon - 1, 2]) };
  };

  test.each(['exact', 'fused'] as const)('%s: each row is read with the value of its step', (kind) => {
    const { [kind]: model, history, known } = models();
    // So cold that each draw is the likeliest component's mean.
    const options = { horizon, paths: 3, temperature: 1e-12 };
    const paths = forecastPaths(model, history, { ...options, known });
    noGrad(() => {
      let past: Tensor = history;
      for (let step = 0; step < horizon; step++) {
        const { means, logWeights } = new Mixture(model.forward(past.unsqueeze(0)));
        const value = means.squeeze(-1).gather(1, logWeights.max(1, { keepdim: true }).indices); // (1, 1)
        for (const drawn of numbersOf(paths.select(1, step))) expect(drawn).toBeCloseTo(value.item(), 4);
        if (step + 1 < horizon) past = cat([past, cat([value, known.slice(0, step, step + 1)], 1)]);
      }
    });
  });

  test('the fused paths are the loop’s', () => {
    const { exact, fused, history, known } = models();
    const options = { horizon, paths: 40, seed: 2, known };
    const [actual, expected] = [fused, exact].map((model) => numbersOf(forecastPaths(model, history, options)));
    for (const [index, value] of actual!.entries()) expect(value).toBeCloseTo(expected![index]!, 4);
  });

  test('known inputs that do not fit are named, with their shapes', () => {
    const { fused, history, known } = models();
    expect(forecastPaths(fused, history, { horizon: 1, paths: 2 }).shape).toEqual([2, 1]);
    const wrong = [
      [{ horizon }, /a Tensor of shape \[4, 2\] for known but received undefined/],
      [{ horizon: 6, known }, /a Tensor of shape \[5, 2\] for known but received \[4, 2\]/],
      [{ horizon, known: known.slice(1, 1) }, /a Tensor of shape \[4, 2\] for known but received \[4, 1\]/],
    ] as const;
    for (const [options, message] of wrong) expect(() => forecastPaths(fused, history, options)).toThrow(message);
    expect(() => forecastPaths(fused, history.slice(1, 1), { horizon, known })).toThrow(
      /a Tensor of shape \[T, 3\] for history but received \[9, 2\]/,
    );
    expect(() => forecastPaths(newModel(), randn([9, 1]), { horizon, known })).toThrow(
      /undefined, as inputDim is 1, for known but received \[4, 2\]/,
    );
  });
});
