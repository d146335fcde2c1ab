import { arrayOf, type Check, type Checks, checkNumber, checkSize, oneOf, readAll, readOptions } from '../check';
import { tensor } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { CALENDAR_CYCLES, type CalendarCycle } from './calendar';
import { evenly } from './evenly';
import { effectsOf } from './known-effects';
import { KnownInputs, type KnownInputsState } from './known-inputs';
import { LINK_NAMES, Link, type LinkName, linked } from './link';
import { concatenate, momentsOf, observed } from './scaling';
import type { Series } from './series';
import { shifted } from './series-encoding';
import {
  anyObject,
  checkName,
  KNOWN_STATE,
  type LinkState,
  readKnownState,
  readLinkState,
} from './series-encoding-state';
import { checkHasValue, hasValue, ofSeries, type SeriesLike, toSeries, toSeriesList } from './series-like';
import { bounded, NUM_SMOOTHING_INPUTS, SmoothingFilters } from './smoothing-filters';
import { Scaler } from './time-series';

/** Options of {@link SmoothingEncoding.fit}. */
export interface SmoothingEncodingOptions {
  /** Transformation of values before smoothing; default "identity". */
  link?: LinkName | undefined;
  /** Steps after which the series repeat; default 1: they do not. */
  season?: number | undefined;
  /** Most steps before a forecast that the model reads; the filters have seen all. Default 112. */
  window?: number | undefined;
  /** Calendar features of the predicted step, as further inputs; default none. */
  calendar?: readonly CalendarCycle[] | undefined;
  /** Names of the series that are seen so; default all that no other encoding is for. */
  only?: readonly string[] | undefined;
}

const OPTIONS: Checks<SmoothingEncodingOptions> = {
  link: oneOf(...LINK_NAMES),
  season: checkSize,
  window: checkSize,
  calendar: arrayOf(oneOf(...CALENDAR_CYCLES)),
  only: arrayOf(checkName),
};

/** The fitted values of a {@link SmoothingEncoding}, as saved in config.json. */
export interface SmoothingEncodingState extends KnownInputsState {
  /** Most steps before a forecast that the model reads. */
  window: number;
  /** Transformation of values before smoothing. */
  link: LinkState;
  /** Steps after which the series repeat. */
  season: number;
  /** Names of the series that are seen so; undefined for all that no other encoding is for. */
  only?: readonly string[] | undefined;
  /** The linear effect of each covariate and calendar input on each series, which is taken off before smoothing. */
  effects: {
    /** The name of the series. */
    name: string;
    /** Of each input, in the link's units. */
    effects: readonly number[];
  }[];
}

const NO_PAST = new Float64Array(0);
const [LEAST_REACH, REACH_IN_SEASONS] = [1000, 30];
/** Number of steps that models read by default, and in their training. */
export const SMOOTHING_WINDOW = 112;

/** Parts of series, of the same length, to train or evaluate a model on every step. */
export interface Segments {
  /**
   * (N, T, 1 + inputDim): per step the scaled target, then the inputs that predict it. The target is NaN where it is
   * missing or not to be predicted, as past the end of a series.
   */
  rows: Tensor;
  /** The targets that are not NaN, in the data's units. */
  targets: Float64Array;
  /** The scaler of each of `targets`, in the link's units. */
  scalers: Scaler[];
}

/** How to cut series into segments. */
export interface SegmentOptions {
  /** The first step to predict in each series. */
  from: readonly number[];
  /** Steps from a segment's start to that of the next. */
  stride: number;
  /** Steps at a segment's start that are not predicted, unless it is the first of its series. */
  warmUp: number;
  /** Most steps of all segments together: of more, an evenly spaced part of the segments is taken. Default all. */
  mostSteps?: number | undefined;
}

/** The end of a series, to forecast from. */
export interface SmoothedHistory {
  /** (T, inputDim), at most `window` rows. */
  rows: Tensor;
  /** The scaler of the next value. */
  scaler: Scaler;
  /** Empty, as nothing is added to the scaled values. */
  past: Float64Array;
  /** @internal The filters after the last value. */
  filters: SmoothingFilters;
  /** @internal What is known of the next step. */
  next: KnownStep;
}

