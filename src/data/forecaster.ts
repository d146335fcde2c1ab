import { checkInstance, checkInteger, checkNumber, checkObject, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { forecastPaths, sortedQuantile, sortedSteps } from '../models/forecast';
import { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { checkModule } from '../nn/module';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';
import { integrate } from './differencing';
import { PATH_OPTIONS, type PathOptions, readPathOptions, toLevels } from './forecast-options';
import type { Link } from './link';
import { toElements } from './numbers';
import type { Series } from './series';
import { type History, SeriesEncoding, shifted } from './series-encoding';
import { type SeriesLike, toSeries } from './series-like';
import { Scaler } from './time-series';

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
  /** For each step ahead, the factor by which the forecast is widened about its median; empty for none. */
  readonly spread: readonly number[];

  /**
   * Combines a model with its encoding.
   *
   * @param model predicts one value per step from rows made by `encoding`
   * @param encoding fitted on the model's training data
   * @param spread for each step ahead, the factor above 0 by which to widen the forecast about its median; the last one
   *   applies to all further steps. Default none: forecasts are not widened
   * @throws ERR_INVALID_ARGUMENT, also if the model's inputs or outputs do not match `encoding`
   */
  constructor(
    /** Predicts scaled values. */
    readonly model: MdnRnn,
    /** Scales values and prepares the model's other inputs. */
    readonly encoding: SeriesEncoding,
    spread: readonly number[] = [],
  ) {
    checkModule('model', model, MdnRnn);
    checkInstance('encoding', encoding, SeriesEncoding);
    checkObject('encoding.state', encoding.state);
    const { inputDim, outputDim } = model;
    if (inputDim !== encoding.inputDim || outputDim !== 1) {
      const expected = `a model with inputDim ${encoding.inputDim}, as the encoding has, and outputDim 1`;
      throw invalidArgument('model', expected, `inputDim ${inputDim} and outputDim ${outputDim}`);
    }
    this.spread = toElements('spread', spread).map((factor, index) => {
      checkNumber(`spread[${index}]`, factor, { above: 0 });
      return factor as number;
    });
  }

  /** The model's device: "cpu", "cuda:0", ... */
  get device(): Device {
    return this.model.parameters()[0]!.device;
  }

  /** Returns the factor of {@link Forecaster.spread} for a step ahead, counted from 0. */
  spreadAt(step: number): number {
    checkInteger('step', step, { min: 0 });
    return this.spread[Math.min(step, this.spread.length - 1)] ?? 1;
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
    const { horizon, seed, ...draw } = readPathOptions(options);
    const read = toSeries('series', series);
    return scope(() => {
      const { rows, scaler, past } = this.#history(read);
      const known = this.encoding.known(read, horizon)?.to({ device: this.device });
      const drawn = forecastPaths(this.model, rows, { ...draw, horizon, known, seed: seedOf(read.name, seed) });
      const paths = Float64Array.from(drawn.toArray() as Float32Array);
      const { link } = this.encoding;
      if (past.length > 0) {
        for (const [index, difference] of paths.entries()) paths[index] = scaler.unscale(difference);
        integrate(paths, horizon, past);
      }
      this.#widen(paths, horizon);
      const toData = dataUnits(link, past.length > 0 ? UNSCALED : scaler);
      for (const [index, value] of paths.entries()) paths[index] = toData(value, index % horizon);
      return paths;
    });
  }

  /**
   * Returns the distribution of the value after a series' end.
   *
   * @param series as for {@link Forecaster.paths}
   * @param options.temperature above 1 makes the forecast less certain, below 1 more certain; default 1
   * @returns can be queried until the model is disposed of
   * @throws as {@link Forecaster.paths}; if the series cannot be forecast, only when queried
   */
  next(series: SeriesLike, options: Pick<PathOptions, 'temperature'> = {}): NextValue {
    const { temperature } = readOptions(options, { temperature: PATH_OPTIONS.temperature });
    const read = toSeries('series', series);
    const { link } = this.encoding;
    const spread = this.spreadAt(0);
    const ask = <T>(question: (mixture: Mixture, median: number, scaler: Scaler) => T): T =>
      noGrad(() =>
        scope(() => {
          const { rows, scaler: ofValues, past } = this.#history(read);
          const scaler = shifted(ofValues, past[0] ?? 0);
          const mixture = new Mixture(this.model.forward(rows.unsqueeze(0)), { temperature });
          return question(mixture, mixture.quantile([0.5]).item(), scaler);
        }),
      );
    return {
      quantiles: (levels) => {
        const asked = toLevels('levels', levels);
        return ask((mixture, median, scaler) => {
          const toData = dataUnits(link, scaler);
          const quantiles = mixture.quantile(asked).toArray();
          return Array.from(quantiles, (quantile) => toData(median + spread * (quantile - median), 0));
        });
      },
      cdf: (values) => {
        const asked = toNumbersOrInfinity(values);
        return ask((mixture, median, scaler) => {
          const standard = asked.map((value) => {
            const linked = link.accepts(value) ? link.applyOne(value) : -Infinity;
            return median + ((linked - scaler.mean) / scaler.deviation - median) / spread;
          });
          const levels = mixture.cdf(tensor([standard], { dtype: 'float64', device: this.device })).toArray();
          return Array.from(levels, (level: number | bigint) => checkFinite(Math.min(Number(level), 1), 0)); // rounding
        });
      },
    };
  }

  #history(series: Series): History {
    const { rows, ...rest } = this.encoding.history(series);
    return { rows: rows.to({ device: this.device }), ...rest }; // (window, inputDim)
  }

  /** Widens paths (paths, horizon) about each step's median, scaled or in the link's units. */
  #widen(paths: Float64Array, horizon: number): void {
    if (this.spread.length === 0) return;
    const medians = sortedSteps(paths, horizon).map((draws) => sortedQuantile(draws, 0.5));
    for (const [index, value] of paths.entries()) {
      const step = index % horizon;
      paths[index] = medians[step]! + this.spreadAt(step) * (value - medians[step]!);
    }
  }
}

const UNSCALED = new Scaler(0, 1);

/** Converts the model's values at a step ahead to the data's units. @throws ERR_NOT_FINITE */
function dataUnits(link: Link, { mean, deviation }: Scaler): (value: number, step: number) => number {
  return (value, step) => checkFinite(link.invertOne(value * deviation + mean), step);
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
