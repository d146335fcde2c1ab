import { finishBreathing } from '../breathe';
import { type Checks, checkFunction, checkInstance, checkSignal, checkSize, readOptions } from '../check';
import { evenly } from '../data/evenly';
import { PATH_OPTIONS, type PathOptions, seedAt, withDefaults } from '../data/forecast-options';
import { Forecaster } from '../data/forecaster';
import { toElements } from '../data/numbers';
import { usualSeason } from '../data/season';
import type { Series } from '../data/series';
import { checkHasValue, checkHorizon, type SeriesLike, toSeriesList, toSteps, upTo } from '../data/series-like';
import { formatError, invalidArgument, LibtorchGenerativeError } from '../errors';
import type { WorkOptions, WorkProgress } from '../work';
import { type Backtest, type BacktestRow, backtest, type LeftOut } from './backtest';
import { type OneStepScores, scoreOneStep } from './one-step';

/** Options of {@link evaluateForecasts}. */
export interface ForecastEvaluationOptions extends PathOptions, WorkOptions {
  /** For each series, the step of the first held-out value; at least `window` values must come before it. */
  starts: readonly number[];
  /**
   * Steps after which the series repeat; default guessed from the times and the values before `starts`. Series with no
   * more values than that before their start are taken to have no season.
   */
  season?: number | undefined;
}

const OPTIONS: Checks<ForecastEvaluationOptions> = {
  ...PATH_OPTIONS,
  starts: () => {},
  season: checkSize,
  signal: checkSignal,
  onProgress: checkFunction,
};

/** Naive forecasts need as many values before the first one. */
const LEAST_PAST = 3;
/** Of more series an evenly spaced part is scored: more tell nothing new. */
const MAX_SERIES = 1000;

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
 * compared with naive forecasts. Series that are too short are left out, and named; of more than 1000 series an evenly
 * spaced part is scored. It does not block the event loop between forecasts.
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
 * const { oneStep, backtest, lostTo } = await evaluateForecasts(forecaster, [{ values }], options);
 * console.log(oneStep.count, backtest.numForecasts); // 24 2
 * console.log(lostTo.includes('seasonalNaive')); // true
 * ```
 */
export async function evaluateForecasts(
  forecaster: Forecaster,
  series: readonly SeriesLike[],
  options: ForecastEvaluationOptions,
): Promise<ForecastEvaluation> {
  const { signal, onProgress, ...rest } = readOptions(options, OPTIONS);
  return finishBreathing(evaluation(forecaster, series, rest), { signal, onProgress });
}

/** Options of {@link evaluation}. */
export type EvaluationOptions = Omit<ForecastEvaluationOptions, keyof WorkOptions>;

/** As {@link evaluateForecasts}; yields after each forecast. */
export function* evaluation(
  forecaster: Forecaster,
  series: readonly SeriesLike[],
  { starts, season, ...draw }: EvaluationOptions,
): Generator<WorkProgress, ForecastEvaluation> {
  checkInstance('forecaster', forecaster, Forecaster);
  toElements('forecaster.encodings', forecaster.encodings);
  const { horizon, seed, ...pathOptions } = withDefaults(draw);
  const all = toSeriesList('series', series);
  all.forEach(checkHasValue);
  for (const each of all) checkHorizon(each, horizon);
  const { fitting, leftOut } = fittingSeries(all, toSteps('starts', starts, all), {
    needed: Math.max(forecaster.historyLength, LEAST_PAST),
    horizon,
  });
  const usedSeason = checkedSeason(season, fitting);
  const scored = evenly(fitting, MAX_SERIES);
  const oneStep = scoreOneStep(
    forecaster,
    scored.map(({ series }) => series),
    scored.map(({ start }) => start),
  );
  if (!oneStep) throw nothingToScore();
  const result = yield* backtest(
    scored.map(({ series, start }) => ({
      name: series.name,
      values: series.values,
      start,
      canForecast: (length) => forecaster.hasHistory(upTo(series, length)),
      // Each forecast draws its own random numbers, so that their errors are independent.
      drawPaths: (length) =>
        forecaster.pathsSync(upTo(series, length), { ...pathOptions, horizon, seed: seedAt(seed, length) }),
    })),
    { horizon, season: usedSeason },
  );
  const [own, ...baselines] = result.rows;
  if (Number.isNaN(own!.crps)) throw nothingToScore();
  const lostTo = baselines.filter(({ crps }) => crps < own!.crps).map(({ name }) => name);
  return allFinite({ oneStep, backtest: { ...result, ...(leftOut.length > 0 && { leftOut }) }, lostTo });
}

/** A series and the step of its first held-out value. */
interface Started {
  series: Series;
  start: number;
}

/** Tells the series long enough for a forecast from the others. @throws ERR_DATA_FORMAT if there are none */
function fittingSeries(all: Series[], starts: number[], { needed, horizon }: { needed: number; horizon: number }) {
  const fitting: Started[] = [];
  const leftOut: LeftOut[] = [];
  for (const [index, series] of all.entries()) {
    const start = starts[index]!;
    const after = Math.max(series.values.length - start, 0);
    if (start >= needed && after >= horizon) fitting.push({ series, start });
    else if (after < horizon)
      leftOut.push({ name: series.name, reason: `${after} held-out values, fewer than the horizon of ${horizon}` });
    else leftOut.push({ name: series.name, reason: `${start} values before the held-out ones, of ${needed} needed` });
  }
  if (fitting.length > 0) return { fitting, leftOut };
  const most = all.reduce((most, series, index) => Math.max(most, series.values.length - starts[index]!), 0);
  const problem =
    most < horizon
      ? `${horizon} held-out values, the horizon, but found ${most}`
      : `${needed} values before and ${horizon} values after the start of a series`;
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

function checkedSeason(season: number | undefined, fitting: Started[]): number {
  const longest = fitting.reduce((longest, each) => (each.start > longest.start ? each : longest));
  if (season === undefined) return usualSeason(upTo(longest.series, longest.start));
  if (season < longest.start) return season;
  throw invalidArgument(
    'season',
    `a whole number below ${longest.start}, the values before the first forecast`,
    season,
  );
}
