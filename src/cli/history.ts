import type { Series } from '../data/series';
import { describe, formatError, LibtorchGenerativeError } from '../errors';
import { nearest } from '../nearest';
import { encodingsOf, type MdnRnnSettings } from '../training/mdn-rnn-settings';
import { readRunSeries } from '../training/series-windows';

const MAX_LISTED = 10;

/**
 * Reads the series to forecast or evaluate: those of `file`, default the training data.
 *
 * @param only the name of a single series to return
 * @throws ERR_FILE; ERR_DATA_FORMAT, also if a series is shorter than the model's window; ERR_INVALID_ARGUMENT if none
 *   has that name
 */
export function readHistory(settings: MdnRnnSettings, file = settings.data, only?: string): Series[] {
  const chosen = named(readRunSeries(settings, file), only);
  const historyLength = Math.max(...encodingsOf(settings).map((encoding) => encoding.historyLength));
  const short = chosen.find(({ values }) => values.length < historyLength);
  if (!short) return chosen;
  const where = short.name ? ` of the series ${describe(short.name)}` : '';
  throw formatError(
    `Expected at least ${historyLength} values${where} in ${file}, the model's window, but found ${short.values.length}`,
  );
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
      ? ` Choose one of ${names.slice(0, MAX_LISTED).map(describe).join(', ')}${names.length > MAX_LISTED ? ', ...' : ''}.`
      : ' The file has a single, unnamed series.';
  return new LibtorchGenerativeError('ERR_INVALID_ARGUMENT', `Unknown series ${describe(name)}.${hint}`);
}
