import { types } from 'node:util';
import { type Checks, readOptions } from '../check';
import { formatError, invalidArgument } from '../errors';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import type { Encoding } from './encoding';
import { FORECAST, type Forecast, type ForecastOptions } from './forecast';
import { PATH_OPTIONS, type PathOptions } from './forecast-options';
import { NEXT, type NextOptions, type NextValue } from './next-value';
import { type Numbers, toElements, toNumbers } from './numbers';
import type { Series } from './series';
import { ofSeries, SERIES, type SeriesLike, toSeries } from './series-like';
import { TimeAxis, type TimeAxisOptions } from './time-axis';

/** What is known beside a value that is pushed to a {@link ForecastStream}. */
export interface PushOptions {
  /** The time of the value, later than that of the one before; for all values or for none. */
  time?: string | Date | undefined;
  /** The covariates at the step of the value, as many as in training. */
  covariates?: Numbers | undefined;
}

const PUSH: Checks<PushOptions> = { time: () => {}, covariates: () => {} };

/** What is known of the steps ahead of a {@link ForecastStream}. */
export interface Ahead {
  /** For each covariate its values from the next step on, for the whole horizon. */
  covariates?: readonly Numbers[] | undefined;
}

const AHEAD: Checks<Ahead> = { covariates: () => {} };

/** The forecaster of a stream. */
export interface StreamForecaster {
  encodingsFor(series: Series): readonly Encoding[];
  forecast(series: SeriesLike, options?: ForecastOptions & Abortable): Promise<Forecast>;
  forecastSync(series: SeriesLike, options?: ForecastOptions): Forecast;
  paths(series: SeriesLike, options?: PathOptions & Abortable): Promise<Float64Array>;
  pathsSync(series: SeriesLike, options?: PathOptions): Float64Array;
  nextSync(series: SeriesLike, options?: { temperature?: number | undefined }): NextValue;
}

/** What a {@link ForecastStream} keeps: a series, as plain data. */
export interface StreamState {
  /** The name of the series. */
  name: string;
  /** The last values; null where missing. */
  values: (number | null)[];
  /** The time of each value, if there are times. */
  time?: string[] | undefined;
  /** Each covariate at the steps of the values, if there are covariates. */
  covariates?: number[][] | undefined;
  /** What describes the series at all times, if anything does. */
  staticCovariates?: number[] | undefined;
}

/**
 * A series that grows value by value, and can be forecast at any time. It keeps as many of its last values as a forecast
 * depends on: forecasts are those of the whole series, to the last bit, and a push takes microseconds however long the
 * series has become. (Where a model has covariates, their effect on a series that it was not trained on is estimated from
 * the values that are kept.)
 *
 * {@link Forecaster.stream} begins one. `JSON.stringify(stream)` saves it, and `forecaster.stream(JSON.parse(text))` goes on
 * from there.
 *
 * @example
 * ```ts
 * import { pretrainedForecaster } from 'libtorch-generative';
 *
 * const values = Array.from({ length: 60 }, (_, hour) => 20 + 8 * Math.sin((hour * Math.PI) / 12));
 * const forecaster = await pretrainedForecaster([{ values }], { horizon: 6, season: 24 });
 * const stream = forecaster.stream({ values });
 * stream.push(21.5);
 * const [low, high] = stream.next().quantiles([0.05, 0.95]);
 * const { steps } = await stream.forecast({ horizon: 6, paths: 100 });
 * console.log(low! < high!, steps.length, stream.length); // true 6 61
 * ```
 */
export class ForecastStream {
  /** The name of the series. */
  readonly name: string;
  readonly #forecaster: StreamForecaster;
  readonly #timeOptions: TimeAxisOptions;
  readonly #encodings: readonly Encoding[];
  readonly #staticCovariates: readonly number[] | undefined;
  /** Number of last values that a forecast depends on. */
  readonly #reach: number;
  #values: number[];
  #times: string[] | undefined;
  #covariates: number[][];
  /** The axis of {@link ForecastStream.#times}, until the next push. */
  #axis: TimeAxis | undefined;

  /** @internal */
  constructor(forecaster: StreamForecaster, begin: StreamBegin, timeOptions: TimeAxisOptions) {
    const { name, values, time, covariates = [], staticCovariates } = begin;
    this.name = name;
    this.#forecaster = forecaster;
    this.#timeOptions = timeOptions;
    this.#encodings = forecaster.encodingsFor({ name, values });
    this.#reach = Math.max(...this.#encodings.map((encoding) => reachOf(encoding, name)));
    this.#staticCovariates = staticCovariates;
    this.#values = Array.from(values);
    this.#times = time?.labels.slice(0, values.length);
    this.#covariates = covariates.map((each) => Array.from(each.subarray(0, values.length)));
    this.#forget();
  }

