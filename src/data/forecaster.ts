import { checkInteger, checkNumber, readEntries, reading, readOptions } from '../check';
import { describe, invalidArgument } from '../errors';
import { MdnRnn } from '../models/mdn-rnn';
import { checkModule } from '../nn/module';
import { ABORTABLE, type Abortable } from '../pool/abortable';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import type { Tensor } from '../tensor/tensor';
import { checkEncoding, type Encoding, encodingsFor, onlyFor } from './encoding';
import { FORECAST, type Forecast, type ForecastOptions, withForecastDefaults, withTimes } from './forecast';
import { PATH_OPTIONS, type PathOptions, withDefaults } from './forecast-options';
import { ForecastStream, readBegin } from './forecast-stream';
import { ForecasterCopies } from './forecaster-copies';
import type { Link } from './link';
import { NEXT, type NextMixture, type NextOptions, type NextValue, nextValue } from './next-value';
import { toElements } from './numbers';
import { type Answers, answer, type Question } from './questions';
import type { Series } from './series';
import { SeriesEncoding } from './series-encoding';
import { checkName } from './series-encoding-state';
import { checkHorizon, type SeriesLike, toSeries, toSeriesList } from './series-like';
import { TIME_AXIS_OPTIONS, type TimeAxisOptions } from './time-axis';
import type { Scaler } from './time-series';

/** Predictions of N known values, each from those before it. */
export interface Predictions {
  /** (N, K, 3), raw: the mixtures of the scaled values. */
  raw: Tensor;
  /** (N, 1), the scaled values. */
  target: Tensor;
  /** (N), the values in the data's units. */
  targets: Float64Array;
  /** The scaler of each value, in the link's units. */
  scalers: Scaler[];
  link: Link;
}

/**
 * A model together with its encoding, to forecast in the data's units. {@link trainMdnRnn} and {@link loadForecaster}
 * return one.
 *
 * @example
 * ```ts
 * import { Forecaster, MdnRnn, pathQuantiles, SeriesEncoding } from 'libtorch-generative';
 *
 * const values = Array.from({ length: 120 }, (_, month) => 20 + 8 * Math.sin((month * Math.PI) / 6));
 * const series = { values };
 * const encoding = SeriesEncoding.fit([series], { window: 24 });
 * const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 16 }), encoding); // untrained
 *
 * const [low, high] = (await forecaster.next(series)).quantiles([0.05, 0.95]);
 * console.log(low! < high!); // true
 * const paths = await forecaster.paths(series, { horizon: 12, paths: 200, seed: 1 });
 * const [median] = pathQuantiles(paths, 12, [0.5]);
 * console.log(paths.length, median!.length); // 2400 12
 * ```
 */
export class Forecaster {
  /**
   * How the model sees series; with several encodings, the forecast is the mean of those that they give. A series that some
   * are for alone ({@link SmoothingEncodingOptions.only}) is seen by these.
   */
  readonly encodings: readonly Encoding[];
  /** For each step ahead, the factor by which the forecast is widened about its median; empty for none. */
  readonly spread: readonly number[];
  /** By the name of a series, the factor by which its forecasts are widened besides; 1 for all others. */
  readonly ownSpread: ReadonlyMap<string, number>;
  readonly #copies: ForecasterCopies;

  /**
   * Combines a model with its encoding.
   *
   * @param model predicts one value per step from rows made by `encoding`
   * @param encoding fitted on the model's training data; several with the same inputs are pooled
   * @param spread for each step ahead, the factor above 0 by which to widen the forecast about its median; the last one
   *   applies to all further steps. Default none: forecasts are not widened
   * @param ownSpread by the name of a series, a factor above 0 by which to widen its forecasts besides; default none
   * @throws ERR_INVALID_ARGUMENT, also if the model's inputs or outputs do not match `encoding`
   */
  constructor(
    /** Predicts scaled values. */
    readonly model: MdnRnn,
    encoding: Encoding | readonly Encoding[],
    spread: readonly number[] = [],
    ownSpread: Readonly<Record<string, number>> = {},
  ) {
    checkModule('model', model, MdnRnn);
    const isList = reading('encoding', () => Array.isArray(encoding));
    this.encodings = (isList ? toElements('encoding', encoding) : [encoding]) as Encoding[];
    if (this.encodings.length === 0) throw invalidArgument('encoding', 'at least one encoding', encoding);
    for (const each of this.encodings) checkEncoding(each, model);
    if (this.encodings.every(onlyFor)) throw invalidArgument('encoding', 'one for all series', encoding);
    this.spread = toElements('spread', spread).map((factor, index) => {
      checkNumber(`spread[${index}]`, factor, { above: 0 });
      return factor as number;
    });
    const own = readEntries(ownSpread, 'ownSpread', 'an object with the factor of each series');
    for (const [name, factor] of own) checkNumber(`ownSpread[${describe(name)}]`, factor, { above: 0 });
    this.ownSpread = new Map(own as [string, number][]);
    this.#copies = new ForecasterCopies(this);
  }

