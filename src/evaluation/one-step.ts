import type { Forecaster } from '../data/forecaster';
import { mean } from '../data/mean';
import type { Windows } from '../data/series-encoding';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { mixtureCrps, pinball } from './scores';
import { testUniformity, type Uniformity } from './uniformity';

/** Nominal coverage of the central intervals that are scored. */
export const COVERAGE_LEVELS = [0.5, 0.8, 0.9] as const;

/** Scores of one-step forecasts: each value predicted from the values before it. */
export interface OneStepScores {
  /** Number of values predicted. */
  count: number;
  /** Mean negative log-likelihood in nats, for densities in the data's units. */
  nll: number;
  /** Mean continuous ranked probability score, in the data's units. */
  crps: number;
  /** Fraction of the values inside the central 50 %, 80 % and 90 % intervals. */
  coverage: number[];
  /** Whether the forecasts are calibrated. */
  pit: Pit;
}

/**
 * The probability integral transform: the forecast's distribution function at the actual values. It is uniform if the
 * forecasts are calibrated.
 */
export interface Pit extends Uniformity {
  /** Number of values in each tenth of [0, 1]. */
  histogram: number[];
}

const NUM_BINS = 10;

/** Scores the prediction of each window's target, in float64, where even distant values have a finite density. */
export function scoreOneStep(forecaster: Forecaster, windows: Windows): OneStepScores {
  const { model, encoding } = forecaster;
  const spread = forecaster.spreadAt(0);
  return noGrad(() =>
    scope(() => {
      const { targets, scalers } = windows;
      const rows = windows.rows.to({ device: forecaster.device });
      const mixture = new Mixture(model.forward(rows.slice(1, 0, -1)).to({ dtype: 'float64' }));
      const target = rows.select(1, -1).slice(1, 0, 1).to({ dtype: 'float64' }); // (N, 1)
      // Widening a forecast by `spread` about its median is the same as narrowing the target.
      const median = mixture.quantile([0.5]); // (N, 1)
      const narrowed = spread === 1 ? target : target.sub(median).div(spread).add(median);
      const logDensities = numbersOf(mixture.logProb(narrowed));
      const pit = numbersOf(mixture.cdf(narrowed)).map((each) => Math.min(Math.max(each, 0), 1));
      const nlls = logDensities.map((logDensity, index) => {
        const width = Math.log(spread * scalers[index]!.deviation);
        return width - encoding.link.logDerivative(targets[index]!) - logDensity;
      });
      const crps =
        encoding.link.name === 'identity'
          ? numbersOf(mixtureCrps(mixture, narrowed)).map((score, index) => spread * score * scalers[index]!.deviation)
          : linkedCrps(forecaster, mixture, windows);
      return {
        count: pit.length,
        nll: mean(nlls),
        crps: mean(crps),
        coverage: COVERAGE_LEVELS.map((level) => mean(pit.map((each) => Number(Math.abs(each - 0.5) <= level / 2)))),
        pit: { ...testUniformity(pit), histogram: histogramOf(pit) },
      };
    }),
  );
}

/** CRPS in the data's units. With a link there is no closed form: twice the mean pinball loss over all levels. */
function linkedCrps(forecaster: Forecaster, mixture: Mixture, { targets, scalers }: Windows): Float64Array {
  const { link } = forecaster.encoding;
  const spread = forecaster.spreadAt(0);
  const numLevels = CRPS_LEVELS.length;
  const quantiles = mixture.quantile([...CRPS_LEVELS, 0.5]).toArray(); // (N, levels + 1)
  return targets.map((value, index) => {
    const row = quantiles.subarray(index * (numLevels + 1), (index + 1) * (numLevels + 1));
    const median = row[numLevels]!;
    const losses = CRPS_LEVELS.map((level, column) => {
      const quantile = scalers[index]!.unscale(median + spread * (row[column]! - median));
      return pinball(link.invert(quantile), level, value);
    });
    return 2 * mean(losses);
  });
}

/** Midpoints of equal parts of [0, 1]. */
const CRPS_LEVELS = Array.from({ length: 200 }, (_, index) => (index + 0.5) / 200);

function numbersOf(tensor: Tensor): Float64Array {
  return tensor.toArray() as Float64Array;
}

function histogramOf(values: Float64Array): number[] {
  const bins = new Array<number>(NUM_BINS).fill(0);
  for (const value of values) bins[Math.min(Math.floor(value * NUM_BINS), NUM_BINS - 1)]!++;
  return bins;
}
