import { evaluateForecasts } from '../../src/evaluation/evaluate-forecasts';
import { pretrainedForecaster } from '../../src/training/pretrained-forecaster';
import type { WorkProgress } from '../../src/work';
import { rejectionOf } from '../error-of';

const wave = (length: number, level = 0) =>
  Array.from({ length }, (_, step) => level + 10 * Math.sin((step * Math.PI) / 6) + (((step * 7919) % 13) - 6) / 10);
const forecaster = pretrainedForecaster([{ values: wave(60) }], { season: 12, link: 'identity' });

test('what is left out is named, and a short series takes no season from the others', async () => {
  const series = [
    { name: 'whole', values: wave(96) },
    { name: 'short', values: wave(20) },
    { name: 'exact', values: Array.from({ length: 60 }, (_, step) => step % 12) },
    { name: 'ends early', values: wave(50) },
    { name: 'starts late', values: wave(60) },
  ];
  const { backtest } = await evaluateForecasts(await forecaster, series, {
    starts: [72, 8, 48, 48, 1],
    horizon: 6,
    paths: 50,
  });
  expect(backtest).toMatchObject({ season: 12, numSeries: 3, withoutMase: ['exact'] });
  expect(backtest.bySeries!.map(({ name }) => name)).toEqual(['whole', 'short', 'exact']);
  expect(backtest.leftOut).toEqual([
    { name: 'ends early', reason: '2 held-out values, fewer than the horizon of 6' },
    { name: 'starts late', reason: '1 values before the held-out ones, of 3 needed' },
  ]);
  const [whole, short] = backtest.bySeries!.map(({ rows }) => rows.find(({ name }) => name === 'seasonalNaive')!.crps);
  expect(whole).toBeLessThan(1);
  expect(short).toBeGreaterThan(1); // 8 values know no season of 12
});

test('it tells how far it is, lets others run and stops when told', async () => {
  const options = { starts: [24], horizon: 6, paths: 50 };
  const progress: WorkProgress[] = [];
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const onProgress = (each: WorkProgress) => progress.push(each);
  await evaluateForecasts(await forecaster, [{ values: wave(600) }], { ...options, onProgress });
  clearInterval(timer);
  expect(progress.at(-1)).toEqual({ task: 'evaluate', done: 96, total: 96 });
  expect(progress.map(({ done }) => done)).toEqual(Array.from({ length: 96 }, (_, index) => index + 1));
  expect(ticks).toBeGreaterThan(2);

  const controller = new AbortController();
  const stopped = evaluateForecasts(await forecaster, [{ values: wave(600) }], {
    ...options,
    signal: controller.signal,
    onProgress: ({ done }) => done === 10 && controller.abort(),
  });
  expect((await rejectionOf(stopped)).name).toBe('AbortError');
});

test('of very many series an evenly spaced part is scored', async () => {
  const series = Array.from({ length: 2400 }, (_, index) => ({ name: `${index}`, values: wave(14, index) }));
  const { backtest } = await evaluateForecasts(await forecaster, series, {
    starts: series.map(() => 12),
    horizon: 2,
    paths: 10,
  });
  expect(backtest.numSeries).toBe(800); // each third
});
