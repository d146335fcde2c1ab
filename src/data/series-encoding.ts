import { arrayOf, type Checks, checkInteger, checkSize, oneOf, readOptions } from '../check';
import { formatError } from '../errors';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { CALENDAR_CYCLES, type CalendarCycle, calendarInputs, INPUTS_A_CYCLE } from './calendar';
import { MAX_HORIZON } from './forecast-options';
import { LINK_NAMES, Link, type LinkName, linked } from './link';
import { concatenate, momentsOf, observed, SCALING_KINDS, Scaling, type ScalingKind } from './scaling';
import type { Series } from './series';
import { readEncodingState, type SeriesEncodingState } from './series-encoding-state';
import { checkHasValue, ofSeries, type SeriesLike, toSeries, toSeriesList, toSteps } from './series-like';
import { Scaler } from './time-series';

/** How a series is to become a model's inputs. */
export interface SeriesEncodingOptions {
  /** Values that the next one is predicted from. */
  window: number;
  /** How the model sees values; default "identity", as they are. */
  link?: LinkName | undefined;
  /** What values are scaled by; default "global", by all that is trained on. */
  scale?: ScalingKind | undefined;
  /** What the calendar tells the model of the step after each; default nothing. */
  calendar?: readonly CalendarCycle[] | undefined;
}

const OPTIONS: Checks<SeriesEncodingOptions> = {
  window: checkSize,
  link: oneOf(...LINK_NAMES),
  scale: oneOf(...SCALING_KINDS),
  calendar: arrayOf(oneOf(...CALENDAR_CYCLES)),
};

/** Windows of one or more series. */
export interface Windows {
  /** (N, window + 1, inputDim): the first number of each window's last row is what the rows before it predict. */
  rows: Tensor;
  /** The value that each predicts, in the data's units. */
  targets: Float64Array;
  /** What each window's values were scaled by. */
  scalers: Scaler[];
}

/** The last window of a series. */
export interface History {
  /** (window, inputDim) */
  rows: Tensor;
  /** What its values were scaled by. */
  scaler: Scaler;
}

/**
 * How a series becomes a model's inputs, fitted on what is trained on.
 *
 * The inputs of a time step are its scaled value, whether it is there (if some in training were missing), and what is
 * known of the step *after* it, which the model predicts: covariates, scaled, and the calendar. A missing value stands
 * as the last one before it.
 *
 * @example
 * ```ts
 * import { SeriesEncoding } from 'libtorch-generative';
 *
 * const values = [3, 5, 4, 6, 5, 7, 6, 8];
 * const series = { values, time: values.map((_, month) => `2024-0${month + 1}`) };
 * const encoding = SeriesEncoding.fit([series], { window: 3, calendar: ['month'] });
 * console.log(encoding.inputDim); // 3
 * const { rows, targets } = encoding.windows([series], [3]);
 * console.log(rows.shape, targets); // [ 5, 4, 3 ] Float64Array(5) [ 6, 5, 7, 6, 8 ]
 * ```
 */
export class SeriesEncoding {
  /** Values that the next one is predicted from. */
  readonly window: number;
  /** From the data's units to the model's, before scaling. */
  readonly link: Link;
  /** All that it takes to make it again, as JSON has it. */
  readonly state: SeriesEncodingState;
  readonly #scaling: Scaling;
  readonly #covariates: Scaler[];

  /**
   * The encoding that a state describes; {@link SeriesEncoding.fit} makes a new one.
   *
   * @throws ERR_INVALID_ARGUMENT for an invalid state
   */
  constructor(state: SeriesEncodingState) {
    this.state = readEncodingState(state);
    const { window, link, scaling, covariates } = this.state;
    this.window = window;
    this.link = new Link(link.name, link.unit);
    this.#scaling = new Scaling(scaling, window);
    this.#covariates = covariates.map(({ mean, deviation }) => new Scaler(mean, deviation));
  }

