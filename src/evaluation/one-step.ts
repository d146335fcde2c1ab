import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { mixtureCrps } from './scores';
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

/**
 * @param windows (N, window + 1, 1), scaled: of each the last value is foretold
 * @param deviation the data's units in one scaled unit
 */
export function scoreOneStep(model: MdnRnn, windows: Tensor, deviation: number): OneStepScores {
  return noGrad(() =>
    scope(() => {
      const mixture = new Mixture(model.forward(windows.slice(1, 0, -1)));
      const target = windows.select(1, -1); // (N, 1)
      const pit = Float64Array.from(mixture.cdf(target).squeeze(-1).toArray() as Float32Array, (each) =>
        Math.min(Math.max(each, 0), 1),
      );
      return {
        count: pit.length,
        nll: Math.log(deviation) - mixture.logProb(target).mean().item(),
        crps: deviation * mixtureCrps(mixture, target).mean().item(),
        coverage: COVERAGE_LEVELS.map((level) => partOf(pit, (each) => Math.abs(each - 0.5) <= level / 2)),
        pit: { ...testUniformity(pit), histogram: histogramOf(pit) },
      };
    }),
  );
}

function partOf(values: Float64Array, isCounted: (value: number) => boolean): number {
  return values.filter(isCounted).length / values.length;
}

function histogramOf(values: Float64Array): number[] {
  const bins = new Array<number>(NUM_BINS).fill(0);
  for (const value of values) bins[Math.min(Math.floor(value * NUM_BINS), NUM_BINS - 1)]!++;
  return bins;
}
