import { checkInteger, reading, readOptions } from '../check';
import { describe, formatError, invalidArgument } from '../errors';
import { type Numbers, toElements, toNumbers } from './numbers';
import type { Series } from './series';
import { TimeAxis } from './time-axis';

/**
 * What is taken for a {@link Series}: plain arrays too, such as JSON has. All is copied: the arrays may change afterwards.
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
  /** Default "", where there is only one. */
  name?: string | undefined;
  /** (T), in the data's units; NaN and null are missing values, at the end too. */
  values: Numbers | readonly (number | null)[];
  /** Other columns known in advance, each (T) or longer, without a missing value. */
  covariates?: readonly Numbers[] | undefined;
  /** When each row was, (T) or longer: a {@link TimeAxis}, or what {@link TimeAxis.parse} reads. */
  time?: TimeAxis | readonly (string | Date)[] | undefined;
}

/**
 * The series that a program means.
 *
 * @param argument what the caller knows it by
 * @throws ERR_INVALID_ARGUMENT for something else; ERR_DATA_FORMAT, with the place, for what the CSV reader refuses
 *   too: infinite values, missing covariates, times that do not increase
 */
export function toSeries(argument: string, value: SeriesLike): Series {
  if (value === undefined) throw invalidArgument(argument, 'a series', value);
  const given = readOptions(value, { name: any, values: any, covariates: any, time: any }, argument);
  const { name = '' } = given;
  if (typeof name !== 'string') throw invalidArgument(`${argument}.name`, 'a string', name);
  // A name says more than a place in an array.
  const [prefix, of] = name === '' ? [`${argument}.`, ''] : ['', ofSeries(name)];
  const values = toNumbers(`${prefix}values`, given.values, { missing: true, of });
  const { length } = values;
  const covariates =
    given.covariates === undefined
      ? undefined
      : toElements(`${prefix}covariates${of}`, given.covariates).map((covariate, index) => {
          const label = `${prefix}covariates[${index}]`;
          return checkLength(label + of, toNumbers(label, covariate, { of }), length);
        });
  const time = given.time === undefined ? undefined : toTimeAxis(`${prefix}time`, given.time, of);
  if (time) checkLength(`${prefix}time${of}`, time.labels, length);
  return { name, values, covariates, time };
}

/** One series or more. Errors: as {@link toSeries} */
export function toSeriesList(argument: string, value: readonly SeriesLike[]): Series[] {
  const list = toElements(argument, value);
  if (list.length === 0) throw invalidArgument(argument, 'one series or more', value);
  return list.map((each, index) => toSeries(`${argument}[${index}]`, each as SeriesLike));
}

/** A whole number for each series. @throws ERR_INVALID_ARGUMENT */
export function toSteps(argument: string, value: readonly number[], series: readonly Series[]): number[] {
  const steps = toElements(argument, value);
  if (steps.length !== series.length) {
    throw invalidArgument(argument, `a whole number for each of ${series.length} series`, value);
  }
  for (const [index, step] of steps.entries()) checkInteger(`${argument}[${index}]`, step, { min: 0 });
  return steps as number[];
}

/** Throws ERR_DATA_FORMAT if a series has no value but missing ones. */
export function checkHasValue({ name, values }: Series, index: number): void {
  if (hasValue(values)) return;
  const which = name === '' ? `series[${index}]` : `the series ${describe(name)}`;
  throw formatError(values.length === 0 ? `There are no values in ${which}` : `All values of ${which} are missing`);
}

/** Whether a value is there. */
export function hasValue(values: Float64Array): boolean {
  return values.some((value) => !Number.isNaN(value));
}

/** ` of the series "a"`; nothing for one without a name. */
export function ofSeries(name: string): string {
  return name && ` of the series ${describe(name)}`;
}

function any(): void {}

function toTimeAxis(label: string, time: TimeAxis | readonly (string | Date)[], of: string): TimeAxis {
  if (TimeAxis.isTimeAxis(time)) return time;
  const isArray = reading(label + of, () => Array.isArray(time));
  if (!isArray) throw invalidArgument(label + of, 'an array of dates, or what TimeAxis.parse() makes of one,', time);
  return TimeAxis.parse(time, (row) => `${label}[${row}]${of}`);
}

function checkLength<T extends { readonly length: number }>(label: string, array: T, least: number): T {
  if (array.length >= least) return array;
  throw formatError(
    `Expected at least ${least} elements, one for each value, for ${label} but received ${array.length}`,
  );
}
