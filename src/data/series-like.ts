import { type Checks, checkedLater, checkInteger, checkSize, reading, readOptions } from '../check';
import { describe, formatError, invalidArgument } from '../errors';
import { type Numbers, toElements, toNumbers } from './numbers';
import type { Series } from './series';
import { TimeAxis } from './time-axis';

/**
 * A {@link Series}, or the same as plain arrays, such as from JSON. Everything is copied, so arrays may change
 * afterwards.
 *
 * @example
 * ```ts
 * import { SeriesEncoding, type SeriesLike } from 'libtorch-generative';
 *
 * const series: SeriesLike = { values: [12, null, 15, 14], time: ['2024-01', '2024-02', '2024-03', '2024-04'] };
 * const encoding = SeriesEncoding.fit([series], { window: 2, calendar: ['month'] });
 * console.log(encoding.history(series).rows.shape); // [ 2, 4 ]
 * ```
 */
export interface SeriesLike {
  /** Default "", for a single series. */
  name?: string | undefined;
  /** (T), in the data's units; NaN and null are missing values, also at the end. */
  values: Numbers | readonly (number | null)[];
  /** Other columns known in advance, each (T) or longer, without missing values. */
  covariates?: readonly Numbers[] | undefined;
  /** What describes the series at all times, such as its size; as many numbers for each series. */
  staticCovariates?: Numbers | undefined;
  /** Time of each row, (T) or longer: a {@link TimeAxis}, or labels for {@link TimeAxis.parse}. */
  time?: TimeAxis | readonly (string | Date)[] | undefined;
  /** As {@link Series.maxHorizon}. */
  maxHorizon?: number | undefined;
}

/** What a series may have; each is read in its own way. */
export const SERIES: Checks<SeriesLike> = {
  name: checkedLater,
  values: checkedLater,
  covariates: checkedLater,
  staticCovariates: checkedLater,
  time: checkedLater,
  maxHorizon: checkSize,
};

/** Series that were copied here and that no caller has: they need not be copied and checked again. */
const copies = new WeakSet<object>();

/**
 * Converts a caller's series.
 *
 * @param argument its name in messages; "" if its properties are arguments themselves
 * @throws ERR_INVALID_ARGUMENT if it is not a series; ERR_DATA_FORMAT, with the place, for data that the CSV reader
 *   rejects too: infinite values, missing covariates, times that do not increase
 */
export function toSeries(argument: string, value: SeriesLike): Series {
  if (copies.has(value)) return value as Series;
  if (value === undefined) throw invalidArgument(argument, 'a series', value);
  const given = readOptions(value, SERIES, argument);
  const { name = '' } = given;
  if (typeof name !== 'string') throw invalidArgument(`${argument}.name`, 'a string', name);
  // A name is clearer than a position in an array.
  const [prefix, of] = name === '' ? [argument && `${argument}.`, ''] : ['', ofSeries(name)];
  const values = toNumbers(`${prefix}values`, given.values, { missing: true, of });
  const { length } = values;
  const covariates =
    given.covariates === undefined
      ? undefined
      : toElements(`${prefix}covariates${of}`, given.covariates).map((covariate, index) => {
          const label = `${prefix}covariates[${index}]`;
          return checkLength(label + of, toNumbers(label, covariate, { of }), length);
        });
  const staticCovariates =
    given.staticCovariates === undefined
      ? undefined
      : Array.from(toNumbers(`${prefix}staticCovariates`, given.staticCovariates, { of }));
  const time = given.time === undefined ? undefined : toTimeAxis(`${prefix}time`, given.time, of);
  if (time) checkLength(`${prefix}time${of}`, time.labels, length);
  const series = { name, values, covariates, staticCovariates, time, maxHorizon: given.maxHorizon };
  copies.add(series);
  return series;
}

/** Returns a series as known after `length` steps; covariates and times are kept, as they are known in advance. */
export function upTo(series: Series, length: number): Series {
  const part = { ...series, values: series.values.subarray(0, length) };
  if (copies.has(series)) copies.add(part);
  return part;
}

/** @throws ERR_INVALID_ARGUMENT if a forecast of so many steps would see values of covariates after its origin */
export function checkHorizon({ name, maxHorizon = Infinity }: Series, horizon: number): void {
  if (horizon <= maxHorizon) return;
  throw invalidArgument(
    'horizon',
    `at most ${maxHorizon}, by which the past covariates${ofSeries(name)} lag,`,
    horizon,
  );
}

/** Converts at least one series. @throws as {@link toSeries} */
export function toSeriesList(argument: string, value: readonly SeriesLike[]): Series[] {
  const list = toElements(argument, value);
  if (list.length === 0) throw invalidArgument(argument, 'at least one series', value);
  return list.map((each, index) => toSeries(`${argument}[${index}]`, each as SeriesLike));
}

/** Copies an array with a whole number for each series. @throws ERR_INVALID_ARGUMENT */
export function toSteps(argument: string, value: readonly number[], series: readonly Series[]): number[] {
  const steps = toElements(argument, value);
  if (steps.length !== series.length) {
    throw invalidArgument(argument, `a whole number for each of ${series.length} series`, value);
  }
  for (const [index, step] of steps.entries()) checkInteger(`${argument}[${index}]`, step, { min: 0 });
  return steps as number[];
}

/** Throws ERR_DATA_FORMAT if a series has no observed value. */
export function checkHasValue({ name, values }: Series, index: number): void {
  if (hasValue(values)) return;
  const which = name === '' ? `series[${index}]` : `the series ${describe(name)}`;
  throw formatError(values.length === 0 ? `There are no values in ${which}` : `All values of ${which} are missing`);
}

/** Returns whether any value is observed. */
export function hasValue(values: Float64Array): boolean {
  return values.some((value) => !Number.isNaN(value));
}

/** Returns ` of the series "a"`, or "" for a series without a name. */
export function ofSeries(name: string): string {
  return name && ` of the series ${describe(name)}`;
}

function toTimeAxis(label: string, time: TimeAxis | readonly (string | Date)[], of: string): TimeAxis {
  if (TimeAxis.isTimeAxis(time)) return time;
  const isArray = reading(label + of, () => Array.isArray(time));
  if (!isArray) throw invalidArgument(label + of, 'an array of dates, or a TimeAxis,', time);
  return TimeAxis.parse(time, (row) => `${label}[${row}]${of}`);
}

function checkLength<T extends { readonly length: number }>(label: string, array: T, least: number): T {
  if (array.length >= least) return array;
  throw formatError(
    `Expected at least ${least} elements, one for each value, for ${label} but received ${array.length}`,
  );
}
