import { invalidArgument } from '../errors';
import { Scaler } from './time-series';

/** What values are scaled by: one mean and deviation for all series, each series' own, or those of each window. */
export type ScalingKind = 'global' | 'series' | 'window';

export const SCALING_KINDS: ScalingKind[] = ['global', 'series', 'window'];

/** For config.json: what the training parts were like; "global" has one entry, without a name. */
export interface ScalingState {
  kind: ScalingKind;
  series: { name: string; mean: number; deviation: number }[];
}

/** A window's deviation counts as at least this part of its series', so that a still one is not blown up. */
const LEAST_DEVIATION = 0.01;

/** Scalers for windows of series. Missing values, NaN, count for nothing. */
export class Scaling {
  readonly #scalers: Map<string, Scaler>;

  constructor(readonly state: ScalingState) {
    this.#scalers = new Map(state.series.map(({ name, mean, deviation }) => [name, new Scaler(mean, deviation)]));
  }

  /** @throws ERR_DATA_FORMAT if values are too large to be squared, or for "global" all the same */
  static fit(parts: { name: string; values: Float64Array }[], kind: ScalingKind): Scaling {
    const all = kind === 'global' ? [{ name: '', values: concatenate(parts.map(({ values }) => values)) }] : parts;
    const scalerOf = kind === 'global' ? (values: Float64Array) => Scaler.fit(observed(values)) : fitAny;
    return new Scaling({
      kind,
      series: all.map(({ name, values }) => {
        const { mean, deviation } = scalerOf(values);
        return { name, mean, deviation };
      }),
    });
  }

  /**
   * What the values of a window, inputs only, are scaled by.
   *
   * @param history all values up to the window's end: a series that is new is scaled by these
   */
  scalerFor(name: string, history: Float64Array, window: number): Scaler {
    const { kind } = this.state;
    const ofSeries = this.#scalers.get(kind === 'global' ? '' : name) ?? fitAny(history);
    if (kind !== 'window') return ofSeries;
    const values = observed(history.subarray(-window));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return new Scaler(mean, Math.max(Math.sqrt(variance), LEAST_DEVIATION * ofSeries.deviation));
  }
}

/** As {@link Scaler.fit}; a series that never moves gets a deviation that does no harm. */
function fitAny(all: Float64Array): Scaler {
  const values = observed(all);
  const [first = 0] = values;
  if (values.every((value) => value === first)) return new Scaler(first, Math.abs(first) * LEAST_DEVIATION || 1);
  return Scaler.fit(values);
}

export function observed(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value));
}

export function concatenate(arrays: Float64Array[]): Float64Array {
  const result = new Float64Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.length;
  }
  return result;
}

/** @throws ERR_INVALID_ARGUMENT */
export function checkScaling(kind: string): void {
  if (!SCALING_KINDS.includes(kind as ScalingKind)) throw invalidArgument('scale', SCALING_KINDS.join(', '), kind);
}
