import type { Forecaster } from '../data/forecaster';
import type { Windows } from '../data/series-encoding';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { mean } from './mean';
import { mixtureCrps, pinballLoss } from './scores';
import { testUniformity, type Uniformity } from './uniformity';

/** The parts of the probability whose central intervals are counted. */
export const COVERAGE_LEVELS = [0.5, 0.8, 0.9] as const;

/** How well each next value was foretold from the values before it. */
export interface OneStepScores {
  count: number;
  /** Mean negative log likelihood in nats, of densities over the data's units. */
  nll: number;
  /** In the data's units. */
  crps: number;
  /** Of each of {@link COVERAGE_LEVELS}, the part of the values inside the central interval. */
  coverage: number[];
  pit: Pit;
}

/** The distribution function at the values that came: uniform if the forecasts are as wide as they should be. */
export interface Pit extends Uniformity {
  /** How many lie in each tenth of [0, 1]. */
  histogram: number[];
}

const NUM_BINS = 10;

/** Scores the foretelling of each window's target. */
export function scoreOneStep({ model, encoding }: Forecaster, windows: Windows): OneStepScores {
  return noGrad(() =>
    scope(() => {
      const { rows, targets, scalers } = windows;
      const mixture = new Mixture(model.forward(rows.slice(1, 0, -1)));
      const target = rows.select(1, -1).slice(1, 0, 1); // (N, 1)
      const logDensities = numbersOf(mixture.logProb(target));
      const pit = numbersOf(mixture.cdf(target)).map((each) => Math.min(Math.max(each, 0), 1));
      const nlls = logDensities.map(
        (density, index) =>
          Math.log(scalers[index]!.deviation) - encoding.link.logDerivative(targets[index]!) - density,
      );
      return {
        count: pit.length,
        nll: mean(nlls),
        crps: mean(crpsOf(mixture, target, windows, encoding.link)),
        coverage: COVERAGE_LEVELS.map((level) => mean(pit.map((each) => Number(Math.abs(each - 0.5) <= level / 2)))),
        pit: { ...testUniformity(pit), histogram: histogramOf(pit) },
      };
    }),
  );
}

/** In the data's units. Behind a link no closed form is known: twice the pinball loss, over all levels. */
function crpsOf(mixture: Mixture, target: Tensor, windows: Windows, link: Forecaster['encoding']['link']) {
  const { targets, scalers } = windows;
  if (link.name === 'identity') {
    return numbersOf(mixtureCrps(mixture, target)).map((score, index) => score * scalers[index]!.deviation);
  }
  const quantiles = mixture.quantile(CRPS_LEVELS).toArray() as Float64Array; // (N, levels)
  return targets.map((value, index) => {
    const scaler = scalers[index]!;
    const losses = CRPS_LEVELS.map((level, column) => {
      const quantile = scaler.unscale(quantiles[index * CRPS_LEVELS.length + column]!);
      return pinballLoss(link.invert(quantile), level, value);
    });
    return 2 * mean(losses);
  });
}

/** The middles of equal parts of [0, 1]. */
const CRPS_LEVELS = Array.from({ length: 200 }, (_, index) => (index + 0.5) / 200);

function numbersOf(tensor: Tensor): Float64Array {
  return Float64Array.from(tensor.toArray() as Float32Array);
}

function histogramOf(values: Float64Array): number[] {
  const bins = new Array<number>(NUM_BINS).fill(0);
  for (const value of values) bins[Math.min(Math.floor(value * NUM_BINS), NUM_BINS - 1)]!++;
  return bins;
}