  /** The model's device: "cpu", "cuda:0", ... */
  get device(): Device {
    return this.model.parameters()[0]!.device;
  }

  /** Number of past values needed to forecast. */
  get historyLength(): number {
    return Math.max(...this.encodings.map(({ historyLength }) => historyLength));
  }

  /** Returns whether a series has enough values to forecast from. */
  hasHistory(series: SeriesLike): boolean {
    const read = toSeries('series', series);
    return this.encodingsFor(read).every((encoding) => encoding.hasHistory(read));
  }

  /** @internal Returns the encodings of a series. */
  encodingsFor({ name }: Series): readonly Encoding[] {
    return encodingsFor(this.encodings, name);
  }

  /**
   * Returns the factor by which a forecast is widened.
   *
   * @param step the step ahead, counted from 0
   * @param name the name of the series; default "", for one without a name
   */
  spreadAt(step: number, name = ''): number {
    checkInteger('step', step, { min: 0 });
    checkName('name', name);
    return (this.spread[Math.min(step, this.spread.length - 1)] ?? 1) * (this.ownSpread.get(name) ?? 1);
  }

  /**
   * Forecasts a series past its end, or several series, without blocking the event loop: worker threads answer, see
   * {@link configureInference}. Calls that wait for a thread are answered together. A forecast depends on its series, its
   * options and the model as it is when called, not on what is asked beside it.
   *
   * @param series as for {@link Forecaster.paths}
   * @returns a forecast; for an array of series one of each
   * @throws as {@link Forecaster.paths}
   * @example
   * ```ts
   * import { Forecaster, MdnRnn, SeriesEncoding } from 'libtorch-generative';
   *
   * const values = Array.from({ length: 120 }, (_, month) => 20 + 8 * Math.sin((month * Math.PI) / 6));
   * const encoding = SeriesEncoding.fit([{ values }], { window: 24 });
   * const forecaster = new Forecaster(new MdnRnn({ hiddenDim: 16 }), encoding); // untrained
   * const { steps } = await forecaster.forecast({ values }, { horizon: 12, quantiles: [0.1, 0.5, 0.9] });
   * console.log(steps.length, steps[0]!.quantiles.length); // 12 3
   * ```
   */
  forecast(series: SeriesLike, options?: ForecastOptions & Abortable): Promise<Forecast>;
  forecast(series: readonly SeriesLike[], options?: ForecastOptions & Abortable): Promise<Forecast[]>;
  async forecast(series: SeriesLike | readonly SeriesLike[], options: ForecastOptions & Abortable = {}) {
    const { signal, ...asked } = readOptions(options, { ...FORECAST, ...ABORTABLE });
    return this.#ask(series, forecastCall(asked), signal);
  }

  /** As {@link Forecaster.forecast}, in this thread, which it blocks. */
  forecastSync(series: SeriesLike, options?: ForecastOptions): Forecast;
  forecastSync(series: readonly SeriesLike[], options?: ForecastOptions): Forecast[];
  forecastSync(series: SeriesLike | readonly SeriesLike[], options: ForecastOptions = {}) {
    return this.#answer(series, forecastCall(readOptions(options, FORECAST)));
  }