  /** Number of values that are kept: all, or the last that a forecast depends on. */
  get length(): number {
    return this.#values.length;
  }

  /**
   * Adds a value to the end of the series.
   *
   * @param value in the data's units; NaN or null if it is missing
   * @throws ERR_INVALID_ARGUMENT; ERR_DATA_FORMAT for a value that is infinite or outside the link's range, or a time that is
   *   not later than the one before; the stream is then as before
   */
  push(value: number | null, options: PushOptions = {}): void {
    const { time, covariates } = readOptions(options, PUSH);
    const [number] = toNumbers('value', [value], { missing: true, of: ofSeries(this.name) });
    const refusing = this.#encodings.find(({ link }) => !link.accepts(number!))?.link;
    if (refusing) {
      throw formatError(`Expected ${refusing.expected} for the link ${refusing.name} but value is ${value}`);
    }
    const label = this.#checkedTime(time);
    const inputs = covariates === undefined ? [] : toNumbers('covariates', covariates);
    if (this.#values.length > 0 && inputs.length !== this.#covariates.length) {
      throw invalidArgument('covariates', `${this.#covariates.length} numbers, as before,`, covariates);
    }
    if (this.#values.length === 0) {
      this.#times = label === undefined ? undefined : [];
      this.#covariates = Array.from(inputs, () => []);
    }
    this.#values.push(number!);
    if (label !== undefined) this.#times!.push(label);
    for (const [index, input] of inputs.entries()) this.#covariates[index]!.push(input);
    this.#axis = undefined;
    if (this.#values.length >= SLACK * this.#reach) this.#forget();
  }

  /**
   * Returns the distribution of the next value, see {@link Forecaster.next}; it takes about a millisecond.
   *
   * @throws as {@link Forecaster.next}
   */
  next(options: NextOptions & Ahead = {}): NextValue {
    const { covariates, ...rest } = readOptions(options, { ...NEXT, ...AHEAD });
    return this.#forecaster.nextSync(this.#series(covariates), rest);
  }

  /** Forecasts the steps ahead in a worker thread, see {@link Forecaster.forecast}. Values may be pushed meanwhile. */
  async forecast(options: ForecastOptions & Abortable & Ahead = {}): Promise<Forecast> {
    const { covariates, ...rest } = readOptions(options, { ...FORECAST, ...ABORTABLE, ...AHEAD });
    return this.#forecaster.forecast(this.#series(covariates), rest);
  }

  /** As {@link ForecastStream.forecast}, in this thread, which it blocks. */
  forecastSync(options: ForecastOptions & Ahead = {}): Forecast {
    const { covariates, ...rest } = readOptions(options, { ...FORECAST, ...AHEAD });
    return this.#forecaster.forecastSync(this.#series(covariates), rest);
  }

  /** Draws joint futures in a worker thread, see {@link Forecaster.paths}. Values may be pushed meanwhile. */
  async paths(options: PathOptions & Abortable & Ahead = {}): Promise<Float64Array> {
    const { covariates, ...rest } = readOptions(options, { ...PATH_OPTIONS, ...ABORTABLE, ...AHEAD });
    return this.#forecaster.paths(this.#series(covariates), rest);
  }

  /** As {@link ForecastStream.paths}, in this thread, which it blocks. */
  pathsSync(options: PathOptions & Ahead = {}): Float64Array {
    const { covariates, ...rest } = readOptions(options, { ...PATH_OPTIONS, ...AHEAD });
    return this.#forecaster.pathsSync(this.#series(covariates), rest);
  }

  /** Returns what the stream keeps, as plain data, from which {@link Forecaster.stream} goes on. */
  toJSON(): StreamState {
    const covariates = this.#covariates.length > 0 ? this.#covariates.map((each) => [...each]) : undefined;
    return {
      name: this.name,
      values: this.#values.map((value) => (Number.isNaN(value) ? null : value)),
      time: this.#times && [...this.#times],
      covariates,
      staticCovariates: this.#staticCovariates && [...this.#staticCovariates],
    };
  }

  /** Returns the label of a time that is pushed. @throws ERR_DATA_FORMAT unless it is later than the last */
  #checkedTime(time: string | Date | undefined): string | undefined {
    const hasTimes = this.#times !== undefined;
    if (this.#values.length > 0 && hasTimes !== (time !== undefined)) {
      throw invalidArgument('time', hasTimes ? 'the time of the value, as before,' : 'none, as before,', time);
    }
    if (time === undefined) return undefined;
    const last = this.#times?.at(-1);
    const label = types.isDate(time) ? labelOf(time, last) : time;
    const isPlain = Object.keys(this.#timeOptions).length === 0;
    if (isPlain && last !== undefined && isLater(label, last)) return label;
    TimeAxis.parse(last === undefined ? [label] : [last, label], () => 'time', this.#timeOptions);
    return label;
  }

  /** Returns what is kept, with the covariates that are known ahead. */
  #series(ahead: readonly Numbers[] | undefined): SeriesLike {
    const { name } = this;
    const known = ahead === undefined ? [] : toElements('covariates', ahead);
    if (ahead !== undefined && known.length !== this.#covariates.length) {
      throw invalidArgument('covariates', `an array of ${this.#covariates.length} arrays`, ahead);
    }
    const covariates = this.#covariates.map((past, index) => {
      return [...past, ...(index < known.length ? toNumbers(`covariates[${index}]`, known[index]) : [])];
    });
    return {
      name,
      values: this.#values,
      time: this.#timeAxis(),
      covariates: covariates.length > 0 ? covariates : undefined,
      staticCovariates: this.#staticCovariates,
    };
  }

  #timeAxis(): TimeAxis | undefined {
    if (!this.#times) return undefined;
    this.#axis ??= TimeAxis.parse(this.#times, (row) => `time[${row}]`, this.#timeOptions);
    return this.#axis;
  }

  /** Drops what no forecast depends on. */
  #forget(): void {
    const from = this.#values.length - this.#reach;
    if (from <= 0) return;
    this.#values = this.#values.slice(from);
    this.#times = this.#times?.slice(from);
    this.#covariates = this.#covariates.map((each) => each.slice(from));
  }
}

