import type { Series } from '../data/series';
import { differences } from './baselines';
import { mean } from './mean';

/** Below it a repetition may well be chance. */
const LEAST_CORRELATION = 0.3;

const MILLISECONDS_AN_HOUR = 3_600_000;
const DAYS_A_YEAR = 365;

/**
 * The season of a series: where its steps are hours, months or quarters a day or a year, if it is that long twice; where
 * they are days a year, unless weeks are plain to see; else the one that {@link guessSeason} finds.
 *
 * @param series its training part only
 */
export function usualSeason({ values, time }: Series, maxSeason: number): number {
  const { unit, size } = time?.step ?? { unit: 'number' };
  const guessed = guessSeason(values, maxSeason);
  const isLongEnough = (season: number) => values.length >= 2 * season;
  if (unit === 'month' && 12 % size! === 0 && isLongEnough(12 / size!)) return 12 / size!;
  const hours = unit === 'millisecond' ? size! / MILLISECONDS_AN_HOUR : 0;
  if (hours === 1 && isLongEnough(24)) return 24;
  if (hours === 24 && guessed === 1 && isLongEnough(DAYS_A_YEAR)) return DAYS_A_YEAR;
  return guessed;
}

/**
 * The lag from 2 to `maxSeason` at which the series' changes repeat themselves most, or 1 if they do nowhere. A missing
 * change counts as a usual one.
 *
 * @param values of the training part only
 */
export function guessSeason(values: Float64Array, maxSeason: number): number {
  const changes = centered(differences(values, 1));
  let season = 1;
  let largest = LEAST_CORRELATION;
  // A lag is seen twice at least.
  for (let lag = 2; lag <= Math.min(maxSeason, changes.length / 2); lag++) {
    const correlation = autocorrelation(changes, lag);
    if (correlation > largest) [season, largest] = [lag, correlation];
  }
  return season;
}

function centered(values: Float64Array): Float64Array {
  const center = mean(values.filter((value) => !Number.isNaN(value)));
  return values.map((value) => (Number.isNaN(value) ? 0 : value - center));
}

function autocorrelation(values: Float64Array, lag: number): number {
  const variance = values.reduce((sum, value) => sum + value ** 2, 0);
  const covariance = values.subarray(lag).reduce((sum, value, index) => sum + value * values[index]!, 0);
  return variance > 0 ? covariance / variance : 0;
}
