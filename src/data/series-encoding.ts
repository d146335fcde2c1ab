import { describe, LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { type CalendarCycle, calendarInputs, INPUTS_A_CYCLE } from './calendar';
import { Link, type LinkName } from './link';
import { concatenate, momentsOf, observed, Scaling, type ScalingKind, type ScalingState } from './scaling';
import type { Series } from './series';
import { Scaler } from './time-series';

/** How a series is to become a model's inputs. */
export interface SeriesEncodingOptions {
  /** Values that the next one is predicted from. */
  window: number;
  /** How the model sees values. */
  link: LinkName;
  /** What values are scaled by. */
  scale: ScalingKind;
  /** What the calendar tells the model of the step after each; `[]` for nothing. */
  calendar: readonly CalendarCycle[];
}

/** What a {@link SeriesEncoding} was fitted to, for config.json. */
export interface SeriesEncodingState {
  /** Values that the next one is predicted from. */
  window: number;
  /** How the model sees values. */
  link: {
    /** Which function it is. */
    name: LinkName;
    /** Softplus's bend, in the data's units; else 1. */
    unit: number;
  };
  /** What values are scaled by. */
  scaling: ScalingState;
  /** Whether an input tells if the value is there, as some were missing in training. */
  mask: boolean;
  /** What each covariate is scaled by. */
  covariates: {
    /** In the data's units. */
    mean: number;
    /** In the data's units. */
    deviation: number;
  }[];
  /** What the calendar tells the model of the step after each. */
  calendar: readonly CalendarCycle[];
}

/** Windows of one or more series. */
export interface Windows {
  /** (N, window + 1, inputDim): the first number of each window's last row is what the rows before it foretell. */
  rows: Tensor;
  /** The value that each foretells, in the data's units. */
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
 * known of the step *after* it, which the model foretells: covariates, scaled, and the calendar. A missing value stands
 * as the last one before it.
 *
 * @example
 * ```ts
 * import { SeriesEncoding, TimeAxis } from 'libtorch-generative';
 *
 * const values = Float64Array.of(3, 5, 4, 6, 5, 7, 6, 8);
 * const time = TimeAxis.parse(Array.from(values, (_, month) => `2024-0${month + 1}`));
 * const series = { name: '', values, time };
 * const options = { window: 3, link: 'identity', scale: 'global', calendar: ['month'] } as const;
 * const encoding = SeriesEncoding.fit([series], options);
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
  readonly #scaling: Scaling;
  readonly #covariates: Scaler[];

  /** The encoding that a state describes; {@link SeriesEncoding.fit} makes a new one. */
  constructor(
    /** All that it takes to make it again, as JSON has it. */
    readonly state: SeriesEncodingState,
  ) {
    this.window = state.window;
    this.link = new Link(state.link.name, state.link.unit);
    this.#scaling = new Scaling(state.scaling, state.window);
    this.#covariates = state.covariates.map(({ mean, deviation }) => new Scaler(mean, deviation));
  }

  /**
   * Fits an encoding.
   *
   * @param parts what is trained on of each series
   * @throws ERR_DATA_FORMAT if there is nothing to scale by, or a value is out of the link's range
   */
  static fit(parts: Series[], { window, link: name, scale, calendar }: SeriesEncodingOptions): SeriesEncoding {
    const values = concatenate(parts.map((part) => part.values));
    const link = new Link(name, name === 'softplus' ? momentsOf(observed(values)).mean || 1 : 1);
    const linked = parts.map((part) => ({ name: part.name, values: link.apply(part.values) }));
    const covariates = (parts[0]!.covariates ?? []).map((_, index) =>
      Scaler.fit(concatenate(parts.map((part) => part.covariates![index]!.subarray(0, part.values.length)))),
    );
    return new SeriesEncoding({
      window,
      link: { name, unit: link.unit },
      scaling: Scaling.fit(linked, scale, window).state,
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
   * The windows that foretell the values of each series from a step on; those whose target is missing, or all of whose
   * inputs are, are left out.
   *
   * @param from the first target's step in each series
   */
  windows(series: Series[], from: number[]): Windows {
    const encoded = series.flatMap((each, index) => this.#windowsOf(each, from[index]!));
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
  hasHistory({ values }: Series): boolean {
    return values.length >= this.window && !values.subarray(-this.window).every(Number.isNaN);
  }

  /** The last window of a series, (window, inputDim), to forecast from. @throws ERR_DATA_FORMAT if there is none */
  history(series: Series): History {
    const { window, inputDim } = this;
    const linked = this.link.apply(series.values);
    const start = linked.length - window;
    if (!this.hasHistory(series)) {
      const found = start < 0 ? `found ${linked.length}` : 'those are all missing';
      throw formatError(`Expected at least ${window} values, the model's window, but ${found}`);
    }
    const scaler = this.#scaling.scalerFor(series.name, linked);
    const rows = new Float32Array(window * inputDim);
    this.#writeRows(rows, series, carriedForward(linked).subarray(start), scaler, start);
    return { rows: tensor(rows, { shape: [window, inputDim] }), scaler };
  }

  /** The inputs beside the value of the steps past a series' end, but the last: (horizon - 1, inputDim - 1). */
  known(series: Series, horizon: number): Tensor | undefined {
    if (this.inputDim === 1 || horizon === 1) return undefined;
    const { length } = series.values;
    return tensor(Array.from({ length: horizon - 1 }, (_, step) => this.#besideValue(series, length + step, false)));
  }

  #windowsOf(series: Series, from: number) {
    const { window, inputDim } = this;
    const { values } = series;
    const linked = this.link.apply(values);
    const carried = carriedForward(linked);
    const windows: { rows: Float32Array; target: number; scaler: Scaler }[] = [];
    for (let step = Math.max(from, window); step < values.length; step++) {
      const inputs = linked.subarray(step - window, step);
      if (Number.isNaN(values[step]) || inputs.every(Number.isNaN)) continue;
      const scaler = this.#scaling.scalerFor(series.name, linked.subarray(0, step));
      const rows = new Float32Array((window + 1) * inputDim);
      this.#writeRows(rows, series, carried.subarray(step - window, step), scaler, step - window);
      rows[window * inputDim] = (linked[step]! - scaler.mean) / scaler.deviation;
      windows.push({ rows, target: values[step]!, scaler });
    }
    return windows;
  }

  /** The inputs of the time steps from `start` on. */
  #writeRows(rows: Float32Array, series: Series, carried: Float64Array, scaler: Scaler, start: number): void {
    const { inputDim } = this;
    for (const [index, value] of carried.entries()) {
      // Before the first value there is nothing to carry forward: the mean is the best guess.
      rows[index * inputDim] = Number.isNaN(value) ? 0 : (value - scaler.mean) / scaler.deviation;
      if (inputDim === 1) continue;
      const isMissing = Number.isNaN(series.values[start + index]);
      rows.set(this.#besideValue(series, start + index, isMissing), index * inputDim + 1);
    }
  }

  /** The inputs of a time step beside its value. @throws ERR_DATA_FORMAT if the next step's covariates are not known */
  #besideValue({ name, covariates = [], time }: Series, step: number, isMissing: boolean): number[] {
    const { mask, calendar } = this.state;
    const next = step + 1;
    const scaled = this.#covariates.map((scaler, index) => {
      const value = covariates[index]?.[next];
      if (value !== undefined) return (value - scaler.mean) / scaler.deviation;
      const known = `${covariates[index]?.length ?? 0} steps${name && ` of the series ${describe(name)}`}`;
      throw formatError(`Expected covariates of the time that is forecast too, but they are known for ${known} only`);
    });
    const date = calendar.length > 0 ? time?.dateAt(next) : undefined;
    if (calendar.length > 0 && !date) throw formatError('The calendar needs the time of each row, as a date');
    return [...(mask ? [Number(!isMissing)] : []), ...scaled, ...(date ? calendarInputs(date, calendar) : [])];
  }
}

/** Each missing value as the last one before it; NaN where there is none. */
function carriedForward(values: Float64Array): Float64Array {
  let last = Number.NaN;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}

function formatError(message: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_DATA_FORMAT', message);
}