/** Values are dropped once there are this many times as many as are needed. */
const SLACK = 2;

/** What a stream begins with. */
export type StreamBegin = Pick<Series, 'name' | 'values' | 'time' | 'covariates' | 'staticCovariates'>;

/** Checks what a stream begins with, no values perhaps. @throws as {@link toSeries} */
export function readBegin(series: Partial<SeriesLike>): StreamBegin {
  const { values = [], ...rest } = readOptions(series, SERIES, 'series');
  if (toNumbers('series.values', values, { missing: true }).length > 0) return toSeries('series', { ...rest, values });
  for (const name of ['time', 'covariates'] as const) {
    if (rest[name] !== undefined) throw invalidArgument(`series.${name}`, 'none without values', rest[name]);
  }
  const { values: _, ...begin } = toSeries('series', { ...rest, values: [0] });
  return { ...begin, values: new Float64Array() };
}

/** Returns the number of last values that a forecast depends on. @throws ERR_DATA_FORMAT if it depends on all */
function reachOf(encoding: Encoding, name: string): number {
  if (encoding.hasReach(name)) return encoding.reach;
  throw formatError(
    `A stream needs a scale that was learned in training, but that${ofSeries(name) || ' of an unnamed series'} would depend on all its values: name a series of the training, or train with scale global or inputs smoothing`,
  );
}

/** Writes a date as the last label: as a day, or with the time of day. */
function labelOf(date: Date, last: string | undefined): string {
  const time = Date.prototype.getTime.call(date);
  if (Number.isNaN(time)) throw formatError('time: expected a date but found an invalid one');
  const text = new Date(time).toISOString();
  const isDay = text.endsWith('T00:00:00.000Z') && (last === undefined || DAY.test(last));
  return isDay ? text.slice(0, DAY_LENGTH) : text.replace('.000Z', '').replace('Z', '');
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_LENGTH = '2024-01-01'.length;
const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{3})?)?)?$/;

/** Whether two labels are dates as most are written, and in order: tells in a microsecond what all ways to write dates take. */
function isLater(label: string, last: string): boolean {
  if (typeof label !== 'string' || label.length !== last.length || !(label > last && ISO.test(label) && ISO.test(last)))
    return false;
  const date = new Date(`${label}${label.length > DAY_LENGTH ? 'Z' : ''}`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(label.slice(0, DAY_LENGTH));
}
