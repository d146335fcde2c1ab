import { usualSeason } from '../data/season';
import { readSeries, type Series, type SeriesSource } from '../data/series';
import { SeriesEncoding, type Windows } from '../data/series-encoding';
import { hasValue } from '../data/series-like';
import { partEnds, upTo } from '../data/split';
import { describe, formatError, LibtorchGenerativeError, messageOn, worded } from '../errors';
import type { RequestedMdnRnnSettings } from './mdn-rnn-settings';

/** Reads the series of a run, or the same columns of another file. @throws as {@link readSeries} */
export function readRunSeries(settings: RequestedMdnRnnSettings, file = settings.data): Series[] {
  return readSeries(file, sourceOf(settings));
}

/** Returns where to find the series of a run in its file. */
export function sourceOf({ column, series, time, covariates, link }: RequestedMdnRnnSettings): SeriesSource {
  return { column, series, time, covariates, link };
}

/** Describes problems of a run's data that do not prevent training. */
export function oddities(
  { data, window }: RequestedMdnRnnSettings,
  series: Series[],
  { historyLength }: SeriesEncoding,
): string[] {
  const irregular = series.flatMap(({ name, time }) => {
    const problem = time?.irregularity();
    return problem ? `${data}${name && `, series ${describe(name)}`}: ${problem}` : [];
  });
  const numShort = series.filter(({ values }) => values.length <= historyLength).length;
  const others = irregular.length > 1 ? ` (and ${irregular.length - 1} other irregular series)` : '';
  return [
    ...irregular.slice(0, 1).map((first) => first + others),
    ...(numShort > 0
      ? [`${data}: ${numShort} of ${series.length} series are too short for a window of ${window} and the next value`]
      : []),
  ];
}

/** Training and validation data of an MDN-RNN. */
export interface TrainingWindows {
  encoding: SeriesEncoding;
  training: Windows;
  /** Undefined if there is no validation data. */
  validation: Windows | undefined;
}

/**
 * Returns the windows of each series' training part, and those that predict its validation part.
 *
 * @throws ERR_DATA_FORMAT, with the file, if there is nothing to train on
 */
export function trainingWindows(settings: RequestedMdnRnnSettings, series: Series[]): TrainingWindows {
  const ends = series.map((each) => partEnds(each, settings));
  const parts = series.map((each, index) => upTo(each, ends[index]!.training));
  const difference = lagOf(settings, parts);
  const needed = settings.window + difference + 1;
  if (!parts.some(({ values }) => values.length >= needed)) throw tooShort(settings, series, parts, difference);
  return naming(settings, () => {
    const { window, link, scale, calendar } = settings;
    // A series without values in its training part is scaled by its own past.
    const known = parts.filter(({ values }) => hasValue(values));
    if (known.length === 0) throw formatError('all training values are missing');
    const encoding = SeriesEncoding.fit(known, { window, link, scale, difference, calendar });
    const training = encoding.windows(
      parts,
      parts.map(() => 0),
    );
    if (training.targets.length === 0)
      throw formatError('no window is followed by a value: too many values are missing');
    const untilTest = series.map((each, index) => upTo(each, ends[index]!.validation));
    const validation = encoding.windows(
      untilTest,
      ends.map(({ training }) => training),
    );
    if (validation.targets.length > 0) return { encoding, training, validation };
    validation.rows.dispose();
    return { encoding, training, validation: undefined };
  });
}

/** Longer seasons are found only from the times. */
const MAX_GUESSED_SEASON = 400;

/** Returns the steps between the values that are subtracted, guessing the season from the training parts; 0 for none. */
function lagOf({ difference }: RequestedMdnRnnSettings, parts: Series[]): number {
  if (difference !== 'season') return difference === '1' ? 1 : 0;
  const [longest] = parts.toSorted((a, b) => b.values.length - a.values.length);
  return usualSeason(longest!, Math.min(Math.floor(longest!.values.length / 3), MAX_GUESSED_SEASON));
}

function tooShort(
  { data, window, validation, test }: RequestedMdnRnnSettings,
  series: Series[],
  parts: Series[],
  difference: number,
) {
  const longest = (each: Series[]) => each.reduce((longest, { values }) => Math.max(longest, values.length), 0);
  const [length, left] = [longest(series), longest(parts)];
  const lag = difference > 0 ? `, a difference of ${difference}` : '';
  const expected = `Expected at least ${window + difference + 1} training values, a window of ${window}${lag} and the next value`;
  const has = `${data} has ${length}${series.length > 1 ? ' at most in a series' : ''}`;
  return worded('ERR_DATA_FORMAT', ({ option }) => {
    const heldOut = `${option('validation')} ${validation}`;
    const kept = test > 0 ? `${heldOut} and ${option('test')} ${test} leave` : `${heldOut} leaves`;
    return `${expected}, but ${has}${left < length ? `, of which ${kept} ${left}` : ''}`;
  });
}

/** Adds the file and the column to errors. */
function naming<T>({ data, column }: RequestedMdnRnnSettings, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    throw worded(error.code, (surface) => `${data}, column "${column}": ${messageOn(surface, error)}`, {
      cause: error,
    });
  }
}
