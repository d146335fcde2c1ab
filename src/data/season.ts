import { differences } from './differencing';
import { mean } from './mean';
import type { Series } from './series';

/** Weaker correlations may be due to chance. */
const LEAST_CORRELATION = 0.3;
/** A peak of the autocorrelation is nearly as high as another from this part of it on. */
const NEARLY = 0.9;

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
 * Returns the season that the series' changes repeat after, from 2 to `maxSeason`, or 1 if there is none: of the peaks of
 * their autocorrelation that are nearly as high as the highest, the first, since a season's multiples are peaks too.
 * Missing changes count as average ones.
 *
 * @param values the training part only
 */
export function guessSeason(values: Float64Array, maxSeason: number): number {
  const changes = centered(differences(values, 1));
  // The changes must cover a lag at least twice.
  const longest = Math.max(Math.min(maxSeason, Math.floor(changes.length / 2)), 0);
  const correlations = Array.from({ length: longest + 1 }, (_, lag) => autocorrelation(changes, lag));
  const peaks = correlations.flatMap((correlation, lag) => {
    const [before, after = -Infinity] = [correlations[lag - 1]!, correlations[lag + 1]];
    return lag >= 2 && correlation > LEAST_CORRELATION && correlation >= before && correlation >= after ? [lag] : [];
  });
  const highest = Math.max(...peaks.map((lag) => correlations[lag]!));
  return peaks.find((lag) => correlations[lag]! >= NEARLY * highest) ?? 1;
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
