import { checkInteger, checkNumber, readEntries, reading, readOptions } from '../check';
import { describe, invalidArgument, LibtorchGenerativeError } from '../errors';
import { forecastPaths, PathSampler, sortedQuantile, sortedSteps } from '../models/forecast';
import { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { checkModule } from '../nn/module';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import { integrate } from './differencing';
import { PATH_OPTIONS, type PathOptions, readPathOptions, seedAt, toLevels } from './forecast-options';
import type { Link } from './link';
import { mean } from './mean';
import { toElements } from './numbers';
import type { Series } from './series';
import { SeriesEncoding, shifted } from './series-encoding';
import { checkName } from './series-encoding-state';
import { checkHorizon, type SeriesLike, toSeries } from './series-like';
import { SmoothingEncoding } from './smoothing-encoding';
import type { Scaler } from './time-series';

/** The distribution of the value after a series' end, in the data's units: the model's mixture, exact, not sampled. */
export interface NextValue {
  /**
   * Returns the quantiles at the given levels.
   *
   * @param levels at least one, each above 0 and below 1
   * @throws ERR_INVALID_ARGUMENT for invalid levels; ERR_NOT_FINITE if a quantile overflows
   */
  quantiles(levels: readonly number[]): number[];
  /**
   * Returns the probability that the value is at most each of `values`.
   *
   * @throws ERR_INVALID_ARGUMENT for NaN
   */
  cdf(values: readonly number[]): number[];
}

/** How a model sees series: a window of values, or what exponential smoothing makes of them. */
export type Encoding = SeriesEncoding | SmoothingEncoding;

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
 * const [low, high] = forecaster.next(series).quantiles([0.05, 0.95]);
 * console.log(low! < high!); // true
 * const paths = forecaster.paths(series, { horizon: 12, paths: 200, seed: 1 });
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
    if (this.encodings.every(only)) throw invalidArgument('encoding', 'one for all series', encoding);
    this.spread = toElements('spread', spread).map((factor, index) => {
      checkNumber(`spread[${index}]`, factor, { above: 0 });
      return factor as number;
    });
    const own = readEntries(ownSpread, 'ownSpread', 'an object with the factor of each series');
    for (const [name, factor] of own) checkNumber(`ownSpread[${describe(name)}]`, factor, { above: 0 });
    this.ownSpread = new Map(own as [string, number][]);
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
   * Draws joint futures past a series' end, see {@link forecastPaths}. Each series has its own random numbers, which
   * depend on its name and the seed.
   *
   * @param series its last `window` values are read; covariates must cover the horizon
   * @returns (paths, horizon) in row-major order, in the data's units
   * @throws ERR_INVALID_ARGUMENT for an argument of the wrong type or out of range, or if the paths would not fit in
   *   memory; ERR_DATA_FORMAT, with the place, if the series is shorter than the window, has infinite values or values
   *   outside the link's range, has times or covariates that do not match it, or lacks inputs that must be known in
   *   advance; ERR_NOT_FINITE if a path overflows
   */
  paths(series: SeriesLike, options: PathOptions = {}): Float64Array {
    const { horizon, paths, seed, temperature } = readPathOptions(options);
    const read = toSeries('series', series);
    checkHorizon(read, horizon);
    const result = new Float64Array(paths * horizon);
    const encodings = this.encodingsFor(read);
    const count = encodings.length;
    for (const [index, encoding] of encodings.entries()) {
      // Path p is of encoding p modulo their number, so that it does not depend on the number of paths.
      const own = Math.ceil((paths - index) / count);
      if (own === 0) continue;
      const draw = { horizon, paths: own, temperature, seed: seedAt(seedOf(read.name, seed), index) };
      const linkedPaths = scope(() => this.#draw(encoding, read, draw));
      this.#widen(linkedPaths, horizon, read.name);
      for (const [position, value] of linkedPaths.entries()) {
        const [path, step] = [Math.floor(position / horizon), position % horizon];
        result[(path * count + index) * horizon + step] = checkFinite(encoding.link.invertOne(value), step);
      }
    }
    return result;
  }

  /**
   * Returns the distribution of the value after a series' end.
   *
   * @param series as for {@link Forecaster.paths}
   * @param options.temperature above 1 makes the forecast less certain, below 1 more certain; default 1
   * @returns can be queried until the model is disposed of; the first question runs the model
   * @throws as {@link Forecaster.paths}; if the series cannot be forecast, only when queried
   */
  next(series: SeriesLike, options: Pick<PathOptions, 'temperature'> = {}): NextValue {
    const { temperature } = readOptions(options, { temperature: PATH_OPTIONS.temperature });
    const read = toSeries('series', series);
    const parts = this.encodingsFor(read).map((encoding) => this.#next(encoding, read, temperature));
    return parts.length === 1 ? parts[0]! : pooled(parts);
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

  /** Draws paths (paths, horizon) in the link's units. */
  #draw(encoding: Encoding, series: Series, options: Required<PathOptions>): Float64Array {
    return encoding instanceof SeriesEncoding
      ? this.#drawWindowed(encoding, series, options)
      : noGrad(() => this.#drawSmoothed(encoding, series, options));
  }

  #drawWindowed(encoding: SeriesEncoding, series: Series, options: Required<PathOptions>): Float64Array {
    const { horizon } = options;
    const { rows, scaler, past } = encoding.history(series);
    const known = encoding.known(series, horizon)?.to({ device: this.device });
    const drawn = forecastPaths(this.model, rows.to({ device: this.device }), { ...options, known });
    const { mean, deviation } = scaler;
    const paths = Float64Array.from(drawn.toArray() as Float32Array, (value) => value * deviation + mean);
    if (past.length > 0) integrate(paths, horizon, past);
    return paths;
  }

  #drawSmoothed(encoding: SmoothingEncoding, series: Series, { horizon, ...options }: Required<PathOptions>) {
    const { rows, filters } = encoding.history(series);
    const { paths } = options;
    const sampler = new PathSampler(this.model, rows.to({ device: this.device }), options);
    const copies = filters.copies(paths);
    const result = new Float64Array(paths * horizon);
    for (let step = 0; ; step++) {
      const values = copies.unscale(sampler.draw().toArray() as Float32Array);
      const effect = encoding.effectAt(series, series.values.length + step);
      for (let path = 0; path < paths; path++) {
        const value = encoding.link.settled(values[path]! + effect);
        result[path * horizon + step] = value;
        values[path] = value - effect;
      }
      if (step === horizon - 1) return result;
      copies.push(values);
      const at = series.values.length + step + 1;
      const inputs = scope(() => encoding.pathInputs(copies, series, at).to({ device: this.device })); // (P, I)
      sampler.feed(inputs);
      inputs.dispose();
    }
  }

  #next(encoding: Encoding, series: Series, temperature: number | undefined): NextValue {
    const { link } = encoding;
    const spread = this.spreadAt(0, series.name);
    let known: { raw: Float32Array; scaler: Scaler } | undefined;
    const ask = <T>(question: (mixture: Mixture, median: number, scaler: Scaler) => T): T =>
      noGrad(() =>
        scope(() => {
          known ??= this.#nextRaw(encoding, series);
          const raw = tensor(known.raw, { shape: [1, this.model.numMixtures, 3], device: this.device });
          const mixture = new Mixture(raw, { temperature });
          return question(mixture, mixture.quantile([0.5]).item(), known.scaler);
        }),
      );
    return {
      quantiles: (levels) => {
        const asked = toLevels('levels', levels);
        return ask((mixture, median, { mean, deviation }) => {
          const quantiles = mixture.quantile(asked).toArray();
          return Array.from(quantiles, (quantile) => {
            const widened = median + spread * (quantile - median);
            return checkFinite(link.invertOne(widened * deviation + mean), 0);
          });
        });
      },
      cdf: (values) => {
        const asked = toNumbersOrInfinity(values);
        return ask((mixture, median, scaler) => {
          const standard = asked.map((value) => {
            return median + ((link.upperOne(value) - scaler.mean) / scaler.deviation - median) / spread;
          });
          const levels = mixture.cdf(tensor([standard], { dtype: 'float64', device: this.device })).toArray();
          return Array.from(levels, (level: number | bigint) => checkFinite(Math.min(Number(level), 1), 0)); // rounding
        });
      },
    };
  }

  /** Returns the mixture of the next scaled value: (K, 3), raw. */
  #nextRaw(encoding: Encoding, series: Series): { raw: Float32Array; scaler: Scaler } {
    const { rows, scaler, past } = encoding.history(series);
    const input = rows.to({ device: this.device }).unsqueeze(0); // (1, T, I)
    const raw = this.model.forward(input).toArray() as Float32Array;
    return { raw, scaler: shifted(scaler, past[0] ?? 0) };
  }

  /** Widens paths (paths, horizon) about each step's median, in the link's units. */
  #widen(paths: Float64Array, horizon: number, name: string): void {
    if (this.spread.length === 0 && !this.ownSpread.has(name)) return;
    const factors = Array.from({ length: horizon }, (_, step) => this.spreadAt(step, name));
    const medians = sortedSteps(paths, horizon).map((draws) => sortedQuantile(draws, 0.5));
    for (const [index, value] of paths.entries()) {
      const step = index % horizon;
      paths[index] = medians[step]! + factors[step]! * (value - medians[step]!);
    }
  }
}

