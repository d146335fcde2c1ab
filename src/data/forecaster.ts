import { type ForecastOptions, forecastPaths, sortedQuantile, sortedSteps } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';
import type { Link } from './link';
import type { Series } from './series';
import type { SeriesEncoding } from './series-encoding';
import type { Scaler } from './time-series';

/** What comes next after a series' end: the model's mixture, in the data's units. Exact, nothing is drawn. */
export interface NextValue {
  /**
   * The values below which a part `levels` of the probability lies.
   *
   * @param levels above 0 and below 1
   * @throws ERR_INVALID_ARGUMENT for others
   */
  quantiles(levels: number[]): number[];
  /** The probability of at most each of `values`. */
  cdf(values: number[]): number[];
}

/**
 * A model of scaled series with what it takes to forecast in the data's units. {@link trainMdnRnn} and
 * {@link loadForecaster} make it.
 *
 * @example
 * ```ts
 * import { Forecaster, MdnRnn, pathQuantiles, type Series, SeriesEncoding } from 'libtorch-generative';
 *
 * const wave = Float64Array.from({ length: 120 }, (_, month) => 20 + 8 * Math.sin((month * Math.PI) / 6));
 * const series: Series = { name: '', values: wave };
 * const options = { window: 24, link: 'identity', scale: 'global', calendar: [] } as const;
 * const encoding = SeriesEncoding.fit([series], options);
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
   * Puts a model together with what it takes to forecast.
   *
   * @param model predicts one value a step from rows as `encoding` makes them
   * @param encoding fitted on what the model was trained on
   * @param spread for each step ahead how much wider than the model's own its forecasts are about their median, the last
   *   for all further steps; default none, which changes nothing
   */
  constructor(
    /** Foretells scaled values. */
    readonly model: MdnRnn,
    /** Scales them, and tells what else the model reads. */
    readonly encoding: SeriesEncoding,
    /** For each step ahead how much wider than the model's own its forecasts are; empty for none. */
    readonly spread: readonly number[] = [],
  ) {}

  /** Where the model is: "cpu", "cuda:0", ... */
  get device(): Device {
    return this.model.parameters()[0]!.device;
  }

  /** The factor of {@link Forecaster.spread} for a step ahead, from 0. */
  spreadAt(step: number): number {
    return this.spread[Math.min(step, this.spread.length - 1)] ?? 1;
  }

  /**
   * Draws joint futures past a series' end, see {@link forecastPaths}. Each series has random numbers of its own, which
   * its name and the seed decide.
   *
   * @param series of which the last `window` values are read; covariates have to reach over the horizon
   * @returns (paths, horizon), row after row, in the data's units
   * @throws ERR_DATA_FORMAT if the series is shorter than the window, or what has to be known in advance isn't
   */
  paths(series: Series, options: Omit<ForecastOptions, 'known'> = {}): Float64Array {
    const { horizon = 24, seed = 0 } = options;
    return scope(() => {
      const { rows, scaler } = this.#history(series);
      const known = this.encoding.known(series, horizon)?.to({ device: this.device });
      const drawn = forecastPaths(this.model, rows, { ...options, horizon, known, seed: seedOf(series.name, seed) });
      const scaled = Float64Array.from(drawn.toArray() as Float32Array);
      this.#widen(scaled, horizon);
      return scaled.map(dataUnits(this.encoding.link, scaler));
    });
  }

  /**
   * The distribution of the value after a series' end.
   *
   * @param series as for {@link Forecaster.paths}
   * @param options.temperature above 1 is less sure, below 1 surer; default 1
   * @returns questions may be asked of it as long as the model lives
   * @throws when asked, as {@link Forecaster.paths}
   */
  next(series: Series, { temperature = 1 }: Pick<ForecastOptions, 'temperature'> = {}): NextValue {
    const { link } = this.encoding;
    const spread = this.spreadAt(0);
    const ask = <T>(question: (mixture: Mixture, median: number, scaler: Scaler) => T): T =>
      noGrad(() =>
        scope(() => {
          const { rows, scaler } = this.#history(series);
          const mixture = new Mixture(this.model.forward(rows.unsqueeze(0)), { temperature });
          return question(mixture, mixture.quantile([0.5]).item(), scaler);
        }),
      );
    return {
      quantiles: (levels) =>
        ask((mixture, median, scaler) => {
          const toData = dataUnits(link, scaler);
          const quantiles = mixture.quantile(levels).toArray();
          return Array.from(quantiles, (quantile) => toData(median + spread * (quantile - median)));
        }),
      cdf: (values) =>
        ask((mixture, median, scaler) => {
          const scaled = values.map((value) => {
            const linked = link.accepts(value) ? link.apply(Float64Array.of(value))[0]! : -Infinity;
            return median + ((linked - scaler.mean) / scaler.deviation - median) / spread;
          });
          return Array.from(mixture.cdf(tensor([scaled], { dtype: 'float64', device: this.device })).toArray(), Number);
        }),
    };
  }

  #history(series: Series): { rows: Tensor; scaler: Scaler } {
    const { rows, scaler } = this.encoding.history(series);
    return { rows: rows.to({ device: this.device }), scaler }; // (window, inputDim)
  }

  /** Moves scaled paths (paths, horizon) away from each step's median. */
  #widen(paths: Float64Array, horizon: number): void {
    if (this.spread.length === 0) return;
    const medians = sortedSteps(paths, horizon).map((draws) => sortedQuantile(draws, 0.5));
    for (const [index, value] of paths.entries()) {
      const step = index % horizon;
      paths[index] = medians[step]! + this.spreadAt(step) * (value - medians[step]!);
    }
  }
}

/** From the model's numbers to the data's. */
function dataUnits(link: Link, scaler: Scaler): (value: number) => number {
  return (value) => link.invert(scaler.unscale(value));
}

/** Another seed for each name, by FNV-1a: a series' draws do not depend on what is forecast beside it. */
function seedOf(name: string, seed: number): number {
  if (name === '') return seed;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return seed < 0 ? seed + hash : seed - hash; // stays a safe integer
}
