import type { Series } from '../data/series';
import { differences } from './baselines';
import { mean } from './mean';

/** Weaker correlations may be due to chance. */
const LEAST_CORRELATION = 0.3;

const MILLISECONDS_AN_HOUR = 3_600_000;
const DAYS_A_YEAR = 365;

/**
 * Returns the season of a series: a day for hourly steps and a year for monthly or quarterly ones, if the series covers
 * it twice; a year for daily steps, likewise, unless a shorter season is evident; else the result of {@link
 * guessSeason}.
 *
 * @param series the training part only
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
 * Returns the lag from 2 to `maxSeason` with the highest autocorrelation of the series' changes, or 1 if none is high
 * enough. Missing changes count as average ones.
 *
 * @param values the training part only
 */
export function guessSeason(values: Float64Array, maxSeason: number): number {
  const changes = centered(differences(values, 1));
  let season = 1;
  let largest = LEAST_CORRELATION;
  // The changes must cover a lag at least twice.
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
