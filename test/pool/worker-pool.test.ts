import { Forecaster } from '../../src/data/forecaster';
import { SeriesEncoding } from '../../src/data/series-encoding';
import { SmoothingEncoding } from '../../src/data/smoothing-encoding';
import { TimeAxis } from '../../src/data/time-axis';
import { Generator } from '../../src/models/generator';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { closeInference, configureInference, inferenceStats } from '../../src/pool/inference';
import { encodeGrid } from '../../src/report/png';
import { withSeed } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import { drawGrid, drawImages, drawImagesSync } from '../../src/training/draw-images';
import { pretrainedModel } from '../../src/training/pretrained';

const values = Array.from({ length: 60 }, (_, step) => 50 + step / 3 + 9 * Math.sin((step * Math.PI) / 6));
const time = TimeAxis.parse(
  values.map((_, month) => `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`),
);
const series = (name: string, length = values.length) => ({
  name,
  values: values.slice(0, length).map((value) => value * (1 + name.length / 9)),
  time,
});
const options = { horizon: 7, paths: 30, seed: 5 };

function windowed(): Forecaster {
  const encoding = SeriesEncoding.fit([series('')], { window: 12, calendar: ['month'] });
  const model = withSeed(3, () => new MdnRnn({ inputDim: encoding.inputDim, hiddenDim: 16 }));
  return new Forecaster(model, encoding, [1.1, 1.3], { b: 1.5 });
}

function smoothed(): Forecaster {
  const encodings = [1, 12].map((season) => SmoothingEncoding.fit([series('')], { season }));
  return new Forecaster(pretrainedModel(encodings[0]!.inputDim), encodings, [1.2]);
}

beforeAll(() => configureInference({ threads: 2, maxQueue: 1000, maxBatch: 16 }));
afterAll(closeInference);

describe.each([
  ['windows of values with a calendar', windowed],
  ['smoothing, two encodings', smoothed],
])('%s', (_, create) => {
  test('a worker, a batch and this thread give the same numbers, to the last bit', async () => {
    await using forecaster = create();
    const all = ['a', 'b', 'ccc', 'dd'].map((name, index) => series(name, 60 - 7 * index));
    const { tensors } = memory();
    const alone = all.map((each) => forecaster.forecastSync(each, options));
    expect(memory().tensors).toBe(tensors);
    expect(forecaster.forecastSync(all, options)).toEqual(alone);
    expect(await forecaster.forecast(all, options)).toEqual(alone);
    expect(await Promise.all(all.map((each) => forecaster.forecast(each, options)))).toEqual(alone);
    expect(alone[1]!.steps[0]!.time).toBe('2004-06');

    expect(await forecaster.paths(all, options)).toEqual(all.map((each) => forecaster.pathsSync(each, options)));
    const levels = [0.05, 0.5, 0.95];
    const next = await forecaster.next(all, { temperature: 2 });
    const nextSync = all.map((each) => forecaster.nextSync(each, { temperature: 2 }));
    expect(next.map((each) => each.quantiles(levels))).toEqual(nextSync.map((each) => each.quantiles(levels)));
    expect(next.map((each) => each.cdf([60]))).toEqual(nextSync.map((each) => each.cdf([60])));
  });

  test('a path depends on its number alone', async () => {
    // Calibration widens paths about their median, which depends on all of them.
    await using calibrated = create();
    const forecaster = new Forecaster(calibrated.model, calibrated.encodings);
    const most = forecaster.pathsSync(series('a'), { ...options, paths: 41 });
    for (const paths of [1, 2, 3, 7, 8, 9, 17, 40]) {
      expect(forecaster.pathsSync(series('a'), { ...options, paths })).toEqual(most.slice(0, paths * 7));
    }
  });

  test('a series that cannot be forecast is no problem of those beside it', async () => {
    await using forecaster = create();
    const good = Array.from({ length: 9 }, (_, index) => series(`good ${index}`));
    const answers = good.map((each) => forecaster.forecast(each, options));
    const bad = forecaster.forecast({ name: 'bad', values: [Number.NaN], time }, options);
    await expect(bad).rejects.toMatchObject({ name: 'LibtorchGenerativeError', code: 'ERR_DATA_FORMAT' });
    expect(await Promise.all(answers)).toEqual(good.map((each) => forecaster.forecastSync(each, options)));
    await expect(forecaster.forecast([good[0]!, { values: [Infinity] }])).rejects.toThrow(/series\[1\]\.values\[0\]/);
  });
});

