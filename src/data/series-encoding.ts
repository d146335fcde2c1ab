import { arrayOf, type Checks, checkInteger, checkSize, oneOf, readOptions } from '../check';
import { formatError } from '../errors';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { CALENDAR_CYCLES, type CalendarCycle } from './calendar';
import { type Differenced, differenced } from './differencing';
import { MAX_HORIZON } from './forecast-options';
import { KnownInputs, scaled } from './known-inputs';
import { LINK_NAMES, Link, type LinkName, linked } from './link';
import { concatenate, momentsOf, observed, SCALING_KINDS, Scaling, type ScalingKind } from './scaling';
import type { Series } from './series';
import { checkLag, readEncodingState, type SeriesEncodingState } from './series-encoding-state';
import { checkHasValue, hasValue, ofSeries, type SeriesLike, toSeries, toSeriesList, toSteps } from './series-like';
import { Scaler } from './time-series';

/** Options of {@link SeriesEncoding.fit}. */
export interface SeriesEncodingOptions {
  /** Number of past values that predict the next one. */
  window: number;
  /** Transformation of values before scaling; default "identity". */
  link?: LinkName | undefined;
  /** What values are scaled by; default "global", all training data. */
  scale?: ScalingKind | undefined;
  /**
   * Steps between the values whose differences the model sees, for series with a season or a trend: the season's length,
   * or 1. Default 0: the values themselves.
   */
  difference?: number | undefined;
  /** Calendar features of the predicted step, as further inputs; default none. */
  calendar?: readonly CalendarCycle[] | undefined;
}

const OPTIONS: Checks<SeriesEncodingOptions> = {
  window: checkSize,
  link: oneOf(...LINK_NAMES),
  scale: oneOf(...SCALING_KINDS),
  difference: checkLag,
  calendar: arrayOf(oneOf(...CALENDAR_CYCLES)),
};

/** A gap in front of a window is filled from values at most so far back. */
const LONGEST_GAP = 1000;

/** Windows of one or more series. */
export interface Windows {
  /** (N, window + 1, inputDim): the first number of each window's last row is the target of the rows before it. */
  rows: Tensor;
  /** The target of each window, in the data's units. */
  targets: Float64Array;
  /** The scaler of each window's target; without differences, also of its values. */
  scalers: Scaler[];
}

/** The last window of a series, to forecast from. */
export interface History {
  /** (window, inputDim) */
  rows: Tensor;
  /** The scaler of its values, or of their differences. */
  scaler: Scaler;
  /** The last values, in the link's units, to which differences are added; empty without differences. */
  past: Float64Array;
}

