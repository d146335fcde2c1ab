import { type ForecastOptions, forecastPaths } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import { scope } from '../tensor/scope';
import type { Scaler } from './time-series';

/** A model of scaled values, and what it takes to forecast in the data's units. */
export interface SeriesModel {
  model: MdnRnn;
  scaler: Scaler;
  /** Values that the next one was predicted from in training. */
  window: number;
}

/**
 * Draws joint futures past the end of `history`, see {@link forecastPaths}.
 *
 * @param history values in the data's units, of which the last `window` count
 * @returns (paths, horizon), row after row, in the data's units
 */
export function forecastSeries(
  { model, scaler, window }: SeriesModel,
  history: Float64Array,
  options: ForecastOptions,
): Float64Array {
  return scope(() => {
    const scaled = scaler.scale(history.subarray(-window)).unsqueeze(-1); // (window, 1)
    const paths = forecastPaths(model, scaled, options).toArray() as Float32Array;
    return Float64Array.from(paths, (value) => scaler.unscale(value));
  });
}