  /**
   * Draws joint futures past a series' end, or several series', see {@link forecastPaths}, without blocking the event loop,
   * see {@link Forecaster.forecast}. Each series has its own random numbers, which depend on its name and the seed.
   *
   * @param series its last `window` values are read; covariates must cover the horizon
   * @returns (paths, horizon) in row-major order, in the data's units; for an array of series those of each
   * @throws ERR_INVALID_ARGUMENT for an argument of the wrong type or out of range, or if the paths would not fit in
   *   memory; ERR_DATA_FORMAT, with the place, if the series is shorter than the window, has infinite values or values
   *   outside the link's range, has times or covariates that do not match it, or lacks inputs that must be known in
   *   advance; ERR_NOT_FINITE if a path overflows; ERR_OVERLOADED if too many calls wait; ERR_WORKER if a thread ended;
   *   ERR_DISPOSED
   */
  paths(series: SeriesLike, options?: PathOptions & Abortable): Promise<Float64Array>;
  paths(series: readonly SeriesLike[], options?: PathOptions & Abortable): Promise<Float64Array[]>;
  async paths(series: SeriesLike | readonly SeriesLike[], options: PathOptions & Abortable = {}) {
    const { signal, ...asked } = readOptions(options, { ...PATH_OPTIONS, ...ABORTABLE });
    return this.#ask(series, pathsCall(asked), signal);
  }

  /** As {@link Forecaster.paths}, in this thread, which it blocks. */
  pathsSync(series: SeriesLike, options?: PathOptions): Float64Array;
  pathsSync(series: readonly SeriesLike[], options?: PathOptions): Float64Array[];
  pathsSync(series: SeriesLike | readonly SeriesLike[], options: PathOptions = {}) {
    return this.#answer(series, pathsCall(readOptions(options, PATH_OPTIONS)));
  }

  /**
   * Returns the distribution of the value after a series' end, or after several series', without blocking the event loop,
   * see {@link Forecaster.forecast}.
   *
   * @param series as for {@link Forecaster.paths}
   * @returns can be queried at any time, also when the model is disposed of
   * @throws as {@link Forecaster.paths}
   */
  next(series: SeriesLike, options?: NextOptions & Abortable): Promise<NextValue>;
  next(series: readonly SeriesLike[], options?: NextOptions & Abortable): Promise<NextValue[]>;
  async next(series: SeriesLike | readonly SeriesLike[], options: NextOptions & Abortable = {}) {
    const { signal, ...asked } = readOptions(options, { ...NEXT, ...ABORTABLE });
    return this.#ask(series, this.#nextCall(asked), signal);
  }

  /** As {@link Forecaster.next}, in this thread, which it blocks. */
  nextSync(series: SeriesLike, options?: NextOptions): NextValue;
  nextSync(series: readonly SeriesLike[], options?: NextOptions): NextValue[];
  nextSync(series: SeriesLike | readonly SeriesLike[], options: NextOptions = {}) {
    return this.#answer(series, this.#nextCall(readOptions(options, NEXT)));
  }

  /**
   * Begins a series that grows value by value, and can be forecast at any time.
   *
   * @param series its values so far, or what `JSON.stringify` saved of a stream; default an unnamed series without values
   * @param options how times that are pushed are written, see {@link TimeAxis.parse}
   * @throws ERR_DATA_FORMAT, with the reason, if a forecast depends on all values of the series, as for a series that was
   *   not trained on and windows scaled by series or by window; as {@link Forecaster.paths}
   */
  stream(series: Partial<SeriesLike> = {}, options: TimeAxisOptions = {}): ForecastStream {
    return new ForecastStream(this, readBegin(series), readOptions(options, TIME_AXIS_OPTIONS));
  }

  /**
   * Waits for all calls that have not been answered, then frees the model, here and in worker threads; calls afterwards
   * reject with ERR_DISPOSED.
   */
  async dispose(): Promise<void> {
    await this.#copies.drop();
    this.model.dispose();
  }

