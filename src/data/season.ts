import { differences } from './differencing';
import { mean } from './mean';
import type { Series } from './series';
import type { TimeStep } from './time-step';

/** Weaker correlations may be due to chance. */
const LEAST_CORRELATION = 0.3;
const NOT_ALIKE = 0.1;
/** A peak of the autocorrelation is nearly as high as another from this part of it on. */
const NEARLY = 0.9;
/** Lags up to this many times another are beside it, and no multiple. */
const BESIDE = 1.5;

const MILLISECONDS_A_DAY = 86_400_000;
const [DAYS_A_WEEK, DAYS_A_YEAR, MONTHS_A_YEAR] = [7, 365, 12];
/** Longer seasons are found only from the times. */
const MAX_GUESSED_SEASON = 400;
/** Of more values, the last ones tell the season. */
const MAX_VALUES = 20_000;
/** Seasons of a day or more may be part of a week. */
const LEAST_STEPS_A_DAY = 12;

/**
 * Returns the season of a series: a day for steps of hours or parts of hours, a year for weekly, monthly or quarterly
 * ones, if the series covers it twice; a year for daily steps, likewise, unless a shorter season is evident; else the
 * result of {@link guessSeason}.
 *
 * @param series the training part only
 */
export function usualSeason(series: Series, maxSeason = MAX_GUESSED_SEASON): number {
  const season = evidentSeason(series, maxSeason);
  const isYearOfDays = season === 1 && stepsADay(series.time?.step) === 1 && series.values.length >= 2 * DAYS_A_YEAR;
  return isYearOfDays ? DAYS_A_YEAR : season;
}

/** The season that the times tell, else that the values show. */
function evidentSeason({ values, time }: Series, maxSeason: number): number {
  const known = stepsAYear(time?.step) ?? stepsADay(time?.step) ?? 1;
  return known > 1 && values.length >= 2 * known ? known : guessSeason(values, maxSeason);
}

/**
 * Returns the seasons that forecasts may be made with, the most likely first, always with 1, for none. A year of days is
 * none of them: it takes many years to tell its days apart.
 */
export function possibleSeasons(series: Series): number[] {
  const { length } = series.values;
  const evident = evidentSeason(series, MAX_GUESSED_SEASON);
  const guessed = guessSeason(series.values, MAX_GUESSED_SEASON);
  const week = stepsADay(series.time?.step) === 1 ? DAYS_A_WEEK : 1;
  const longer = evident >= LEAST_STEPS_A_DAY && evident !== MONTHS_A_YEAR ? evident * DAYS_A_WEEK : 1;
  const possible = [evident, guessed, week, longer].filter((season) => length > 2 * season);
  return [...new Set([...possible, 1])];
}

/** Returns the number of steps in a year, if steps are weeks, months or quarters. */
function stepsAYear({ unit, size }: TimeStep = NO_STEP): number | undefined {
  if (unit === 'month' && MONTHS_A_YEAR % size === 0) return MONTHS_A_YEAR / size;
  return unit === 'millisecond' && size === DAYS_A_WEEK * MILLISECONDS_A_DAY ? 52 : undefined;
}

/** Returns the number of steps in a day, if it is a whole number. */
function stepsADay({ unit, size }: TimeStep = NO_STEP): number | undefined {
  return unit === 'millisecond' && MILLISECONDS_A_DAY % size === 0 ? MILLISECONDS_A_DAY / size : undefined;
}

const NO_STEP: TimeStep = { unit: 'number', size: 1 };

/**
 * Returns the season that the series' changes repeat after, from 2 to `maxSeason`, or 1 if there is none: of the peaks of
 * their autocorrelation that are nearly as high as the highest, the first, since a season's multiples are peaks too.
 * Missing changes count as average ones.
 *
 * @param values the training part only
 */
export function guessSeason(values: Float64Array, maxSeason: number): number {
  const changes = centered(differences(values.subarray(-MAX_VALUES), 1));
  // The changes must cover a lag at least twice.
  const longest = Math.max(Math.min(maxSeason, Math.floor(changes.length / 2)), 0);
  const correlations = Array.from({ length: longest + 1 }, (_, lag) => autocorrelation(changes, lag));
  // Changes that are smooth are alike at short lags too, but for the first one, where noise makes them differ.
  const isLow = (lag: number) => lag > 0 && correlations[lag]! < NOT_ALIKE;
  const lags = [...correlations.keys()];
  const away = lags.find((lag) => isLow(lag) && isLow(lag + 1)) ?? lags.find(isLow);
  const fallen = away === undefined ? Infinity : Math.max(away, 2);
  const peaks = correlations.flatMap((correlation, lag) => {
    const [before, after = -Infinity] = [correlations[lag - 1]!, correlations[lag + 1]];
    return lag >= fallen && correlation > LEAST_CORRELATION && correlation >= before && correlation >= after
      ? [lag]
      : [];
  });
  const highest = Math.max(...peaks.map((lag) => correlations[lag]!));
  const first = peaks.find((lag) => correlations[lag]! >= NEARLY * highest);
  if (first === undefined) return 1;
  // Noise makes peaks beside that of a smooth season.
  const beside = peaks.filter((lag) => lag >= first && lag < BESIDE * first);
  const best = beside.reduce((best, lag) => (correlations[lag]! > correlations[best]! ? lag : best));
  return sharpened(best, correlations);
}

/** Multiples of a season that are looked at. */
const MAX_MULTIPLES = 5;

/** Returns the lag near another whose multiples correlate most: at them, an error of a step is several. */
function sharpened(lag: number, correlations: readonly number[]): number {
  const count = Math.min(Math.floor((correlations.length - 1) / (lag + 2)), MAX_MULTIPLES);
  const sumAt = (near: number) =>
    Array.from({ length: count }, (_, index) => correlations[(index + 1) * near]!).reduce((sum, each) => sum + each, 0);
  const near = [lag, lag - 1, lag + 1, lag - 2, lag + 2].filter((each) => each >= 2);
  return near.reduce((best, each) => (sumAt(each) > sumAt(best) ? each : best));
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
