import { type Checks, checkInstance, checkSize, readOptions } from '../check';
import { PATH_OPTIONS, type PathOptions, seedAt, withDefaults } from '../data/forecast-options';
import { Forecaster } from '../data/forecaster';
import { toElements } from '../data/numbers';
import { usualSeason } from '../data/season';
import type { Series } from '../data/series';
import { checkHasValue, type SeriesLike, toSeriesList, toSteps } from '../data/series-like';
import { upTo } from '../data/split';
import { formatError, invalidArgument, LibtorchGenerativeError } from '../errors';
import { type Backtest, type BacktestRow, backtest } from './backtest';
import { type OneStepScores, scoreOneStep } from './one-step';

/** Options of {@link evaluateForecasts}. */
export interface ForecastEvaluationOptions extends PathOptions {
  /** For each series, the step of the first held-out value; at least `window` values must come before it. */
  starts: readonly number[];
  /** Steps after which the series repeat; default guessed from the times and the values before `starts`. */
  season?: number | undefined;
}

const OPTIONS: Checks<ForecastEvaluationOptions> = { ...PATH_OPTIONS, starts: () => {}, season: checkSize };

/** Scores of a model's forecasts. */
export interface ForecastEvaluation {
  /** Scores of one-step forecasts. */
  oneStep: OneStepScores;
  /** Scores of forecasts over the whole horizon, compared with naive forecasts. */
  backtest: Backtest;
  /** The naive forecasts that beat the model: their CRPS is lower. */
  lostTo: BacktestRow['name'][];
}

/**
 * Scores a model's forecasts of the held-out values, from `starts` on: one step ahead, and over the whole horizon
 * compared with naive forecasts. Series that are too short are skipped.
 *
 * @param series complete series, in the data's units
 * @throws ERR_INVALID_ARGUMENT, also for a season that is too long; ERR_DATA_FORMAT if no horizon fits, too many values
 *   are missing, or as {@link Forecaster.paths}; ERR_NOT_FINITE if a score overflows
 * @see https://otexts.com/fpp3/tscv.html
 * @example
 * ```ts
 * import { evaluateForecasts, Forecaster, manualSeed, MdnRnn, SeriesEncoding } from 'libtorch-generative';
 *
 * manualSeed(1);
 * const values = Array.from({ length: 120 }, (_, month) => 20 + 8 * Math.sin((month * Math.PI) / 6));
 * const encoding = SeriesEncoding.fit([{ values: values.slice(0, 96) }], { window: 24 });
 * const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 16 }), encoding); // untrained
 *
 * const options = { starts: [96], horizon: 12, season: 12 };
 * const { oneStep, backtest, lostTo } = evaluateForecasts(forecaster, [{ values }], options);
 * console.log(oneStep.count, backtest.numForecasts); // 24 2
 * console.log(lostTo.includes('seasonalNaive')); // true
 * ```
 */
export function evaluateForecasts(
  forecaster: Forecaster,
  series: readonly SeriesLike[],
  options: ForecastEvaluationOptions,
): ForecastEvaluation {
  checkInstance('forecaster', forecaster, Forecaster);
  toElements('forecaster.encodings', forecaster.encodings);
  const { starts, season, ...draw } = readOptions(options, OPTIONS);
  const { horizon, seed, ...pathOptions } = withDefaults(draw);
  const all = toSeriesList('series', series);
  all.forEach(checkHasValue);
  const { historyLength } = forecaster;
  const fitting = fittingSeries(all, toSteps('starts', starts, all), historyLength, horizon);
  const usedSeason = checkedSeason(season, fitting);
  const oneStep = scoreOneStep(
    forecaster,
    fitting.map(({ series }) => series),
    fitting.map(({ start }) => start),
  );
  if (!oneStep) throw nothingToScore();
  const result = backtest(
    fitting.map(({ series, start }) => ({
      name: series.name,
      values: series.values,
      start,
      canForecast: (length) => forecaster.hasHistory(upTo(series, length)),
      // Each forecast draws its own random numbers, so that their errors are independent.
      drawPaths: (length) =>
        forecaster.paths(upTo(series, length), { ...pathOptions, horizon, seed: seedAt(seed, length) }),
    })),
    { horizon, season: usedSeason },
  );
  const [own, ...baselines] = result.rows;
  if (Number.isNaN(own!.crps)) throw nothingToScore();
  const lostTo = baselines.filter(({ crps }) => crps < own!.crps).map(({ name }) => name);
  return allFinite({ oneStep, backtest: result, lostTo });
}

/** Returns the series long enough for a forecast, with their starts. @throws ERR_DATA_FORMAT if there are none */
function fittingSeries(all: Series[], starts: number[], window: number, horizon: number) {
  const started = all.map((series, index) => ({ series, start: starts[index]! }));
  const fitting = started.filter(({ series, start }) => start >= window && series.values.length - start >= horizon);
  if (fitting.length > 0) return fitting;
  const most = started.reduce((most, { series, start }) => Math.max(most, series.values.length - start), 0);
  const problem =
    most < horizon
      ? `${horizon} held-out values, the horizon, but found ${most}`
      : `${window} values before and ${horizon} values after the start of a series`;
  throw formatError(`Expected at least ${problem}`);
}

/** Returns the evaluation if all its numbers are finite, as in JSON. @throws ERR_NOT_FINITE */
function allFinite(evaluation: ForecastEvaluation): ForecastEvaluation {
  JSON.stringify(evaluation, (name, value) => {
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    throw new LibtorchGenerativeError(
      'ERR_NOT_FINITE',
      `The score ${name} overflows: the series has values too far from the training data`,
    );
  });
  return evaluation;
}

function nothingToScore(): LibtorchGenerativeError {
  return formatError('Expected held-out values that follow known ones, but too many values are missing');
}

function checkedSeason(season: number | undefined, fitting: { series: Series; start: number }[]): number {
  const shortest = fitting.reduce((shortest, { start }) => Math.min(shortest, start), Infinity);
  if (season === undefined) {
    const [longest] = fitting.toSorted((a, b) => b.start - a.start);
    return Math.min(usualSeason(upTo(longest!.series, longest!.start)), shortest - 1);
  }
  if (season < shortest) return season;
  throw invalidArgument('season', `a whole number below ${shortest}, the values before the first forecast`, season);
}