/**
 * Converts series to a model's inputs. Fitted on the training data.
 *
 * The inputs of a time step are its scaled value, or its difference to an earlier one, whether that value is observed (if any was missing in training), and
 * what is known of the *next* step, which the model predicts: scaled covariates and calendar features. A missing value
 * is replaced by the last observed one; if the model sees differences, by the one that differs by nothing.
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
  /** Number of past values that predict the next one. */
  readonly window: number;
  /** Transforms values before scaling. */
  readonly link: Link;
  /** The fitted values, as JSON, from which to recreate the encoding. */
  readonly state: SeriesEncodingState;
  readonly #scaling: Scaling;
  readonly #known: KnownInputs;

  /**
   * Recreates an encoding from its state; {@link SeriesEncoding.fit} makes a new one.
   *
   * @throws ERR_INVALID_ARGUMENT for an invalid state
   */
  constructor(state: SeriesEncodingState) {
    this.state = readEncodingState(state);
    const { window, link, scaling } = this.state;
    this.window = window;
    this.link = new Link(link.name, link.unit);
    this.#scaling = new Scaling(scaling, window);
    this.#known = new KnownInputs(this.state);
  }

  /**
   * Fits an encoding to training data.
   *
   * @param parts the training part of each series
   * @throws ERR_DATA_FORMAT if there are no values to scale by, a value is outside the link's range, series that are
   *   scaled individually share a name, or as {@link Forecaster.paths}
   */
  static fit(parts: readonly SeriesLike[], options: SeriesEncodingOptions): SeriesEncoding {
    const given = readOptions(options, OPTIONS);
    const { window, link: name = 'identity', scale = 'global', difference = 0, calendar = [] } = given;
    checkSize('window', window);
    const series = toSeriesList('parts', parts);
    series.forEach(checkHasValue);
    const known = KnownInputs.fit(series, calendar);
    const values = concatenate(series.map((part) => part.values));
    const link = new Link(name, name === 'softplus' ? momentsOf(observed(values)).mean || 1 : 1);
    const seen = series.map((part) => {
      const { seen } = differenced(linked(link, part.values, { of: ofSeries(part.name) }), difference);
      return { name: part.name, values: seen };
    });
    if (!seen.some(({ values }) => hasValue(values))) {
      throw formatError(`Expected more than ${difference} values, the difference, in a series`);
    }
    return new SeriesEncoding({
      window,
      link: { name, unit: link.unit },
      difference,
      scaling: Scaling.fit(seen, scale, window, difference > 0).state,
      mask: values.some(Number.isNaN),
      ...known,
    });
  }

  /** @internal Returns whether a value is a genuine one, neither a lookalike nor a Proxy. */
  static isOne(value: unknown): value is SeriesEncoding {
    return typeof value === 'object' && value !== null && #known in value;
  }

  /** Number of past values needed to forecast: the window, and with differences those before it that it refers to. */
  get historyLength(): number {
    return this.window + this.state.difference;
  }

  /** @internal Number of last values that a forecast depends on: before the window, those that fill its gaps. */
  get reach(): number {
    return this.historyLength + LONGEST_GAP;
  }

  /** @internal Whether there is such a number for a series of a name: its scale is known without all of its values. */
  hasReach(name: string): boolean {
    return this.#scaling.knows(name);
  }

  /** @internal Returns the first step of a series that the values before it can predict. */
  firstStep(_series: Series): number {
    return this.historyLength;
  }

  /** Number of inputs per time step. */
  get inputDim(): number {
    return 1 + Number(this.state.mask) + this.#known.size;
  }

  /**
   * Returns the windows that predict the values of each series from a step on. Windows whose target or whole input is
   * missing are left out.
   *
   * @param from the step of the first target in each series
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

  /** Returns whether the last window of a series has a value to forecast from. */
  hasHistory(series: SeriesLike): boolean {
    return this.#hasHistory(toSeries('series', series));
  }

  /**
   * Returns the last window of a series, (window, inputDim), to forecast from.
   *
   * @throws ERR_DATA_FORMAT if there is no such window, or as {@link Forecaster.paths}
   */
  history(series: SeriesLike): History {
    const { window, inputDim, historyLength } = this;
    const { difference } = this.state;
    const read = toSeries('series', series);
    const { length } = read.values;
    const { seen, inputs, baseAt } = this.#differenced(read);
    if (!this.#hasHistory(read)) {
      const found = length < historyLength ? `found ${length}` : 'all of them are missing';
      const what = difference > 0 ? "the model's window and difference" : "the model's window";
      throw formatError(`Expected at least ${historyLength} values${ofSeries(read.name)}, ${what}, but ${found}`);
    }
    const scaler = this.#scaling.scalerFor(read.name, seen);
    const rows = new Float32Array(window * inputDim);
    this.#writeRows(rows, read, inputs.subarray(length - window), scaler, length - window);
    const past = Float64Array.from({ length: difference }, (_, step) => baseAt(length + step));
    return { rows: tensor(rows, { shape: [window, inputDim] }), scaler, past };
  }

  /**
   * Returns the inputs, other than the value, of all but the last step past a series' end: (horizon - 1, inputDim - 1),
   * or undefined if there are none.
   *
   * @throws ERR_DATA_FORMAT if inputs that must be known in advance are missing
   */
  known(series: SeriesLike, horizon: number): Tensor | undefined {
    const read = toSeries('series', series);
    checkInteger('horizon', horizon, { min: 1, max: MAX_HORIZON });
    if (this.inputDim === 1 || horizon === 1) return undefined;
    this.#known.check(read);
    const { length } = read.values;
    return tensor(Array.from({ length: horizon - 1 }, (_, step) => this.#besideValue(read, length + step, false)));
  }

  #hasHistory({ values }: Series): boolean {
    return values.length >= this.historyLength && hasValue(values.subarray(-this.window));
  }

  /** Checks the covariates of a series, applies the link to its values and takes differences. */
  #differenced(series: Series): Differenced {
    this.#known.check(series);
    return differenced(linked(this.link, series.values, { of: ofSeries(series.name) }), this.state.difference);
  }

  #windowsOf(series: Series, from: number) {
    const { window, inputDim, historyLength } = this;
    const { values } = series;
    const { seen, inputs, baseAt } = this.#differenced(series);
    const windows: { rows: Float32Array; target: number; scaler: Scaler }[] = [];
    for (let step = Math.max(from, historyLength); step < values.length; step++) {
      if (Number.isNaN(values[step]) || !hasValue(values.subarray(step - window, step))) continue;
      const scaler = this.#scaling.scalerFor(series.name, seen.subarray(0, step));
      const rows = new Float32Array((window + 1) * inputDim);
      this.#writeRows(rows, series, inputs.subarray(step - window, step), scaler, step - window);
      rows[window * inputDim] = scaled(scaler, inputs[step]!, series, step);
      windows.push({ rows, target: values[step]!, scaler: shifted(scaler, baseAt(step)) });
    }
    return windows;
  }

  /** Writes the inputs of the time steps from `start` on. */
  #writeRows(rows: Float32Array, series: Series, inputs: Float64Array, scaler: Scaler, start: number): void {
    const { inputDim } = this;
    for (const [index, value] of inputs.entries()) {
      // Before the first value there is nothing to carry forward: use the mean.
      rows[index * inputDim] = Number.isNaN(value) ? 0 : scaled(scaler, value, series, start + index);
      if (inputDim === 1) continue;
      const isMissing = Number.isNaN(series.values[start + index]);
      rows.set(this.#besideValue(series, start + index, isMissing), index * inputDim + 1);
    }
  }

  /**
   * Returns a time step's inputs other than its value.
   *
   * @throws ERR_DATA_FORMAT if the next step's covariates are unknown
   */
  #besideValue(series: Series, step: number, isMissing: boolean): number[] {
    return [...(this.state.mask ? [Number(!isMissing)] : []), ...this.#known.at(series, step + 1)];
  }
}

/** Returns the scaler of a value from that of its difference to `base`. */
export function shifted({ mean, deviation }: Scaler, base: number): Scaler {
  return new Scaler(mean + base, deviation);
}