/** What is known of a step in advance. */
export interface KnownStep {
  /** The scaled covariates and calendar features. */
  inputs: readonly number[];
  /** Their effect on the step's value, in the link's units. */
  effect: number;
}

const NOTHING_KNOWN: KnownStep = { inputs: [], effect: 0 };

/**
 * Converts series to a model's inputs: what exponential smoothing with several gains forecasts and how wrong it has been,
 * in units of the usual error, so that series of any size, trend or season look alike. The linear effect of covariates and
 * the calendar is taken off before. The model predicts the distance of the next value from a filter's forecast.
 *
 * Unlike {@link SeriesEncoding}, it needs nothing but a season, so a model can forecast series that it was not trained
 * on.
 *
 * @example
 * ```ts
 * import { SmoothingEncoding } from 'libtorch-generative';
 *
 * const values = [3, 5, 4, 6, 5, 7, 6, 8];
 * const encoding = SmoothingEncoding.fit([{ values }], { season: 2 });
 * const { rows } = encoding.history({ values });
 * console.log(rows.shape[1] === encoding.inputDim); // true
 * ```
 */
export class SmoothingEncoding {
  /** The fitted values, as JSON, from which to recreate the encoding. */
  readonly state: SmoothingEncodingState;
  /** Transforms values before smoothing. */
  readonly link: Link;
  readonly #known: KnownInputs;
  readonly #effects: Map<string, readonly number[]>;
  readonly #estimated = new WeakMap<Series, readonly number[]>();

  /**
   * Recreates an encoding from its state; {@link SmoothingEncoding.fit} makes a new one.
   *
   * @throws ERR_INVALID_ARGUMENT for an invalid state
   */
  constructor(state: SmoothingEncodingState) {
    this.state = readState(state);
    const { link } = this.state;
    this.link = new Link(link.name, link.unit);
    this.#known = new KnownInputs(this.state);
    this.#effects = new Map(this.state.effects.map(({ name, effects }) => [name, effects]));
  }

