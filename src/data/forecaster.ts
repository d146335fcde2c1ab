import { type ForecastOptions, forecastPaths } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { noGrad } from '../tensor/autograd';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Link } from './link';
import type { Series } from './series';
import type { SeriesEncoding } from './series-encoding';
import type { Scaler } from './time-series';

/** What comes next after a series' end: the model's mixture, in the data's units. Exact, nothing is drawn. */
export interface NextValue {
  /** The values below which a part `levels` of the probability lies. */
  quantiles(levels: number[]): number[];
  /** The probability of at most `value`. */
  cdf(value: number): number;
}

/** A model of scaled series with what it takes to forecast in the data's units. */
export class Forecaster {
  constructor(
    readonly model: MdnRnn,
    readonly encoding: SeriesEncoding,
  ) {}

  /**
   * Draws joint futures past a series' end, see {@link forecastPaths}. Each series has random numbers of its own, which
   * its name and the seed decide.
   *
   * @returns (paths, horizon), row after row, in the data's units
   * @throws ERR_DATA_FORMAT if the series is shorter than the window, or what has to be known in advance isn't
   */
  paths(series: Series, options: ForecastOptions = {}): Float64Array {
    const { horizon = 24, seed = 0 } = options;
    return scope(() => {
      const { rows, scaler } = this.encoding.history(series);
      const known = this.encoding.known(series, horizon);
      const drawn = forecastPaths(this.model, rows, { ...options, horizon, known, seed: seedOf(series.name, seed) });
      const toData = dataUnits(this.encoding.link, scaler);
      return Float64Array.from(drawn.toArray() as Float32Array, toData);
    });
  }

  /** The distribution of the value after a series' end. Errors: as {@link Forecaster.paths}. */
  next(series: Series, { temperature = 1 }: Pick<ForecastOptions, 'temperature'> = {}): NextValue {
    const { link } = this.encoding;
    const mixed = <T>(ask: (mixture: Mixture, scaler: Scaler) => T): T =>
      noGrad(() =>
        scope(() => {
          const { rows, scaler } = this.encoding.history(series);
          return ask(new Mixture(this.model.forward(rows.unsqueeze(0)), { temperature }), scaler);
        }),
      );
    return {
      quantiles: (levels) =>
        mixed((mixture, scaler) =>
          Array.from(mixture.quantile(levels).toArray() as Float64Array, dataUnits(link, scaler)),
        ),
      cdf: (value) =>
        mixed((mixture, scaler) => {
          if (!link.accepts(value)) return 0;
          const [linked] = link.apply(Float64Array.of(value));
          const scaled = tensor([[(linked! - scaler.mean) / scaler.deviation]], { dtype: 'float64' });
          return mixture.cdf(scaled).item();
        }),
    };
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
