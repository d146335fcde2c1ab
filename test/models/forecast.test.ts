import { forecastPaths, pathQuantiles } from '../../src/models/forecast';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { Mixture } from '../../src/models/mixture';
import { noGrad } from '../../src/tensor/autograd';
import { cat } from '../../src/tensor/creation';
import { setNumThreads } from '../../src/tensor/device';
import { manualSeed, randn } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
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
    for (const [index, value] of actual!.entries()) expect(value).toBeCloseTo(expected![index]!, 3);
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
      let past = history;
      for (let step = 0; step < horizon; step++) {
        const { means, logWeights } = new Mixture(model.forward(past.unsqueeze(0)));
        const value = means.squeeze(-1).gather(1, logWeights.max(1, true).indices); // (1, 1)
        for (const drawn of numbersOf(paths.select(1, step))) expect(drawn).toBeCloseTo(value.item(), 4);
        if (step + 1 < horizon) past = cat([past, cat([value, known.slice(0, step, step + 1)], 1)]);
      }
    });
  });

  test('the fused paths are the loop’s', () => {
    const { exact, fused, history, known } = models();
    const options = { horizon, paths: 40, seed: 2, known };
    const [actual, expected] = [fused, exact].map((model) => numbersOf(forecastPaths(model, history, options)));
    for (const [index, value] of actual!.entries()) expect(value).toBeCloseTo(expected![index]!, 3);
  });

  test('known inputs that do not fit are named, with their shapes', () => {
    const { fused, history, known } = models();
    expect(forecastPaths(fused, history, { horizon: 1, paths: 2 }).shape).toEqual([2, 1]);
    const wrong = [
      [{ horizon }, /a Tensor of shape \(4,2\) for known but received undefined/],
      [{ horizon: 6, known }, /a Tensor of shape \(5,2\) for known but received \(4,2\)/],
      [{ horizon, known: known.slice(1, 1) }, /a Tensor of shape \(4,2\) for known but received \(4,1\)/],
    ] as const;
    for (const [options, message] of wrong) expect(() => forecastPaths(fused, history, options)).toThrow(message);
    expect(() => forecastPaths(fused, history.slice(1, 1), { horizon, known })).toThrow(
      /a Tensor of shape \(T,3\) for history but received \(9,2\)/,
    );
    expect(() => forecastPaths(newModel(), randn([9, 1]), { horizon, known })).toThrow(
      /undefined, as inputDim is 1, for known but received \(4,2\)/,
    );
  });
});
