import { type Categories, categoriesOf } from '../data/covariates';
import { CsvTable } from '../data/csv';
import { encodingsFor } from '../data/encoding';
import type { LinkName } from '../data/link';
import { usualSeason } from '../data/season';
import { readSeries, type Series, type SeriesSource } from '../data/series';
import { SeriesEncoding } from '../data/series-encoding';
import { hasValue, upTo } from '../data/series-like';
import type { SegmentOptions, SmoothingEncoding } from '../data/smoothing-encoding';
import { partEnds } from '../data/split';
import { formatError, LibtorchGenerativeError, messageOn, worded } from '../errors';
import { cat, full, zeros } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import type { RequestedMdnRnnSettings } from './mdn-rnn-settings';

/** Reads the series of a run, or the same columns of another file. @throws as {@link readSeries} */
export function readRunSeries(
  settings: RequestedMdnRnnSettings,
  { file = settings.data, onWarning }: { file?: string | undefined; onWarning: SeriesSource['onWarning'] },
): Series[] {
  return readSeries(file, { ...sourceOf(settings), onWarning });
}

/** Returns where to find the series of a run in its file. */
export function sourceOf(settings: RequestedMdnRnnSettings): SeriesSource {
  const { column, series, time, delimiter, decimal, gaps, frequency, dateFormat, timeZone, link } = settings;
  const { covariates, staticCovariates, pastCovariates, horizon, categories } = settings;
  const file = { column, series, time, delimiter, decimal, gaps, frequency, dateFormat, timeZone, link: linkOf(link) };
  return { ...file, covariates, staticCovariates, pastCovariates, horizon, categories };
}

/** Returns the words of a run's covariates. @throws as {@link readSeries} */
export function readCategories(settings: RequestedMdnRnnSettings): Categories {
  const { covariates, staticCovariates, pastCovariates } = settings;
  if (covariates.length + staticCovariates.length + pastCovariates.length === 0) return {};
  return categoriesOf(CsvTable.read(settings.data, settings), settings);
}

/** Training and validation data of an MDN-RNN. */
export interface TrainingData {
  /** (N, T, columns): windows of a {@link SeriesEncoding}, or segments of a {@link SmoothingEncoding}. */
  training: Tensor;
  /** Undefined if there is no validation data. */
  validation: Tensor | undefined;
  /** Number of training values of the longest series. */
  longest: number;
}

/**
 * Returns the windows of each series' training part, and those that predict its validation part.
 *
 * @throws ERR_DATA_FORMAT, with the file, if there is nothing to train on
 */
export function trainingWindows(
  settings: RequestedMdnRnnSettings,
  series: Series[],
): TrainingData & { encoding: SeriesEncoding } {
  const { ends, parts, untilTest } = partsOf(settings, series);
  const difference = lagOf(settings, parts);
  const needed = settings.window + difference + 1;
  if (!parts.some(({ values }) => values.length >= needed)) throw tooShort(settings, series, parts, difference);
  return naming(settings, () => {
    const { window, link, scale, calendar } = settings;
    // A series without values in its training part is scaled by its own past.
    const known = parts.filter(({ values }) => hasValue(values));
    if (known.length === 0) throw formatError('all training values are missing');
    const encoding = SeriesEncoding.fit(known, { window, link: linkOf(link), scale, difference, calendar });
    const training = encoding.windows(
      parts,
      parts.map(() => 0),
    );
    if (training.targets.length === 0)
      throw formatError('no window is followed by a value: too many values are missing');
    const validation = encoding.windows(
      untilTest,
      ends.map(({ training }) => training),
    );
    const longest = longestOf(parts);
    return { encoding, training: training.rows, validation: unlessEmpty(validation.rows), longest };
  });
}

/** Most steps for which segments overlap much. */
const MANY_STEPS = 50_000;
/** Most steps of all segments to train on, as few more tell anything new, and to validate by. */
const [MOST_TRAINING_STEPS, MOST_VALIDATION_STEPS] = [250_000, 50_000];

/**
 * Returns the segments of each series' training part, and those that predict its validation part, as all encodings see
 * them.
 *
 * @throws ERR_DATA_FORMAT, with the file, if there is nothing to train on
 */