  /** Same as {@link Forecaster.dispose}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /**
   * @internal Predicts each value of series from a step on from the values before it, once per encoding.
   *
   * @param series have the same encodings
   * @param from the step of the first value to predict in each series
   */
  predictions(series: readonly Series[], from: readonly number[]): Predictions[] {
    const encodings = this.encodingsFor(series[0]!);
    // The steps that all encodings can predict.
    const starts = series.map((each, index) =>
      Math.max(from[index]!, ...encodings.map((encoding) => encoding.firstStep(each))),
    );
    return encodings.map((encoding) => {
      if (encoding instanceof SeriesEncoding) {
        const { rows, ...rest } = encoding.windows(series, starts);
        const there = rows.to({ device: this.device });
        const raw = this.model.forward(there.slice(1, 0, -1));
        return { raw, target: there.select(1, -1).slice(1, 0, 1), link: encoding.link, ...rest };
      }
      const half = Math.ceil(encoding.window / 2);
      const { rows, ...rest } = encoding.segments(series, { from: starts, stride: half, warmUp: half });
      const there = rows.to({ device: this.device });
      const raw = this.model.forwardEach(there.slice(-1, 1).contiguous()); // (N, T, K, 3)
      const [target, known] = knownTargets(there);
      const { numMixtures } = this.model;
      return { raw: raw.view(-1, numMixtures, 3).indexSelect(0, known), target, link: encoding.link, ...rest };
    });
  }

  #nextCall({ temperature }: NextOptions): Call<NextValue> {
    return {
      question: (series) => ({ ask: 'next', series }),
      answer: (mixtures, { name }) => {
        return nextValue(mixtures as NextMixture[], { temperature, spread: this.spreadAt(0, name) });
      },
    };
  }

  /** Answers in worker threads. */
  async #ask<T>(series: SeriesLike | readonly SeriesLike[], call: Call<T>, signal?: AbortSignal): Promise<T | T[]> {
    const { all, isList } = readSeries(series);
    const asked = all.map((each) => this.#copies.ask(call.question(each), signal));
    const answers = (await Promise.all(asked)).map((each, index) => call.answer(each, all[index]!));
    return isList ? answers : answers[0]!;
  }

  /** Answers in this thread. */
  #answer<T>(series: SeriesLike | readonly SeriesLike[], call: Call<T>): T | T[] {
    const { all, isList } = readSeries(series);
    const answers = answer(this, all.map(call.question)).map((each, index) => call.answer(each, all[index]!));
    return isList ? answers : answers[0]!;
  }
}

function pathsCall(asked: PathOptions): Call<Float64Array> {
  const options = withDefaults(asked);
  return {
    question: (series) => ({ ask: 'paths', series: within(series, options), options }),
    answer: (paths) => paths as Float64Array,
  };
}

function forecastCall(asked: ForecastOptions): Call<Forecast> {
  const options = withForecastDefaults(asked);
  return {
    question: (series) => ({ ask: 'forecast', series: within(series, options), options }),
    answer: (forecast, series) => withTimes(forecast as Forecast, series),
  };
}

/** Checks the horizon before anything is drawn. */
function within(series: Series, { horizon }: { horizon: number }): Series {
  checkHorizon(series, horizon);
  return series;
}

/** A question to ask of each series, and what to make of the answer. */
interface Call<T> {
  question(series: Series): Question;
  answer(answer: Answers[keyof Answers], series: Series): T;
}

/** Reads a series, or a list of them; an array of numbers is neither. */
function readSeries(series: SeriesLike | readonly SeriesLike[]): { all: Series[]; isList: boolean } {
  const elements = reading('series', () => Array.isArray(series)) ? toElements('series', series) : undefined;
  if (!elements?.every((each) => typeof each === 'object')) {
    return { all: [toSeries('series', series as SeriesLike)], isList: false };
  }
  return { all: toSeriesList('series', elements as SeriesLike[]), isList: true };
}

/** Returns the targets (M, 1) in rows (N, T, 1 + I) that are not NaN, and their positions in (N · T). */
export function knownTargets(rows: Tensor): [targets: Tensor, positions: Tensor] {
  const targets = rows.select(-1, 0).contiguous().view(-1, 1); // (N · T, 1)
  const values = targets.toArray() as Float32Array;
  const positions: number[] = [];
  for (let position = 0; position < values.length; position++) {
    if (!Number.isNaN(values[position])) positions.push(position);
  }
  const index = tensor(positions, { dtype: 'int64', device: rows.device });
  return [targets.indexSelect(0, index), index];
}