  /**
   * Fits an encoding to training data: the link's unit, the scale of covariates and their effects.
   *
   * @param parts the training part of each series
   * @throws ERR_DATA_FORMAT if there are no values, a value is outside the link's range, or as {@link Forecaster.paths}
   */
  static fit(parts: readonly SeriesLike[], options: SmoothingEncodingOptions = {}): SmoothingEncoding {
    const given = readOptions(options, OPTIONS);
    const { link: name = 'identity', season = 1, window = SMOOTHING_WINDOW, calendar = [], only } = given;
    const series = toSeriesList('parts', parts);
    series.forEach(checkHasValue);
    const seen = only ? series.filter((each) => only.includes(each.name)) : series;
    const values = observed(concatenate(seen.map((part) => part.values)));
    const unit = name === 'softplus' ? momentsOf(values).mean || 1 : 1;
    // The model's inputs have the same scale for all series.
    const state = { window, link: { name, unit }, season, only, ...KnownInputs.fit(series, calendar) };
    const encoding = new SmoothingEncoding({ ...state, effects: [] });
    const effects = seen.map((each) => ({ name: each.name, effects: encoding.#effectsOn(each) }));
    return encoding.#known.size > 0 ? new SmoothingEncoding({ ...state, effects }) : encoding;
  }

  /** @internal Returns whether a value is a genuine one, neither a lookalike nor a Proxy. */
  static isOne(value: unknown): value is SmoothingEncoding {
    return typeof value === 'object' && value !== null && #known in value;
  }

  /** Most steps before a forecast that the model reads. */
  get window(): number {
    return this.state.window;
  }

  /** Number of past values needed to forecast. */
  get historyLength(): number {
    return 1;
  }

  /** Number of inputs per time step. */
  get inputDim(): number {
    return NUM_SMOOTHING_INPUTS + this.#known.size;
  }

  /** @internal Returns the first step of a series that the values before it can predict. */
  firstStep({ values }: Series): number {
    return SmoothingFilters.firstStep(values, this.state.season);
  }

  /** Returns whether there is a value to forecast from. */
  hasHistory(series: SeriesLike): boolean {
    return hasValue(toSeries('series', series).values);
  }

  /**
   * Returns the inputs of the last steps of a series, to forecast from.
   *
   * @throws ERR_DATA_FORMAT if all values are missing, or as {@link Forecaster.paths}
   */
  history(series: SeriesLike): SmoothedHistory {
    const read = toSeries('series', series);
    checkHasValue(read, 0);
    const { inputDim, window } = this;
    const end = read.values.length;
    const first = Math.max(end - this.reach, 0);
    const size = Math.min(window, end - first + 1);
    const kept = new Float32Array(size * inputDim); // a ring
    const { values, knownAt } = this.#linked(read, first);
    const filters = SmoothingFilters.over(values, this.state.season, (before, step) => {
      if (first + step > end - size) this.#write(kept, ((first + step) % size) * inputDim, before, knownAt(step));
    });
    const length = Math.min(filters.age + 1, window);
    const next = this.knownAt(read, end);
    this.#write(kept, (end % size) * inputDim, filters, next);
    const rows = new Float32Array(length * inputDim);
    for (let row = 0; row < length; row++) {
      const at = ((end - length + 1 + row) % size) * inputDim;
      rows.set(kept.subarray(at, at + inputDim), row * inputDim);
    }
    const scaler = shifted(scalerOf(filters), next.effect);
    return { rows: tensor(rows, { shape: [length, inputDim] }), scaler, past: NO_PAST, filters, next };
  }

  /** @internal Returns what is known of a step in advance. */
  knownAt(series: Series, step: number): KnownStep {
    if (this.#known.size === 0) return NOTHING_KNOWN;
    const inputs = this.#known.at(series, step);
    const effects = this.#effectsFor(series);
    return { inputs, effect: inputs.reduce((sum, input, index) => sum + input * effects[index]!, 0) };
  }

  /** @internal Writes the inputs of paths that continue a series, before a value past its end. */
  writePaths(rows: Float32Array, filters: SmoothingFilters, { inputs }: KnownStep): void {
    const { inputDim } = this;
    filters.write(rows, 0, inputDim);
    if (inputs.length === 0) return;
    for (let path = 0; path < filters.paths; path++) rows.set(inputs, path * inputDim + NUM_SMOOTHING_INPUTS);
  }

  /** @internal Number of last values that a forecast depends on: what lies farther back all filters have forgotten. */
  get reach(): number {
    return LEAST_REACH + REACH_IN_SEASONS * this.state.season;
  }

  /** @internal Whether there is such a number for a series of a name. */
  hasReach(_name: string): boolean {
    return true;
  }

  /** @internal Cuts series into segments of `window` steps, or fewer if all series are shorter. */
  segments(series: readonly Series[], options: SegmentOptions): Segments {
    const counts = series.map((each) => Math.max(each.values.length - this.firstStep(each), 0));
    const longest = counts.reduce((longest, count) => Math.max(longest, count), 0);
    const length = Math.max(Math.min(this.window, longest), 1);
    const { mostSteps = Infinity } = options;
    const all = series.flatMap((each, index) => {
      const first = this.firstStep(each);
      return cut(each, { first, length, from: options.from[index]! }, options);
    });
    const cuts = evenly(all, Math.max(Math.floor(mostSteps / length), 1));
    const width = 1 + this.inputDim;
    const rows = new Float32Array(cuts.length * length * width);
    const targets: number[] = [];
    const scalers: Scaler[] = [];
    let smoothed: Smoothed | undefined;
    for (const [index, { series, start, end, from }] of cuts.entries()) {
      // The cuts of a series follow each other.
      if (smoothed?.series !== series) smoothed = this.#smooth(series, start);
      const at = index * length * width;
      const { first } = smoothed;
      rows.set(smoothed.rows.subarray((start - first) * width, (end - first) * width), at);
      for (let step = start; step < end; step++) {
        if (step < from) rows[at + (step - start) * width] = Number.NaN;
        else if (!Number.isNaN(series.values[step])) {
          targets.push(series.values[step]!);
          scalers.push(smoothed.scalers[step - first]!);
        }
      }
      for (let row = end - start; row < length; row++) rows[at + row * width] = Number.NaN;
    }
    return {
      rows: tensor(rows, { shape: [cuts.length, length, width] }),
      targets: Float64Array.from(targets),
      scalers,
    };
  }

  /** Returns the rows of the steps from one on that the filters forecast. */
  #smooth(series: Series, first: number): Smoothed {
    const { values, knownAt } = this.#linked(series);
    const width = 1 + this.inputDim;
    const rows = new Float32Array((values.length - first) * width);
    const scalers: Scaler[] = [];
    SmoothingFilters.over(values, this.state.season, (filters, step) => {
      if (step < first) return;
      const at = (step - first) * width;
      const scaler = scalerOf(filters);
      rows[at] = bounded(scaler.scaleOne(values[step]!));
      const known = knownAt(step);
      this.#write(rows, at + 1, filters, known);
      scalers.push(shifted(scaler, known.effect));
    });
    return { series, rows, first, scalers };
  }

  /** Checks the covariates of a series, applies the link to its values from a step on, and takes known effects off. */
  #linked(series: Series, first = 0): { values: Float64Array; knownAt: (step: number) => KnownStep } {
    this.#known.check(series);
    const values = linked(this.link, series.values.subarray(first), { of: ofSeries(series.name), first });
    if (this.#known.size === 0) return { values, knownAt: () => NOTHING_KNOWN };
    const known = Array.from(values, (_, step) => this.knownAt(series, first + step));
    return { values: values.map((value, step) => value - known[step]!.effect), knownAt: (step) => known[step]! };
  }

  /** Returns the effects on a series, estimated from itself if it was not fitted. */
  #effectsFor(series: Series): readonly number[] {
    const known = this.#effects.get(series.name) ?? this.#estimated.get(series);
    if (known) return known;
    const effects = this.#effectsOn(series);
    this.#estimated.set(series, effects);
    return effects;
  }

  #effectsOn(series: Series): number[] {
    this.#known.check(series);
    const values = linked(this.link, series.values, { of: ofSeries(series.name) });
    const { size } = this.#known;
    const inputs = Array.from({ length: size }, () => new Float64Array(size > 0 ? values.length : 0));
    for (let step = 0; size > 0 && step < values.length; step++) {
      for (const [index, input] of this.#known.at(series, step).entries()) inputs[index]![step] = input;
    }
    return effectsOf(values, inputs);
  }

  /** Writes the inputs of a step, which the filters have not seen yet. */
  #write(rows: Float32Array, at: number, filters: SmoothingFilters, { inputs }: KnownStep): void {
    filters.write(rows, at, this.inputDim);
    rows.set(inputs, at + NUM_SMOOTHING_INPUTS);
  }
}

/** A series as the filters see it, from a step on. */
interface Smoothed {
  series: Series;
  first: number;
  /** (steps, 1 + inputDim): the scaled target and the inputs of each step. */
  rows: Float32Array;
  /** (steps), in the link's units. */
  scalers: Scaler[];
}

/** The steps of a segment. */
interface Cut {
  series: Series;
  start: number;
  end: number;
  /** The first step to predict. */
  from: number;
}

/** @param first the first step of the series that the filters forecast */
function cut(
  series: Series,
  { first, length, from }: { first: number; length: number; from: number },
  { stride, warmUp }: SegmentOptions,
): Cut[] {
  const { values } = series;
  const last = Math.max(values.length - warmUp, first + 1);
  const cuts: Cut[] = [];
  for (let start = first; start < last; start += stride) {
    const end = Math.min(start + length, values.length);
    const predicted = Math.max(start === first ? first : start + warmUp, from);
    if (hasValue(values.subarray(predicted, end))) cuts.push({ series, start, end, from: predicted });
  }
  return cuts;
}

function scalerOf(filters: SmoothingFilters): Scaler {
  return new Scaler(filters.originOf(0), filters.scaleOf(0));
}

function readState(state: SmoothingEncodingState): SmoothingEncodingState {
  const { window, link, season, only, effects, ...known } = readAll(
    state,
    {
      window: checkSize,
      link: anyObject,
      season: checkSize,
      only: (name, value) => value === undefined || arrayOf(checkName)(name, value),
      effects: arrayOf(anyObject),
      ...KNOWN_STATE,
    },
    'state',
  );
  return {
    window,
    link: readLinkState(link),
    season,
    only: only && [...only],
    effects: effects.map((each, index) =>
      readAll(each, { name: checkName, effects: arrayOf(checkNumber as Check) }, `state.effects[${index}]`),
    ),
    ...readKnownState(known),
  };
}