/** Returns the encodings that are for a series alone, else those for all. */
export function encodingsFor<E extends Encoding>(encodings: readonly E[], name: string): readonly E[] {
  const own = encodings.filter((each) => only(each)?.includes(name));
  return own.length > 0 ? own : encodings.filter((each) => !only(each));
}

function only(encoding: Encoding): readonly string[] | undefined {
  return encoding instanceof SmoothingEncoding ? encoding.state.only : undefined;
}

/** The mean of several distributions. */
function pooled(parts: NextValue[]): NextValue {
  const cdf = (values: readonly number[]) => {
    const levels = parts.map((part) => part.cdf(values));
    return levels[0]!.map((_, index) => mean(levels.map((each) => each[index]!)));
  };
  const quantiles = (levels: readonly number[]) => {
    const bounds = parts.map((part) => part.quantiles(levels));
    let [low, high] = [Math.min, Math.max].map((pick) =>
      levels.map((_, index) => pick(...bounds.map((each) => each[index]!))),
    );
    for (let round = 0; round < BISECTIONS; round++) {
      const middle = low!.map((each, index) => each / 2 + high![index]! / 2);
      const isBelow = cdf(middle).map((level, index) => level < levels[index]!);
      low = low!.map((each, index) => (isBelow[index] ? middle[index]! : each));
      high = high!.map((each, index) => (isBelow[index] ? each : middle[index]!));
    }
    return high!;
  };
  return { cdf, quantiles };
}

