import { type Checks, checkedLater, readEntries, readOptions } from '../check';
import { formatError, invalidArgument } from '../errors';
import { type CovariateInputs, indicators, knownWords, lagged } from './covariates';
import { type Numbers, toElements, toNumbers } from './numbers';
import { readSource, type Series, type SeriesSource, spread } from './series';
import { toSeries } from './series-like';
import { TimeAxis } from './time-axis';

/** A series whose covariates are told by name, such as from JSON. */
export interface NamedSeries {
  /** Default "", for a single series. */
  name?: string | undefined;
  /** (T), in the data's units; NaN and null are missing values. */
  values: Numbers | readonly (number | null)[];
  /** Time of each value, written as in the training's file, and of as many steps ahead as are known. */
  time?: readonly (string | Date)[] | undefined;
  /** For each of the model's covariates its numbers or words, one for each value and for each step ahead. */
  covariates?: Readonly<Record<string, readonly (number | string)[] | Numbers>> | undefined;
  /** For each of the model's past covariates its numbers or words, one for each value; NaN and null are missing. */
  pastCovariates?: Readonly<Record<string, readonly (number | string | null)[] | Numbers>> | undefined;
  /** For each of the model's static covariates its number or word. */
  staticCovariates?: Readonly<Record<string, number | string>> | undefined;
}

/** What a series may have; each is read in its own way. */
const CHECKS: Checks<NamedSeries> = {
  name: checkedLater,
  values: checkedLater,
  time: checkedLater,
  covariates: checkedLater,
  pastCovariates: checkedLater,
  staticCovariates: checkedLater,
};

/**
 * Returns a series for a model of covariates, as {@link readSeries} reads it from a file: words become the model's inputs,
 * past covariates are moved to where they are known, and rows missing between the times become missing values.
 *
 * @param source {@link LoadedForecaster.source}
 * @throws ERR_INVALID_ARGUMENT for a covariate that is unknown, not given, or of the wrong kind; ERR_DATA_FORMAT, with the
 *   place, for data that the CSV reader rejects too
 * @example
 * ```ts
 * import { namedSeries } from 'libtorch-generative';
 *
 * const source = { column: 'sales', covariates: ['weather'], categories: { weather: ['rain', 'sun'] } };
 * const weather = ['sun', 'rain', 'sun', 'sun']; // also tomorrow's
 * const series = namedSeries({ values: [12, 7, 15], covariates: { weather } }, source);
 * console.log(series.covariates); // [ Float64Array(4) [ 0, 1, 0, 0 ], Float64Array(4) [ 1, 0, 1, 1 ] ]
 * ```
 */
export function namedSeries(series: NamedSeries, source: SeriesSource): Series {
  return toNamedSeries('', series, readSource(source));
}

/**
 * As {@link namedSeries}.
 *
 * @param argument its name in messages; "" if its properties are arguments themselves
 */
export function toNamedSeries(argument: string, series: NamedSeries, source: SeriesSource): Series {
  if (series === undefined) throw invalidArgument(argument || 'series', 'a series', series);
  const { name, values, time, ...given } = readOptions(series, CHECKS, argument || 'series');
  const prefix = argument && `${argument}.`;
  const length = toNumbers(`${prefix}values`, values, { missing: true }).length;
  const inputs = inputsOf(prefix, given, { source, length });
  const axis = time === undefined ? undefined : timeOf(`${prefix}time`, time, source);
  const all = toSeries(argument, { name, values: values!, ...inputs, time: axis });
  const filled = source.gaps === 'keep' || inputs.covariates.length > 0 ? undefined : axis?.filled();
  return filled ? { ...all, values: spread(all.values, filled.rows), time: filled.time } : all;
}

/** @throws ERR_INVALID_ARGUMENT; ERR_DATA_FORMAT for dates that cannot be read or do not increase */
function timeOf(name: string, labels: unknown, { dateFormat, timeZone, frequency }: SeriesSource): TimeAxis {
  const options = { format: dateFormat, zone: timeZone, frequency };
  return TimeAxis.parse(toElements(name, labels) as string[], (row) => `${name}[${row}]`, options);
}

