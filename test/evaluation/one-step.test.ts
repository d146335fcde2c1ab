import { Forecaster } from '../../src/data/forecaster';
import type { LinkName } from '../../src/data/link';
import type { Series } from '../../src/data/series';
import { SeriesEncoding } from '../../src/data/series-encoding';
import { upTo } from '../../src/data/series-like';
import { scoreOneStep } from '../../src/evaluation/one-step';
import { MdnRnn } from '../../src/models/mdn-rnn';
import { manualSeed } from '../../src/tensor/random';

const values = Float64Array.from({ length: 40 }, (_, i) => 12 + 6 * Math.sin(i) + (i % 5));
const series: Series = { name: '', values };
const START = 30;

/** Scores by brute force from the exact CDF of each next value: its density by differences, its CRPS by an integral. */
function bruteForce(forecaster: Forecaster) {
  const scores = Array.from({ length: values.length - START }, (_, index) => {
    const value = values[START + index]!;
    const { cdf, quantiles } = forecaster.nextSync(upTo(series, START + index));
    const width = 1e-2;
    const [below, above] = cdf([value - width, value + width]);
    const density = (above! - below!) / (2 * width);
    const [low, high] = quantiles([1e-5, 1 - 1e-5]) as [number, number];
    const [from, to] = [Math.min(low, value), Math.max(high, value)];
    const numSteps = 4000;
    const step = (to - from) / numSteps;
    const points = Array.from({ length: numSteps }, (_, i) => from + (i + 0.5) * step);
    const crps = cdf(points).reduce((sum, level, i) => sum + step * (level - Number(points[i]! >= value)) ** 2, 0);
    return { nll: -Math.log(density), crps };
  });
  const mean = (of: (score: (typeof scores)[number]) => number) =>
    scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  return { nll: mean(({ nll }) => nll), crps: mean(({ crps }) => crps) };
}

test.each<[LinkName, number[]]>([
  ['identity', []],
  ['identity', [1.6]],
  ['log', []],
  ['softplus', [0.8]],
])('behind the link %s, widened by %j, the scores are in the data’s units', (link, spread) => {
  manualSeed(1);
  const encoding = SeriesEncoding.fit([series], { window: 6, link, scale: 'window', calendar: [] });
  const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 6, numMixtures: 3 }), encoding, spread);
  const { nll, crps, count } = scoreOneStep(forecaster, [series], [START])!;
  expect(count).toBe(10);
  const expected = bruteForce(forecaster);
  expect(nll).toBeCloseTo(expected.nll, 3);
  expect(crps / expected.crps).toBeCloseTo(1, 2);
});