  /**
   * Fits an encoding.
   *
   * @param parts what is trained on of each series
   * @throws ERR_DATA_FORMAT if there is nothing to scale by, a value is out of the link's range, series have the same
   *   name but each its own scale, or as {@link Forecaster.paths}
   */
  static fit(parts: readonly SeriesLike[], options: SeriesEncodingOptions): SeriesEncoding {
    const { window, link: name = 'identity', scale = 'global', calendar = [] } = readOptions(options, OPTIONS);
    checkSize('window', window);
    const series = toSeriesList('parts', parts);
    series.forEach(checkHasValue);
    const numCovariates = series[0]!.covariates?.length ?? 0;
    for (const each of series) checkCovariates(each, numCovariates);
    const values = concatenate(series.map((part) => part.values));
    const link = new Link(name, name === 'softplus' ? momentsOf(observed(values)).mean || 1 : 1);
    const seen = series.map((part) => ({ name: part.name, values: linked(link, part.values, ofSeries(part.name)) }));
    const covariates = Array.from({ length: numCovariates }, (_, index) =>
      Scaler.fit(concatenate(series.map((part) => part.covariates![index]!.subarray(0, part.values.length)))),
    );
    return new SeriesEncoding({
      window,
      link: { name, unit: link.unit },
      scaling: Scaling.fit(seen, scale, window).state,
      mask: values.some(Number.isNaN),
      covariates: covariates.map(({ mean, deviation }) => ({ mean, deviation })),
      calendar,
    });
  }

  /** Inputs of a time step. */
  get inputDim(): number {
    return 1 + Number(this.state.mask) + this.#covariates.length + this.state.calendar.length * INPUTS_A_CYCLE;
  }