test('a model that is changed in place answers as it is when it is asked', async () => {
  await using forecaster = windowed();
  const before = forecaster.paths(series('a'), options);
  const expected = forecaster.pathsSync(series('a'), options);
  forecaster.model.parameters().at(-1)!.detach().add_(0.5);
  const after = await forecaster.paths(series('a'), options);
  expect(await before).toEqual(expected);
  expect(after).toEqual(forecaster.pathsSync(series('a'), options));
  expect(after).not.toEqual(expected);
});

test('dispose waits for what was asked, and refuses what comes later', async () => {
  const tensors = memory().tensors;
  const forecaster = windowed();
  const asked = Array.from({ length: 20 }, () => forecaster.forecast(series('a'), options));
  await forecaster.dispose();
  expect(memory().tensors).toBe(tensors);
  expect((await Promise.all(asked)).length).toBe(20);
  await expect(forecaster.forecast(series('a'), options)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
});

test('a call can be taken back, before it is answered or before it is asked', async () => {
  await using forecaster = windowed();
  const stop = new AbortController();
  const asked = Array.from({ length: 50 }, () => forecaster.paths(series('a'), { ...options, signal: stop.signal }));
  const other = forecaster.paths(series('a'), options);
  const reason = new Error('enough');
  stop.abort(reason);
  for (const each of asked) await expect(each).rejects.toBe(reason);
  await expect(forecaster.next(series('a'), { signal: stop.signal })).rejects.toBe(reason);
  expect(await other).toEqual(forecaster.pathsSync(series('a'), options));
});

test('a full queue refuses, and counts what it does', async () => {
  await using forecaster = windowed();
  configureInference({ maxQueue: 3 });
  const { answered } = inferenceStats();
  const asked = Array.from({ length: 8 }, () => forecaster.paths(series('a'), options));
  expect(inferenceStats()).toMatchObject({ queued: 3, running: 0 });
  const results = await Promise.allSettled(asked);
  configureInference({ maxQueue: 1000 });
  expect(results.map(({ status }) => status)).toEqual([...Array(3).fill('fulfilled'), ...Array(5).fill('rejected')]);
  expect((results[7] as PromiseRejectedResult).reason).toMatchObject({ code: 'ERR_OVERLOADED' });
  expect(inferenceStats()).toMatchObject({ queued: 0, running: 0, answered: answered + 3 });
  expect(() => configureInference({ threads: 0 })).toThrow(/threads/);
});

test('many questions are answered in few batches', async () => {
  await using forecaster = windowed();
  await forecaster.paths(series('a'), options);
  const before = inferenceStats();
  await Promise.all(Array.from({ length: 64 }, () => forecaster.paths(series('a'), options)));
  const { batches, answered } = inferenceStats();
  expect(answered - before.answered).toBe(64);
  expect(batches - before.batches).toBeLessThanOrEqual(16);
});

test('a generator draws the same in a worker', async () => {
  const generator = withSeed(1, () => new Generator({ noiseDim: 6, hiddenDim: 8, dataDim: 12 }));
  const wanted = { count: 1003, seed: 4 };
  expect(await generator.sample(wanted)).toEqual(generator.sampleSync(wanted));
  const size = { height: 3, width: 4 };
  expect(await drawImages(generator, { ...wanted, ...size })).toEqual(
    drawImagesSync(generator, { ...wanted, ...size }),
  );
  const png = encodeGrid(drawImagesSync(generator, { count: 5, ...size }).images, { ...size, range: [0, 255] });
  expect(Buffer.compare(await drawGrid(generator, { count: 5, ...size }), png)).toBe(0);
  await expect(drawImages(generator, { ...wanted, height: 5, width: 5 })).rejects.toThrow(/12 values/);
  await expect(generator.sample({ count: 1e15 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  generator.dispose();
  await expect(generator.sample()).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
});

test('a model of a class of its own says what to call instead', async () => {
  class Own extends MdnRnn {}
  const forecaster = new Forecaster(new Own(), SeriesEncoding.fit([series('')], { window: 12 }));
  await expect(forecaster.forecast(series('a'))).rejects.toThrow(
    /class Own, which worker threads don't have: use forecastSync/,
  );
});
