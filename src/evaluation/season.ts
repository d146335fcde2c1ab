import { differences } from './baselines';

/** Below it a repetition may well be chance. */
const LEAST_CORRELATION = 0.3;

/**
 * The lag from 2 to `maxSeason` at which the series' changes repeat themselves most, or 1 if they do nowhere.
 *
 * @param values of the training part only
 */
export function guessSeason(values: Float64Array, maxSeason: number): number {
  const changes = differences(values, 1);
  let season = 1;
  let largest = LEAST_CORRELATION;
  // A lag is seen twice at least.
  for (let lag = 2; lag <= Math.min(maxSeason, changes.length / 2); lag++) {
    const correlation = autocorrelation(changes, lag);
    if (correlation > largest) [season, largest] = [lag, correlation];
  }
  return season;
}

function autocorrelation(values: Float64Array, lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centered = values.map((value) => value - mean);
  const variance = centered.reduce((sum, value) => sum + value ** 2, 0);
  const covariance = centered.subarray(lag).reduce((sum, value, index) => sum + value * centered[index]!, 0);
  return variance > 0 ? covariance / variance : 0;
}
