import { checkSize } from '../check';
import type { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { upTo } from '../data/split';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import type { ForecastOptions } from '../models/forecast';
import { scope } from '../tensor/scope';
import { type Backtest, type BacktestRow, backtest } from './backtest';
import { type OneStepScores, scoreOneStep } from './one-step';
import { usualSeason } from './season';

/** What {@link evaluateForecasts} scores, and how it forecasts. */
export interface ForecastEvaluationOptions extends Omit<ForecastOptions, 'known'> {
  /** In each series the first value that the model has not learned from; `window` values or more come before it. */
  starts: number[];
  /** Steps after which the series repeat themselves; default guessed from the times and the values before `starts`. */
  season?: number;
}

/** How good a model's forecasts are. */
export interface ForecastEvaluation {
  /** Of each value from all before it. */
  oneStep: OneStepScores;
  /** Of whole horizons, beside naive forecasts. */
  backtest: Backtest;
  /** The naive forecasts whose CRPS is below the model's: those that it loses to. */
  lostTo: BacktestRow['name'][];
}

/**
 * Scores a model's forecasts of the values from `starts` on: of each from all before it, and of whole horizons beside
 * naive forecasts. Series that end before are left out.
 *
 * @param series whole, in the data's units
 * @throws ERR_DATA_FORMAT if no horizon fits or too many values are missing, ERR_INVALID_ARGUMENT for a season that is
 *   too long
 * @see https://otexts.com/fpp3/tscv.html
 * @example
 * ```ts
 * import { evaluateForecasts, Forecaster, manualSeed, MdnRnn, SeriesEncoding } from 'libtorch-generative';
 *
 * manualSeed(1);
 * const values = Float64Array.from({ length: 120 }, (_, month) => 20 + 8 * Math.sin((month * Math.PI) / 6));
 * const training = { name: '', values: values.subarray(0, 96) };
 * const encoding = SeriesEncoding.fit([training], { window: 24, link: 'identity', scale: 'global', calendar: [] });
 * const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 16 }), encoding); // untrained
 *
 * const whole = { name: '', values };
 * const options = { starts: [96], horizon: 12, season: 12 };
 * const { oneStep, backtest, lostTo } = evaluateForecasts(forecaster, [whole], options);
 * console.log(oneStep.count, backtest.numForecasts); // 24 2
 * console.log(lostTo.includes('seasonalNaive')); // true
 * ```
 */
export function evaluateForecasts(
  forecaster: Forecaster,
  series: Series[],
  options: ForecastEvaluationOptions,
): ForecastEvaluation {
  const { horizon = 24, seed = 0 } = options;
  const fitting = series
    .map((each, index) => ({ series: each, start: options.starts[index]! }))
    .filter(({ series, start }) => start >= forecaster.encoding.window && series.values.length - start >= horizon);
  const { encoding } = forecaster;
  if (fitting.length === 0) {
    const most = Math.max(...series.map(({ values }, index) => values.length - options.starts[index]!));
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
      `Expected at least ${horizon} values that the model has not learned from, the horizon, but found ${most}`,
    );
  }
  const starts = fitting.map(({ start }) => start);
  const season = checkedSeason(options.season, fitting, encoding.window);
  const oneStep = scope(() => {
    const whole = fitting.map(({ series }) => series);
    const windows = encoding.windows(whole, starts);
    if (windows.targets.length === 0) throw nothingToScore();
    return scoreOneStep(forecaster, windows);
  });
  const result = backtest(
    fitting.map(({ series, start }) => ({
      name: series.name,
      values: series.values,
      start,
      canForecast: (length) => encoding.hasHistory(upTo(series, length)),
      // Each forecast draws its own numbers, or they would all err alike.
      drawPaths: (length) => forecaster.paths(upTo(series, length), { ...options, horizon, seed: seed + length }),
    })),
    { horizon, season },
  );
  const [own, ...baselines] = result.rows;
  if (Number.isNaN(own!.crps)) throw nothingToScore();
  const lostTo = baselines.filter(({ crps }) => crps < own!.crps).map(({ name }) => name);
  return { oneStep, backtest: result, lostTo };
}

function nothingToScore(): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_DATA_FORMAT',
    'Expected values that the model has not learned from after some that are known, but too many are missing',
  );
}

function checkedSeason(
  season: number | undefined,
  fitting: { series: Series; start: number }[],
  window: number,
): number {
  const shortest = Math.min(...fitting.map(({ start }) => start));
  if (season === undefined) {
    const [longest] = fitting.toSorted((a, b) => b.start - a.start);
    return Math.min(usualSeason(upTo(longest!.series, longest!.start), window), shortest - 1);
  }
  checkSize('season', season);
  if (season < shortest) return season;
  throw invalidArgument('season', `a whole number below ${shortest}, the values before the first forecast`, season);
}
