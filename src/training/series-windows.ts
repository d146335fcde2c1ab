import { readSeries, type Series, type SeriesSource } from '../data/series';
import { SeriesEncoding, type Windows } from '../data/series-encoding';
import { hasValue } from '../data/series-like';
import { partEnds, upTo } from '../data/split';
import { describe, formatError, LibtorchGenerativeError, messageOn, worded } from '../errors';
import type { RequestedMdnRnnSettings } from './mdn-rnn-settings';

/** The series of a run, or the same columns of another file. Errors: as {@link readSeries} */
export function readRunSeries(settings: RequestedMdnRnnSettings, file = settings.data): Series[] {
  return readSeries(file, sourceOf(settings));
}

/** Where in its file the series of a run are. */
export function sourceOf({ column, series, time, covariates, link }: RequestedMdnRnnSettings): SeriesSource {
  return { column, series, time, covariates, link };
}

/** What is odd about the data of a run but can be trained on, in words. */
export function oddities({ data, window }: RequestedMdnRnnSettings, series: Series[]): string[] {
  const irregular = series.flatMap(({ name, time }) => {
    const problem = time?.irregularity();
    return problem ? `${data}${name && `, series ${describe(name)}`}: ${problem}` : [];
  });
  const numShort = series.filter(({ values }) => values.length <= window).length;
  const others = irregular.length > 1 ? ` (and ${irregular.length - 1} other series like that)` : '';
  return [
    ...irregular.slice(0, 1).map((first) => first + others),
    ...(numShort > 0
      ? [`${data}: ${numShort} of ${series.length} series have no window of ${window} and a value after it`]
      : []),
  ];
}

/** What an MDN-RNN is trained on and validated by. */
export interface TrainingWindows {
  encoding: SeriesEncoding;
  training: Windows;
  /** Undefined if no value is kept for validation. */
  validation: Windows | undefined;
}

/**
 * The windows of each series' training part, and those that predict its validation part.
 *
 * @throws ERR_DATA_FORMAT, with the file, if there is nothing to learn from
 */
export function trainingWindows(settings: RequestedMdnRnnSettings, series: Series[]): TrainingWindows {
  const ends = series.map((each) => partEnds(each, settings));
  const parts = series.map((each, index) => upTo(each, ends[index]!.training));
  if (!parts.some(({ values }) => values.length > settings.window)) throw tooShort(settings, series, parts);
  return naming(settings, () => {
    const { window, link, scale, calendar } = settings;
    // A series that begins after its training part is scaled by its own past.
    const known = parts.filter(({ values }) => hasValue(values));
    if (known.length === 0) throw formatError('all values to train on are missing');
    const encoding = SeriesEncoding.fit(known, { window, link, scale, calendar });
    const training = encoding.windows(
      parts,
      parts.map(() => 0),
    );
    if (training.targets.length === 0)
      throw formatError('there is no window with a value after it: too many are missing');
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

function tooShort({ data, window, validation, test }: RequestedMdnRnnSettings, series: Series[], parts: Series[]) {
  const longest = (each: Series[]) => each.reduce((longest, { values }) => Math.max(longest, values.length), 0);
  const [length, left] = [longest(series), longest(parts)];
  const expected = `Expected at least ${window + 1} values to train on, a window of ${window} and the next value`;
  const has = `${data} has ${length}${series.length > 1 ? ' at most in a series' : ''}`;
  return worded('ERR_DATA_FORMAT', ({ option }) => {
    const heldOut = `${option('validation')} ${validation}`;
    const kept = test > 0 ? `${heldOut} and ${option('test')} ${test} leave` : `${heldOut} leaves`;
    return `${expected}, but ${has}${left < length ? `, of which ${kept} ${left}` : ''}`;
  });
}

/** Errors of the data name the file and the column. */
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
