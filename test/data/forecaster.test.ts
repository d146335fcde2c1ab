import { Forecaster } from '../../src/data/forecaster';
import type { Series } from '../../src/data/series';
import { SeriesEncoding } from '../../src/data/series-encoding';
import { TimeAxis } from '../../src/data/time-axis';
import { pathQuantiles } from '../../src/models/forecast';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { manualSeed } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import { encodingOf } from '../encoding-of';
import { errorOf } from '../error-of';

const values = Float64Array.from({ length: 60 }, (_, i) => 20 + 5 * Math.sin(i / 3) + (i % 7));
const times = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10));
const series: Series = { name: '', values, time: TimeAxis.parse(times) };

function forecasterOf(link: 'identity' | 'log' | 'softplus', spread?: number[]): Forecaster {
  manualSeed(2);
  const encoding = SeriesEncoding.fit([series], { window: 8, link, scale: 'window', calendar: ['weekday'] });
  return new Forecaster(new MdnRnn({ inputDim: encoding.inputDim, hiddenDim: 8, numMixtures: 3 }), encoding, spread);
}

test.each(['identity', 'log', 'softplus'] as const)(
  'through the link %s the next value’s distribution is exact: its quantiles, its CDF and the paths agree',
  (link) => {
    for (const spread of [undefined, [1.7]]) {
      const forecaster = forecasterOf(link, spread);
      const { quantiles, cdf } = forecaster.nextSync(series);
      const levels = [0.01, 0.2, 0.5, 0.8, 0.99];
      const exact = quantiles(levels);
      for (const [index, level] of cdf(exact).entries()) expect(level).toBeCloseTo(levels[index]!, 5);
      expect(cdf([-1, exact[2]!])[0]! < 0.5).toBe(true);
      if (link !== 'identity') expect(cdf([-1])).toEqual([0]);

      const paths = forecaster.pathsSync(series, { horizon: 1, paths: 20_000, seed: 3 });
      const drawn = pathQuantiles(paths, 1, levels).flat();
      const width = exact[3]! - exact[1]!;
      for (const index of [1, 2, 3]) expect(Math.abs(drawn[index]! - exact[index]!)).toBeLessThan(0.05 * width);
      if (link !== 'identity') expect(paths.every((value) => value >= 0)).toBe(true);
    }
  },
);

test('a spread widens each step about its median, the last one also further steps', () => {
  const options = { horizon: 4, paths: 400, seed: 1 };
  const plain = forecasterOf('identity').pathsSync(series, options);
  const wide = forecasterOf('identity', [1, 2, 3]).pathsSync(series, options);
  const [low, median, high] = [0.1, 0.5, 0.9].map((level) =>
    [plain, wide].map((paths) => pathQuantiles(paths, 4, [level])[0]!),
  );
  for (const [step, factor] of [1, 2, 3, 3].entries()) {
    expect(median![1]![step]).toBeCloseTo(median![0]![step]!, 10);
    const width = (index: number) => high![index]![step]! - low![index]![step]!;
    expect(width(1) / width(0)).toBeCloseTo(factor, 8);
  }
});

test('a hotter forecast is wider, the seed decides it, and the name of a series its own draws', () => {
  const forecaster = forecasterOf('identity');
  const widthAt = (temperature: number) => {
    const [low, high] = forecaster.nextSync(series, { temperature }).quantiles([0.1, 0.9]);
    return high! - low!;
  };
  expect(widthAt(3)).toBeGreaterThan(1.3 * widthAt(1));
  const draw = (seed: number, name = '') => forecaster.pathsSync({ ...series, name }, { horizon: 3, paths: 5, seed });
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  expect(draw(Number.MIN_SAFE_INTEGER, 'a')).toHaveLength(15);
});

test('a path is the same however many are drawn with it, and nothing stays alive', () => {
  const forecaster = forecasterOf('log');
  const before = memory().tensors;
  const few = forecaster.pathsSync(series, { horizon: 5, paths: 3 });
  const many = forecaster.pathsSync(series, { horizon: 5, paths: 300 }).subarray(0, few.length);
  for (const [index, value] of few.entries()) expect(many[index]! / value).toBeCloseTo(1, 5);
  expect(memory().tensors).toBeLessThanOrEqual(before); // the collector may free others' meanwhile
});

test.each<[object, RegExp]>([
  [{ horzion: 5 }, /^Unknown option "horzion"\. Did you mean "horizon"\?$/],
  [{ horizon: 0 }, /of at least 1 and at most 1000000 for horizon but received 0/],
  [{ horizon: 1e9 }, /at most 1000000 for horizon but received 1000000000/],
  [{ horizon: '5' }, /for horizon but received "5"/],
  [{ paths: 1e9 }, /^Expected at most 11184810 paths of 24 steps for paths but received 1000000000$/],
  [{ horizon: 100_000, paths: 100_000 }, /at most 2684 paths of 100000 steps for paths/],
  [{ paths: 2.5 }, /for paths but received 2.5/],
  [{ temperature: 0 }, /above 0 for temperature but received 0/],
  [{ temperature: Infinity }, /for temperature but received Infinity/],
  [{ seed: 0.5 }, /a whole number for seed but received 0.5/],
  [{ seed: 2 ** 60 }, /for seed but/],
  [[], /an object for options but received an array/],
])('paths refuses %j before it starts', (options, message) => {
  expect(errorOf(() => forecasterOf('log').pathsSync(series, options))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});

test('the next value is asked for levels within (0, 1) and for numbers', () => {
  const forecaster = forecasterOf('identity');
  const { quantiles, cdf } = forecaster.nextSync(series);
  for (const levels of [[0], [1], [0.5, 1.5], [Number.NaN], ['0.5'], [], 0.5, undefined, { 0: 0.5 }]) {
    expect(errorOf(() => quantiles(levels as number[]))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/ for levels/),
    });
  }
  for (const values of [[Number.NaN], [null], ['1'], 1, undefined]) {
    expect(errorOf(() => cdf(values as number[])).message).toMatch(/ for values/);
  }
  const [none, all] = cdf([-Infinity, Infinity]);
  expect(none).toBe(0);
  expect(all).toBeCloseTo(1, 6);
  expect(all).toBeLessThanOrEqual(1);
  expect(errorOf(() => forecaster.nextSync(series, { temprature: 2 } as never)).message).toMatch(
    /Did you mean "temperature"/,
  );
});

test('what does not fit together is no forecaster', () => {
  const fitting = forecasterOf('identity');
  const { model } = fitting;
  const encoding = encodingOf(fitting);
  const refusal = (...args: unknown[]) =>
    errorOf(() => new (Forecaster as new (...args: unknown[]) => Forecaster)(...args));
  expect(refusal(encoding, model).message).toMatch(/ MdnRnn for model but received a SeriesEncoding/);
  expect(refusal(model, encoding.state).message).toMatch(
    /a SeriesEncoding or a SmoothingEncoding for encoding but received an object/,
  );
  expect(refusal(new MdnRnn({ hiddenDim: 4 }), encoding).message).toMatch(/a model with inputDim 3.* "inputDim 1 and/);
  for (const spread of [[0], [Number.NaN], [null], 'wide', [1, Infinity]]) {
    expect(refusal(model, encoding, spread)).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/ for spread/),
    });
  }
  const spread = [2];
  const forecaster = new Forecaster(model, encoding, spread);
  spread[0] = 9;
  expect(forecaster.spreadAt(7)).toBe(2);
});