  /**
   * The windows that predict the values of each series from a step on; those whose target is missing, or all of whose
   * inputs are, are left out.
   *
   * @param from the first target's step in each series
   * @throws ERR_DATA_FORMAT as {@link Forecaster.paths}
   */
  windows(series: readonly SeriesLike[], from: readonly number[]): Windows {
    const all = toSeriesList('series', series);
    const starts = toSteps('from', from, all);
    const encoded = all.flatMap((each, index) => this.#windowsOf(each, starts[index]!));
    const size = (this.window + 1) * this.inputDim;
    const rows = new Float32Array(encoded.length * size);
    for (const [index, window] of encoded.entries()) rows.set(window.rows, index * size);
    return {
      rows: tensor(rows, { shape: [encoded.length, this.window + 1, this.inputDim] }),
      targets: Float64Array.from(encoded, ({ target }) => target),
      scalers: encoded.map(({ scaler }) => scaler),
    };
  }

  /** Whether the last window of a series has a value to forecast from. */
  hasHistory(series: SeriesLike): boolean {
    return this.#hasHistory(toSeries('series', series));
  }

  /**
   * The last window of a series, (window, inputDim), to forecast from.
   *
   * @throws ERR_DATA_FORMAT if there is none, or as {@link Forecaster.paths}
   */
  history(series: SeriesLike): History {
    const { window, inputDim } = this;
    const read = toSeries('series', series);
    const values = this.#linked(read);
    const start = values.length - window;
    if (!this.#hasHistory(read)) {
      const found = start < 0 ? `found ${values.length}` : 'those are all missing';
      throw formatError(`Expected at least ${window} values${ofSeries(read.name)}, the model's window, but ${found}`);
    }
    const scaler = this.#scaling.scalerFor(read.name, values);
    const rows = new Float32Array(window * inputDim);
    this.#writeRows(rows, read, carriedForward(values).subarray(start), scaler, start);
    return { rows: tensor(rows, { shape: [window, inputDim] }), scaler };
  }

  /**
   * The inputs beside the value of the steps past a series' end, but the last: (horizon - 1, inputDim - 1); undefined for
   * none.
   *
   * @throws ERR_DATA_FORMAT if what has to be known in advance isn't
   */
  known(series: SeriesLike, horizon: number): Tensor | undefined {
    const read = toSeries('series', series);
    checkInteger('horizon', horizon, { min: 1, max: MAX_HORIZON });
    if (this.inputDim === 1 || horizon === 1) return undefined;
    checkCovariates(read, this.#covariates.length);
    const { length } = read.values;
    return tensor(Array.from({ length: horizon - 1 }, (_, step) => this.#besideValue(read, length + step, false)));
  }

  #hasHistory({ values }: Series): boolean {
    return values.length >= this.window && !values.subarray(-this.window).every(Number.isNaN);
  }

  /** The values as the link has them, of a series that has the covariates it needs. */
  #linked(series: Series): Float64Array {
    checkCovariates(series, this.#covariates.length);
    return linked(this.link, series.values, ofSeries(series.name));
  }

  #windowsOf(series: Series, from: number) {
    const { window, inputDim } = this;
    const { values } = series;
    const linkedValues = this.#linked(series);
    const carried = carriedForward(linkedValues);
    const windows: { rows: Float32Array; target: number; scaler: Scaler }[] = [];
    for (let step = Math.max(from, window); step < values.length; step++) {
      const inputs = linkedValues.subarray(step - window, step);
      if (Number.isNaN(values[step]) || inputs.every(Number.isNaN)) continue;
      const scaler = this.#scaling.scalerFor(series.name, linkedValues.subarray(0, step));
      const rows = new Float32Array((window + 1) * inputDim);
      this.#writeRows(rows, series, carried.subarray(step - window, step), scaler, step - window);
      rows[window * inputDim] = scaled(scaler, linkedValues[step]!, series, step);
      windows.push({ rows, target: values[step]!, scaler });
    }
    return windows;
  }

  /** The inputs of the time steps from `start` on. */
  #writeRows(rows: Float32Array, series: Series, carried: Float64Array, scaler: Scaler, start: number): void {
    const { inputDim } = this;
    for (const [index, value] of carried.entries()) {
      // Before the first value there is nothing to carry forward: the mean is the best guess.
      rows[index * inputDim] = Number.isNaN(value) ? 0 : scaled(scaler, value, series, start + index);
      if (inputDim === 1) continue;
      const isMissing = Number.isNaN(series.values[start + index]);
      rows.set(this.#besideValue(series, start + index, isMissing), index * inputDim + 1);
    }
  }

  /** The inputs of a time step beside its value. @throws ERR_DATA_FORMAT if the next step's covariates are not known */
  #besideValue(series: Series, step: number, isMissing: boolean): number[] {
    const { name, covariates = [], time } = series;
    const { mask, calendar } = this.state;
    const next = step + 1;
    const ofCovariates = this.#covariates.map((scaler, index) => {
      const value = covariates[index]![next];
      if (value !== undefined) return scaled(scaler, value, series, next, `covariates[${index}]`);
      const known = `${covariates[index]!.length} steps${ofSeries(name)}`;
      throw formatError(`Expected covariates of the time that is forecast too, but they are known for ${known} only`);
    });
    const date = calendar.length > 0 ? time?.dateAt(next) : undefined;
    if (calendar.length > 0 && !date) {
      throw formatError(`Expected dates for time${ofSeries(name)}: the model reads the calendar`);
    }
    return [...(mask ? [Number(!isMissing)] : []), ...ofCovariates, ...(date ? calendarInputs(date, calendar) : [])];
  }
}

/** A value as a model reads it. @throws ERR_DATA_FORMAT if float32 can't hold it */
function scaled(scaler: Scaler, value: number, { name }: Series, step: number, column = 'values'): number {
  const result = scaler.scaleOne(value);
  if (Number.isFinite(result)) return result;
  throw formatError(`${column}[${step}]${ofSeries(name)} is too far from the values that the encoding was fitted to`);
}

/** @throws ERR_DATA_FORMAT unless a series has as many covariates as the others */
function checkCovariates({ name, covariates = [] }: Series, count: number): void {
  if (covariates.length === count) return;
  throw formatError(
    `Expected ${count} for the number of covariates${ofSeries(name)} but received ${covariates.length}`,
  );
}

/** Each missing value as the last one before it; NaN where there is none. */
function carriedForward(values: Float64Array): Float64Array {
  let last = Number.NaN;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
