import { describe, formatError } from '../errors';
import { Scaler } from './time-series';

/** What values are scaled by: one mean and deviation for all series, each series' own, or those of each window. */
export type ScalingKind = 'global' | 'series' | 'window';

export const SCALING_KINDS: ScalingKind[] = ['global', 'series', 'window'];

/**
 * For config.json: what the training parts were like. "global" has one entry, without a name; for "window" the deviation
 * is the mean one of the series' windows.
 */
export interface ScalingState {
  /** What values are scaled by. */
  kind: ScalingKind;
  /** Each series' mean and deviation, in the link's units. */
  series: {
    /** The series', or "" for all. */
    name: string;
    /** Of its values. */
    mean: number;
    /** Of its values, or the mean of its windows'; above 0. */
    deviation: number;
  }[];
}

/** A window's deviation counts as at least this part of a usual one, so that a still window is not blown up. */
const LEAST_PART = 0.2;

/** Scalers for windows of series. Missing values, NaN, count for nothing. */
export class Scaling {
  readonly #scalers: Map<string, Scaler>;

  constructor(
    readonly state: ScalingState,
    readonly window: number,
  ) {
    this.#scalers = new Map(state.series.map(({ name, mean, deviation }) => [name, new Scaler(mean, deviation)]));
  }

  /**
   * @throws ERR_DATA_FORMAT if values are too large to be squared, for "global" all the same, or for others of series
   *   with the same name
   */
  static fit(parts: { name: string; values: Float64Array }[], kind: ScalingKind, window: number): Scaling {
    if (kind !== 'global') checkNames(parts, kind);
    const all = kind === 'global' ? [{ name: '', values: concatenate(parts.map(({ values }) => values)) }] : parts;
    const series = all.map(({ name, values }) => {
      const { mean, deviation } = kind === 'global' ? Scaler.fit(observed(values)) : fitSeries(values, kind, window);
      return { name, mean, deviation };
    });
    return new Scaling({ kind, series }, window);
  }

  /**
   * What the values of a window, inputs only, are scaled by.
   *
   * @param history all values up to the window's end: a series that is new is scaled by these
   */
  scalerFor(name: string, history: Float64Array): Scaler {
    const { kind } = this.state;
    const usual = this.#scalers.get(kind === 'global' ? '' : name) ?? fitSeries(history, kind, this.window);
    if (kind !== 'window') return usual;
    const { mean, deviation } = momentsOf(observed(history.subarray(-this.window)));
    return new Scaler(mean, Math.max(deviation, LEAST_PART * usual.deviation) || usual.deviation);
  }
}

/** Each is found again by its name. */
function checkNames(parts: { name: string }[], kind: ScalingKind): void {
  const names = new Set<string>();
  for (const { name } of parts) {
    if (names.has(name))
      throw formatError(`Duplicate series name ${describe(name)}: with scale ${kind} names must differ`);
    names.add(name);
  }
}

/** By the values of a series, or by its usual window; one that never moves gets a deviation that does no harm. */
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

/** The mean and the population's deviation; NaN of nothing. @throws ERR_DATA_FORMAT if values are too large for it */
export function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  if (Number.isFinite(variance) || values.length === 0) return { mean, deviation: Math.sqrt(variance) };
  const largest = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  throw formatError(`The series has values that are too large to be squared, up to ${largest} in size`);
}

/** The values that are not missing. */
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