export function trainingSegments(
  settings: RequestedMdnRnnSettings,
  series: Series[],
  encodings: SmoothingEncoding[],
): TrainingData {
  const { ends, parts, untilTest } = partsOf(settings, series);
  const numSteps = parts.reduce((sum, { values }) => sum + values.length, 0);
  const { window } = settings;
  const stride = Math.ceil(numSteps > MANY_STEPS ? window : window / 4);
  const half = Math.ceil(window / 2);
  /** Returns the segments of the series that an encoding is for. */
  const segmentsOf = (all: Series[], from: number[], options: Omit<SegmentOptions, 'from'>) =>
    joined(
      encodings.map((encoding) => {
        const isSeen = ({ name }: Series) => encodingsFor(encodings, name).includes(encoding);
        const seen = [...all.keys()].filter((index) => isSeen(all[index]!));
        return encoding.segments(
          seen.map((index) => all[index]!),
          { from: seen.map((index) => from[index]!), ...options },
        ).rows;
      }),
    );
  return naming(settings, () => {
    const all = parts.map(() => 0);
    const training = segmentsOf(parts, all, { stride, warmUp: 0, mostSteps: MOST_TRAINING_STEPS });
    if (!training) throw tooFew();
    const from = ends.map(({ training }) => training);
    const heldOut = { stride: half, warmUp: half, mostSteps: MOST_VALIDATION_STEPS };
    return { training, validation: segmentsOf(untilTest, from, heldOut), longest: longestOf(parts) };
  });
}

function tooFew(): LibtorchGenerativeError {
  return worded('ERR_DATA_FORMAT', ({ choose }) => {
    const way = choose({ program: 'pretrainedForecaster', commandLine: 'forecast FILE.csv' });
    return `there are too few values to train on: ${way} forecasts without training`;
  });
}

/** Returns the parts of series to train on, and all but the part for testing. */
export function partsOf(settings: RequestedMdnRnnSettings, series: Series[]) {
  const ends = series.map((each) => partEnds(each, settings));
  return {
    ends,
    parts: series.map((each, index) => upTo(each, ends[index]!.training)),
    untilTest: series.map((each, index) => upTo(each, ends[index]!.validation)),
  };
}

/** Returns the link of those values that are asked for by a name. */
function linkOf(link: LinkName | 'auto'): LinkName {
  return link === 'auto' ? 'identity' : link;
}

/** Joins segments (N, T, columns), which may differ in T; undefined if there are none. */
function joined(parts: Tensor[]): Tensor | undefined {
  const filled = parts.filter(({ shape }) => shape[0]! > 0);
  if (filled.length < 2) return filled[0];
  const length = Math.max(...filled.map(({ shape }) => shape[1]!));
  return cat(
    filled.map((part) => padded(part, length)),
    0,
  );
}

/** Lengthens segments by steps that are not to be predicted. */
function padded(part: Tensor, length: number): Tensor {
  const [count, steps, columns] = part.shape;
  if (steps === length) return part;
  const added = length - steps!;
  const after = cat([full([count!, added, 1], Number.NaN), zeros([count!, added, columns! - 1])], 2);
  return cat([part, after], 1);
}

function unlessEmpty(rows: Tensor): Tensor | undefined {
  if (rows.shape[0]! > 0) return rows;
  rows.dispose();
  return undefined;
}

/** Returns the steps between the values that are subtracted, guessing the season from the training parts; 0 for none. */
function lagOf({ difference, season }: RequestedMdnRnnSettings, parts: Series[]): number {
  if (difference !== 'season') return difference === '1' ? 1 : 0;
  if (season !== undefined) return season;
  const [longest] = parts.toSorted((a, b) => b.values.length - a.values.length);
  return usualSeason(longest!, Math.floor(longest!.values.length / 3));
}

function longestOf(series: readonly Series[]): number {
  return series.reduce((longest, { values }) => Math.max(longest, values.length), 0);
}

function tooShort(
  { data, window, validation, test }: RequestedMdnRnnSettings,
  series: Series[],
  parts: Series[],
  difference: number,
) {
  const [length, left] = [longestOf(series), longestOf(parts)];
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