/** Enough for the precision of a number. */
const BISECTIONS = 60;

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

function checkEncoding(encoding: Encoding, { inputDim, outputDim }: MdnRnn): void {
  if (!(SeriesEncoding.isOne(encoding) || SmoothingEncoding.isOne(encoding))) {
    throw invalidArgument('encoding', 'a SeriesEncoding or a SmoothingEncoding', encoding);
  }
  if (inputDim === encoding.inputDim && outputDim === 1) return;
  const expected = `a model with inputDim ${encoding.inputDim}, as the encoding has, and outputDim 1`;
  throw invalidArgument('model', expected, `inputDim ${inputDim} and outputDim ${outputDim}`);
}

function checkFinite(value: number, step: number): number {
  if (Number.isFinite(value)) return value;
  throw new LibtorchGenerativeError(
    'ERR_NOT_FINITE',
    `The forecast overflows at step ${step + 1}: the series is too far from the training data`,
  );
}

/** Copies values to query; infinite ones are valid arguments of a distribution function. */
function toNumbersOrInfinity(value: readonly number[]): number[] {
  const values = toElements('values', value);
  for (const [index, each] of values.entries()) {
    if (typeof each !== 'number' || Number.isNaN(each)) throw invalidArgument(`values[${index}]`, 'a number', each);
  }
  return values as number[];
}

/** Derives a seed from a name by FNV-1a, so that a series' draws do not depend on the other series. */
function seedOf(name: string, seed: number): number {
  if (name === '') return seed;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return seed < 0 ? seed + hash : seed - hash; // stays a safe integer
}
