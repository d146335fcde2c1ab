import { finish } from '../../src/breathe';
import { Forecaster } from '../../src/data/forecaster';
import type { Series } from '../../src/data/series';
import { SeriesEncoding } from '../../src/data/series-encoding';
import { calibrationOrigins, fitSpread } from '../../src/evaluation/calibrate';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { noGrad } from '../../src/tensor/autograd';
import { tensor } from '../../src/tensor/creation';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { errorOf } from '../error-of';

const numbers = randn([4000], { generator: new RandomGenerator(4), dtype: 'float64' }).toArray();
const noise: Series = { name: '', values: Float64Array.from(numbers) };

const split = { validation: 0.5, test: 0.2 };

/** A model that foretells standard normal noise `width` times as wide as it is, whatever came before. */
function noiseModel(width: number): Forecaster {
  const encoding = SeriesEncoding.fit([noise], { window: 4, link: 'identity', scale: 'global', calendar: [] });
  const model = new MdnRnn({ hiddenDim: 4, numMixtures: 1 });
  noGrad(() => {
    for (const parameter of model.parameters()) parameter.fill_(0);
    const bias = model.stateDict()['fc.bias']!;
    bias.copy_(tensor([0, Math.log(Math.expm1(width ** 2)), 0]));
  });
  return new Forecaster(model, encoding);
}

test.each([0.5, 1, 2])(
  'a model %d times as wide as what comes is brought to the right width at every step',
  (width) => {
    const { spread, ownSpread } = finish(fitSpread(noiseModel(width), calibrationOrigins([noise], 3, split), 3, 0));
    expect(spread).toHaveLength(3);
    expect(ownSpread).toEqual({});
    for (const factor of spread) expect(Math.abs(factor * width - 1)).toBeLessThan(0.15); // 200 forecasts
  },
);

test('missing values count for nothing, and too few values are refused by name', () => {
  const gaps = { ...noise, values: noise.values.map((value, i) => (i % 3 === 0 ? Number.NaN : value)) };
  const { spread } = finish(fitSpread(noiseModel(1), calibrationOrigins([gaps], 1, split), 1, 0));
  const [factor] = spread;
  expect(Math.abs(factor! - 1)).toBeLessThan(0.2);
  const few = () => calibrationOrigins([{ ...noise, values: noise.values.subarray(0, 24) }], 4, split);
  expect(errorOf(few)).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(/at least 13 validation values to calibrate forecasts of 4 steps/),
  });
});

test('of several series each has a width of its own, together at most 3 times that of the model', () => {
  const of = (name: string, scale: number, from: number): Series => ({
    name,
    values: noise.values.subarray(from, from + 1000).map((value) => scale * value),
  });
  const series = [of('calm', 0.5, 0), of('usual', 1, 1000), of('wild', 2, 2000), of('absurd', 50, 3000)];
  const origins = calibrationOrigins(series, 2, split);
  const { spread, ownSpread } = finish(fitSpread(noiseModel(1), origins, 2, 0));
  const factorOf = (name: string) => spread[0]! * ownSpread[name]!;
  expect(factorOf('calm')).toBeLessThan(factorOf('usual'));
  expect(factorOf('usual')).toBeLessThan(factorOf('wild'));
  for (const { name } of series) expect(factorOf(name)).toBeLessThan(3 + 1e-9);
});

test('what is missed in the same direction is no reason to widen', () => {
  const shifted: Series = { name: '', values: noise.values.map((value, i) => value + (i < 1200 ? 0 : 4)) };
  const { spread } = finish(fitSpread(noiseModel(1), calibrationOrigins([shifted], 2, split), 2, 0));
  for (const factor of spread) expect(Math.abs(factor - 1)).toBeLessThan(0.2);
});
