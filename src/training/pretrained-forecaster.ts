import { finishBreathing } from '../breathe';
import { type Checks, checkFunction, checkInteger, checkSignal, checkSize, oneOf, readOptions } from '../check';
import { Forecaster } from '../data/forecaster';
import { LINK_NAMES, type LinkName } from '../data/link';
import { hasValue, type SeriesLike, toSeriesList } from '../data/series-like';
import { SMOOTHING_WINDOW } from '../data/smoothing-encoding';
import { formatError } from '../errors';
import type { WorkOptions } from '../work';
import { chooseEncodings, horizonOf, likelyLink } from './choose-encodings';
import { kindFor, PRETRAINED_SPREAD, pretrainedModel } from './pretrained';

/** Options of {@link pretrainedForecaster}. */
export interface PretrainedForecasterOptions extends WorkOptions {
  /** Steps ahead that forecasts shall reach, by which links and seasons are judged; default 24 or fewer. */
  horizon?: number | undefined;
  /** Transformation of values, see {@link LinkName}; default "auto", those that a backtest chooses. */
  link?: LinkName | 'auto' | undefined;
  /** Steps after which the series repeat, 1 if they do not; default found by a backtest. */
  season?: number | undefined;
  /** Seed of the backtest's random numbers; default 0. */
  seed?: number | undefined;
}

const OPTIONS: Checks<PretrainedForecasterOptions> = {
  horizon: checkSize,
  link: oneOf('auto', ...LINK_NAMES),
  season: checkSize,
  seed: (name, value) => checkInteger(name, value),
  signal: checkSignal,
  onProgress: checkFunction,
};

/**
 * Returns a forecaster for series of any kind that needs no training: the net in the package has learned from synthetic
 * series alone. A backtest on the series chooses whether they have a season and whether logarithms help.
 *
 * To learn from the series, or from covariates and the calendar, see {@link trainMdnRnn}, which starts from this net.
 *
 * @param series what to choose by; the forecaster takes other series too
 * @throws ERR_INVALID_ARGUMENT; ERR_DATA_FORMAT if all values are missing, or as {@link Forecaster.paths}; ERR_FILE if
 *   the net is missing
 * @example
 * ```ts
 * import { pathQuantiles, pretrainedForecaster } from 'libtorch-generative';
 *
 * const values = Array.from({ length: 60 }, (_, month) => 50 + month + 10 * Math.sin((month * Math.PI) / 6));
 * const forecaster = await pretrainedForecaster([{ values }], { horizon: 12 });
 * const paths = await forecaster.paths({ values }, { horizon: 12, paths: 200, seed: 1 });
 * const [low, median, high] = pathQuantiles(paths, 12, [0.05, 0.5, 0.95]);
 * console.log(low![3]! < 123 && 123 < high![3]!, Math.abs(median![3]! - 123) < 5); // true true
 * ```
 */
export async function pretrainedForecaster(
  series: readonly SeriesLike[],
  options: PretrainedForecasterOptions = {},
): Promise<Forecaster> {
  const { link = 'auto', season, seed = 0, horizon, signal, onProgress } = readOptions(options, OPTIONS);
  const read = toSeriesList('series', series);
  if (!read.some(({ values }) => hasValue(values))) throw formatError('All values of all series are missing');
  const settings = { link, season, select: true, seed, window: SMOOTHING_WINDOW, calendar: [] };
  const model = pretrainedModel(undefined, kindFor(likelyLink(read, settings)));
  try {
    const choice = chooseEncodings(model, read, settings, horizonOf({ horizon }, read));
    const { encodings } = await finishBreathing(choice, { signal, onProgress });
    return new Forecaster(model.eval(), encodings, PRETRAINED_SPREAD);
  } catch (error) {
    model.dispose();
    throw error;
  }
}