/** Returns the model's inputs for covariates. */
function inputsOf(
  prefix: string,
  {
    covariates,
    pastCovariates,
    staticCovariates,
  }: Pick<NamedSeries, 'covariates' | 'pastCovariates' | 'staticCovariates'>,
  { source, length }: { source: SeriesSource; length: number },
): CovariateInputs & Pick<Series, 'maxHorizon'> {
  const read = (kind: 'covariates' | 'pastCovariates' | 'staticCovariates', given: object | undefined) =>
    entriesOf(prefix + kind, given, source[kind] ?? []);
  const { categories = {}, horizon = 1 } = source;
  const known = read('covariates', covariates).flatMap(({ label, column, value }) => {
    const inputs = toInputs(label, value, { words: knownWords(categories, column), missing: false });
    if (inputs[0]!.length < length) throw lengthError(label, `at least ${length}`, inputs[0]!.length);
    return inputs;
  });
  const past = read('pastCovariates', pastCovariates).flatMap(({ label, column, value }) => {
    const inputs = toInputs(label, value, { words: knownWords(categories, column), missing: true });
    if (inputs[0]!.length !== length) throw lengthError(label, `${length}`, inputs[0]!.length);
    return inputs.map((input) => lagged(input, horizon));
  });
  const constant = read('staticCovariates', staticCovariates).flatMap(({ label, column, value }) => {
    if (typeof value !== 'number' && typeof value !== 'string')
      throw invalidArgument(label, 'a number or a word', value);
    return toInputs(label, [value], { words: knownWords(categories, column), missing: false }).map(([input]) => input!);
  });
  return {
    covariates: [...known, ...past],
    staticCovariates: constant,
    maxHorizon: past.length > 0 ? horizon : undefined,
  };
}

/** Returns the value that is given for each column. @throws ERR_INVALID_ARGUMENT for one too many or too few */
function entriesOf(argument: string, given: object | undefined, columns: readonly string[]) {
  const expected = 'an object with the name of each covariate';
  const values = new Map(given === undefined ? [] : readEntries(given, argument, expected));
  for (const name of values.keys()) {
    if (columns.includes(name)) continue;
    const known = columns.length > 0 ? `has only ${columns.join(', ')}` : 'has none of these';
    throw invalidArgument(`${argument}.${name}`, `nothing, as the model ${known},`, values.get(name));
  }
  return columns.map((column) => {
    const label = `${argument}.${column}`;
    if (values.get(column) === undefined) throw invalidArgument(label, "the model's covariate", undefined);
    return { label, column, value: values.get(column) };
  });
}

/** Returns a covariate as inputs: its numbers, or for each of its words whether it is said. */
function toInputs(
  label: string,
  value: unknown,
  { words, missing }: { words: readonly string[] | undefined; missing: boolean },
): Float64Array[] {
  if (!words) return [toNumbers(label, value, { missing })];
  const cells = toElements(label, value).map((cell, index) => {
    if (typeof cell === 'string') return cell;
    if (missing && cell === null) return '';
    throw invalidArgument(`${label}[${index}]`, missing ? 'a word or null' : 'a word', cell);
  });
  return indicators(cells, words);
}

function lengthError(label: string, expected: string, received: number) {
  return formatError(`Expected ${expected} elements, one for each value, for ${label} but received ${received}`);
}

/** Returns the covariates of a series by name: the reverse of {@link namedSeries}. */
export function namedCovariates({ values, ...inputs }: Series, source: SeriesSource) {
  const { covariates = [], pastCovariates = [], staticCovariates = [], categories = {}, horizon = 1 } = source;
  const changing = inputs.covariates?.values() ?? [].values();
  const constant = inputs.staticCovariates?.values() ?? [].values();
  const take = <T>(from: Iterator<T>, column: string) =>
    Array.from({ length: knownWords(categories, column)?.length ?? 1 }, () => from.next().value as T);
  const cell = (column: string, ofInputs: number[]): number | string => {
    const words = knownWords(categories, column);
    return words ? (words[ofInputs.indexOf(1)] ?? '') : ofInputs[0]!;
  };
  const cells = (column: string, first: number): (number | string)[] => {
    const ofColumn = take(changing, column).map((input) => input.subarray(first));
    return Array.from(ofColumn[0]!, (_, step) =>
      cell(
        column,
        ofColumn.map((input) => input[step]!),
      ),
    );
  };
  const entries = <T>(columns: readonly string[], of: (column: string) => T) =>
    Object.fromEntries(columns.map((column) => [column, of(column)]));
  return {
    covariates: entries(covariates, (column) => cells(column, 0)),
    pastCovariates: entries(pastCovariates, (column) => cells(column, horizon).slice(0, values.length)),
    staticCovariates: entries(staticCovariates, (column) => cell(column, take(constant, column))),
  };
}
