import type { Forecaster, Predictions } from '../data/forecaster';
import { mean } from '../data/mean';
import { concatenate } from '../data/scaling';
import type { Series } from '../data/series';
import { upTo } from '../data/series-like';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { crpsOfDraws, mixtureCrps, pinball } from './scores';
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
/** Of more values, the first of each series are predicted. */
const MAX_VALUES = 5000;

/**
 * Scores the prediction of each value from a step on, in float64, where even distant values have a finite density.
 * Undefined if there is nothing to predict.
 *
 * @param from the step of the first value to predict in each series
 */
export function scoreOneStep(
  forecaster: Forecaster,
  series: readonly Series[],
  from: readonly number[],
): OneStepScores | undefined {
  const most = Math.ceil(MAX_VALUES / series.length);
  const groups = groupsOf(forecaster, series).map((indices) => {
    const shortened = indices.map((index) =>
      upTo(series[index]!, Math.min(series[index]!.values.length, from[index]! + most)),
    );
    return noGrad(() => scope(() => scoresOf(forecaster, shortened, indices.map((index) => from[index]!)))); // biome-ignore format: one line
  });
  const [pit, logDensities, crps] = (['pit', 'logDensities', 'crps'] as const).map((score) =>
    concatenate(groups.map((group) => group[score])),
  ) as [Float64Array, Float64Array, Float64Array];
  if (pit.length === 0) return undefined;
  return {
    count: pit.length,
    nll: -mean(logDensities),
    crps: mean(crps),
    coverage: COVERAGE_LEVELS.map((level) => mean(pit.map((each) => Number(Math.abs(each - 0.5) <= level / 2)))),
    pit: { ...testUniformity(pit), histogram: histogramOf(pit) },
  };
}

/** Returns the positions of the series that have the same encodings and spread. */
function groupsOf(forecaster: Forecaster, series: readonly Series[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [index, each] of series.entries()) {
    const encodings = forecaster.encodingsFor(each).map((encoding) => forecaster.encodings.indexOf(encoding));
    const key = [...encodings, forecaster.ownSpread.get(each.name)].join();
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()];
}

/** Scores of each value of series that have the same encodings and spread. */
function scoresOf(forecaster: Forecaster, series: readonly Series[], from: readonly number[]) {
  const spread = forecaster.spreadAt(0, series[0]!.name);
  const parts = forecaster.predictions(series, from).map((each) => new Forecasts(each, spread));
  if (parts[0]!.targets.length === 0) return { pit: NONE, logDensities: NONE, crps: NONE };
  return {
    pit: meanOfEach(parts.map((part) => part.cdf())),
    logDensities: logMeanOfEach(parts.map((part) => part.logDensities())),
    crps: parts.length === 1 ? parts[0]!.crps() : pooledCrps(parts),
  };
}

const NONE = new Float64Array(0);

/** Forecasts of known values by one encoding. */
class Forecasts {
  /** The known values, in the data's units. */
  readonly targets: Float64Array;
  readonly #predictions: Predictions;
  readonly #mixture: Mixture;
  readonly #spread: number;
  /** (N, 1): scaled targets; widening a forecast by `spread` about its median is the same as narrowing the target. */
  readonly #narrowed: Tensor;

  constructor(predictions: Predictions, spread: number) {
    this.targets = predictions.targets;
    this.#predictions = predictions;
    this.#spread = spread;
    this.#mixture = new Mixture(predictions.raw.to({ dtype: 'float64' }));
    const target = predictions.target.to({ dtype: 'float64' });
    if (spread === 1) this.#narrowed = target;
    else {
      const median = this.#mixture.quantile([0.5]); // (N, 1)
      this.#narrowed = target.sub(median).div(spread).add(median);
    }
  }

  /** The distribution functions at the targets. */
  cdf(): Float64Array {
    return numbersOf(this.#mixture.cdf(this.#narrowed)).map((each) => Math.min(Math.max(each, 0), 1));
  }

  /** Log densities at the targets, in the data's units. */
  logDensities(): Float64Array {
    const { targets, scalers, link } = this.#predictions;
    return numbersOf(this.#mixture.logProb(this.#narrowed)).map((logDensity, index) => {
      return logDensity + link.logDerivative(targets[index]!) - Math.log(this.#spread * scalers[index]!.deviation);
    });
  }

  /** CRPS in the data's units. With a link there is no closed form: twice the mean pinball loss over all levels. */
  crps(): Float64Array {
    const { scalers, link } = this.#predictions;
    if (link.name === 'identity') {
      const scores = numbersOf(mixtureCrps(this.#mixture, this.#narrowed));
      return scores.map((score, index) => this.#spread * score * scalers[index]!.deviation);
    }
    const quantiles = this.quantiles();
    return this.targets.map(
      (value, index) => 2 * mean(CRPS_LEVELS.map((level, column) => pinball(quantiles[index]![column]!, level, value))),
    );
  }

  /** Quantiles at {@link CRPS_LEVELS} of each forecast, in the data's units. */
  quantiles(): Float64Array[] {
    const { scalers, link } = this.#predictions;
    const width = CRPS_LEVELS.length + 1;
    const quantiles = this.#mixture.quantile([...CRPS_LEVELS, 0.5]).toArray(); // (N, levels + 1)
    return scalers.map(({ mean, deviation }, index) => {
      const row = quantiles.subarray(index * width, (index + 1) * width);
      const median = row[width - 1]!;
      const inLink = row.subarray(0, -1).map((quantile) => median + this.#spread * (quantile - median));
      return inLink.map((quantile) => link.invertOne(quantile * deviation + mean));
    });
  }
}

/** CRPS of the mean of several forecasts, each represented by its quantiles. */
function pooledCrps(parts: Forecasts[]): Float64Array {
  const quantiles = parts.map((part) => part.quantiles());
  return parts[0]!.targets.map((value, index) => {
    const draws = concatenate(quantiles.map((each) => each[index]!)).sort();
    return crpsOfDraws(draws, value);
  });
}

/** Midpoints of equal parts of [0, 1]. */
const CRPS_LEVELS = Array.from({ length: 200 }, (_, index) => (index + 0.5) / 200);

function meanOfEach(parts: Float64Array[]): Float64Array {
  return parts[0]!.map((_, index) => mean(parts.map((part) => part[index]!)));
}

/** Returns the logarithms of the means of numbers given by their logarithms. */
function logMeanOfEach(parts: Float64Array[]): Float64Array {
  return parts[0]!.map((_, index) => {
    const logs = parts.map((part) => part[index]!);
    const largest = Math.max(...logs);
    return largest + Math.log(mean(logs.map((log) => Math.exp(log - largest))));
  });
}

function numbersOf(tensor: Tensor): Float64Array {
  return tensor.toArray() as Float64Array;
}

function histogramOf(values: Float64Array): number[] {
  const bins = new Array<number>(NUM_BINS).fill(0);
  for (const value of values) bins[Math.min(Math.floor(value * NUM_BINS), NUM_BINS - 1)]!++;
  return bins;
}
