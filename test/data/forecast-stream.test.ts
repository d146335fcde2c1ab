import { Forecaster } from '../../src/data/forecaster';
import { SeriesEncoding } from '../../src/data/series-encoding';
import type { SeriesLike } from '../../src/data/series-like';
import { SmoothingEncoding } from '../../src/data/smoothing-encoding';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { closeInference } from '../../src/pool/inference';
import { withSeed } from '../../src/tensor/random';
import { pretrainedModel } from '../../src/training/pretrained';

const START = Date.UTC(2024, 0, 1);
const dateOf = (step: number) => new Date(START + step * 3_600_000);
const valueAt = (step: number) => (step % 17 === 5 ? null : 50 + 9 * Math.sin(step / 4) + (step % 7));
const count = 3000;
const values = Array.from({ length: count }, (_, step) => valueAt(step));
const covariate = Array.from({ length: count + 5 }, (_, step) => (step % 3) / 2);
const time = Array.from({ length: count }, (_, step) => dateOf(step));
const options = { horizon: 5, paths: 20, seed: 2 };

function windowed(parts: SeriesLike[], { scale = 'global' as 'global' | 'series' | 'window' } = {}): Forecaster {
  const encoding = SeriesEncoding.fit(parts, { window: 24, difference: 24, calendar: ['hour'], scale });
  return new Forecaster(
    withSeed(1, () => new MdnRnn({ inputDim: encoding.inputDim, hiddenDim: 64 })),
    encoding,
  );
}

function smoothed(parts: SeriesLike[]): Forecaster {
  const encoding = SmoothingEncoding.fit(parts, { season: 12 });
  return new Forecaster(pretrainedModel(encoding.inputDim), encoding);
}

afterAll(closeInference);

test.each([
  ['windows and a calendar', windowed],
  ['smoothing', smoothed],
])('%s: a stream forecasts as its whole series does, to the last bit', async (_, create) => {
  const whole = (length: number) => ({
    name: 'a',
    values: values.slice(0, length),
    time: time.slice(0, length),
    covariates: [covariate.slice(0, length + 5)],
  });
  const forecaster = create([whole(900)]);
  const stream = forecaster.stream(whole(900));
  for (let step = 900; step < count; step++) {
    stream.push(values[step]!, { time: time[step]!, covariates: [covariate[step]!] });
    if (![901, 1800, 2999].includes(step)) continue;
    const ahead = { covariates: [covariate.slice(step + 1, step + 6)] };
    const expected = forecaster.forecastSync(whole(step + 1), options);
    expect(stream.forecastSync({ ...options, ...ahead })).toEqual(expected);
    expect(await stream.forecast({ ...options, ...ahead })).toEqual(expected);
    expect(await stream.paths({ ...options, ...ahead })).toEqual(forecaster.pathsSync(whole(step + 1), options));
    const levels = [0.1, 0.9];
    expect(stream.next(ahead).quantiles(levels)).toEqual(forecaster.nextSync(whole(step + 1)).quantiles(levels));
    const again = forecaster.stream(JSON.parse(JSON.stringify(stream)));
    expect(again.forecastSync({ ...options, ...ahead })).toEqual(expected);
  }
  expect(stream.length).toBeLessThan(count);
});

test('a stream begins without values, and takes what a series takes', () => {
  const forecaster = smoothed([{ values: values.slice(0, 200) }]);
  const stream = forecaster.stream();
  expect(() => stream.next()).toThrow(/values/);
  for (const value of [3, null, 5, 4]) stream.push(value);
  expect(stream.forecastSync(options)).toEqual(forecaster.forecastSync({ values: [3, null, 5, 4] }, options));
});

test.each([
  ['an infinite value', (stream: Stream) => stream.push(Infinity), /value.*Infinity/],
  ['no number', (stream: Stream) => stream.push('3' as never), /value/],
  ['no time', (stream: Stream) => stream.push(3), /time/],
  ['an earlier time', (stream: Stream) => stream.push(3, { time: '2023-01-01' }), /comes after|increase/],
  ['the same time', (stream: Stream) => stream.push(3, { time: '2024-03' }), /Duplicate timestamp/],
  ['no date', (stream: Stream) => stream.push(3, { time: 'soon' }), /soon/],
  [
    'covariates where there were none',
    (stream: Stream) => stream.push(3, { time: '2024-04', covariates: [1] }),
    /covariates/,
  ],
  ['an unknown option', (stream: Stream) => stream.push(3, { tme: '2024-04' } as never), /tme/],
])('%s is refused, and the stream is as before', (_, push, message) => {
  const stream = smoothed([{ values: values.slice(0, 50) }]).stream();
  for (const [index, value] of [1, 2, 4].entries()) stream.push(value, { time: `2024-0${index + 1}` });
  const before = JSON.stringify(stream);
  expect(() => push(stream)).toThrow(message);
  expect(JSON.stringify(stream)).toBe(before);
});

type Stream = ReturnType<Forecaster['stream']>;

test('a scale that depends on all values is refused, with the reason', () => {
  const parts = [{ name: 'known', values: values.slice(0, 200), time: time.slice(0, 200) }];
  for (const scale of ['series', 'window'] as const) {
    const forecaster = windowed(parts, { scale });
    expect(() => forecaster.stream({ name: 'unknown' })).toThrow(
      /scale.*series "unknown".*all its values.*scale global/,
    );
    expect(forecaster.stream({ name: 'known' }).length).toBe(0);
  }
});
