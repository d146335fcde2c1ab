import type { Series } from '../data/series';
import { ofSeries } from '../data/series-like';
import { describe, formatError, LibtorchGenerativeError, listed } from '../errors';
import { nearest } from '../nearest';
import { encodingsOf, type MdnRnnSettings } from '../training/mdn-rnn-settings';
import { readRunSeries } from '../training/series-windows';
import { warn } from './warn';

/**
 * Reads the series to forecast or evaluate: those of `file`, default the training data. Of several, those that are too
 * short are left out, with a warning.
 *
 * @param only the name of a single series to return
 * @throws ERR_FILE; ERR_DATA_FORMAT, also if all series are shorter than the model's window; ERR_INVALID_ARGUMENT if none
 *   has that name
 */
export function readHistory(settings: MdnRnnSettings, file = settings.data, only?: string): Series[] {
  const chosen = named(readRunSeries(settings, { file, onWarning: warn }), only);
  const historyLength = Math.max(...encodingsOf(settings).map((encoding) => encoding.historyLength));
  const long = chosen.filter(({ values }) => values.length >= historyLength);
  const short = chosen.filter(({ values }) => values.length < historyLength);
  const needed = `at least ${historyLength} values, the model's window`;
  if (long.length === 0) {
    const longest = short.reduce((longest, each) => (each.values.length > longest.values.length ? each : longest));
    throw formatError(`Expected ${needed},${ofSeries(longest.name)} in ${file} but found ${longest.values.length}`);
  }
  if (short.length > 0)
    warn(`${file}: series without ${needed}, are left out: ${listed(short.map(({ name }) => name))}`);
  return long;
}

/** Returns all series, or the one with a name. @throws ERR_INVALID_ARGUMENT if none has it */
export function named(all: Series[], only: string | undefined): Series[] {
  const chosen = only === undefined ? all : all.filter(({ name }) => name === only);
  if (chosen.length === 0) throw unknownSeries(only!, all);
  return chosen;
}

function unknownSeries(name: string, all: Series[]): LibtorchGenerativeError {
  const names = all.map((series) => series.name).filter(Boolean);
  const near = nearest(name, names);
  const hint = near
    ? ` Did you mean ${describe(near)}?`
    : names.length > 0
      ? ` Choose one of ${listed(names)}.`
      : ' The file has a single, unnamed series.';
  return new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Unknown series ${describe(name)}.${hint}`);
}
