import { describe, formatError } from '../errors';
import { Scaler } from './time-series';

/** What values are scaled by: the mean and standard deviation of all series, of each series, or of each window. */
export type ScalingKind = 'global' | 'series' | 'window';

export const SCALING_KINDS: ScalingKind[] = ['global', 'series', 'window'];

/**
 * Scaling fitted on the training parts, as saved in config.json. "global" has one unnamed entry; for "window", the
 * deviation is the mean over the series' windows.
 */
export interface ScalingState {
  /** What values are scaled by. */
  kind: ScalingKind;
  /** Mean and standard deviation of each series, in the link's units. */
  series: {
    /** The name of the series, or "" for all. */
    name: string;
    /** Mean of its values. */
    mean: number;
    /** Standard deviation of its values, or the mean over its windows; above 0. */
    deviation: number;
  }[];
}

/** A window's minimum deviation, as a fraction of the usual one: a nearly constant window must not be blown up. */
const LEAST_PART = 0.2;

/** Provides scalers for windows of series. Missing values (NaN) are ignored. */
export class Scaling {
  readonly #scalers: Map<string, Scaler>;

  constructor(
    readonly state: ScalingState,
    readonly window: number,
  ) {
    this.#scalers = new Map(state.series.map(({ name, mean, deviation }) => [name, new Scaler(mean, deviation)]));
  }

  /**
   * @param mayBeConstant for differences, which a straight line has all equal; default false
   * @throws ERR_DATA_FORMAT if values are too large to be squared, are all equal (for "global"), or belong to series
   *   with the same name (otherwise)
   */
  static fit(
    parts: { name: string; values: Float64Array }[],
    kind: ScalingKind,
    window: number,
    mayBeConstant = false,
  ): Scaling {
    if (kind !== 'global') checkNames(parts, kind);
    const all = kind === 'global' ? [{ name: '', values: concatenate(parts.map(({ values }) => values)) }] : parts;
    const series = all.map(({ name, values }) => {
      const isVaried = kind === 'global' && !mayBeConstant;
      const { mean, deviation } = isVaried ? Scaler.fit(observed(values)) : fitSeries(values, kind, window);
      return { name, mean, deviation };
    });
    return new Scaling({ kind, series }, window);
  }

  /** Whether the scale of a series was fitted, or is that of all. */
  knows(name: string): boolean {
    return this.state.kind === 'global' || this.#scalers.has(name);
  }

  /**
   * Returns the scaler for a window's inputs.
   *
   * @param history all values up to the window's end, which scale a series not seen in training
   */
  scalerFor(name: string, history: Float64Array): Scaler {
    const { kind } = this.state;
    const usual = this.#scalers.get(kind === 'global' ? '' : name) ?? fitSeries(history, kind, this.window);
    if (kind !== 'window') return usual;
    const { mean, deviation } = momentsOf(observed(history.subarray(-this.window)));
    return new Scaler(mean, Math.max(deviation, LEAST_PART * usual.deviation) || usual.deviation);
  }
}

/** Scalers are looked up by name, so names must be unique. */
function checkNames(parts: { name: string }[], kind: ScalingKind): void {
  const names = new Set<string>();
  for (const { name } of parts) {
    if (names.has(name))
      throw formatError(`Duplicate series name ${describe(name)}: with scale ${kind} names must differ`);
    names.add(name);
  }
}

/** Fits a scaler to a series, or to its average window. A constant series gets a harmless deviation. */
function fitSeries(all: Float64Array, kind: ScalingKind, window: number): Scaler {
  const values = observed(all);
  const [first = 0] = values;
  if (values.every((value) => value === first)) return new Scaler(first, Math.abs(first) || 1);
  const whole = Scaler.fit(values);
  if (kind !== 'window') return whole;
  const deviations = Array.from({ length: Math.max(all.length - window + 1, 1) }, (_, start) => {
    return momentsOf(observed(all.subarray(start, start + window))).deviation;
  }).filter(Number.isFinite);
  const usual = deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length;
  return new Scaler(whole.mean, usual || whole.deviation);
}

/** Returns the mean and population standard deviation, NaN if empty. @throws ERR_DATA_FORMAT if values are too large */
export function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  if (Number.isFinite(variance) || values.length === 0) return { mean, deviation: Math.sqrt(variance) };
  const largest = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  throw formatError(`The series has values too large to be squared, up to ${largest} in magnitude`);
}

/** Returns the values that are not missing. */
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
