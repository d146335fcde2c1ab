/** Returns each value minus the one `lag` steps earlier; NaN if either is missing. */
export function differences(values: Float64Array, lag: number): Float64Array {
  return values.subarray(lag).map((value, index) => value - values[index]!);
}

/** A series as a model sees it before scaling. */
export interface Differenced {
  /** Per step, the value or its difference to the one `lag` steps earlier; NaN where missing, and before `lag`. */
  seen: Float64Array;
  /** `seen`, with missing values replaced: by no difference, or without a lag by the last observed value. */
  inputs: Float64Array;
  /** What is added to the difference at a step to get the value; one step past the end too, and 0 without a lag. */
  baseAt(step: number): number;
}

/**
 * Differences values in the link's units.
 *
 * @param lag steps between the values that are subtracted: a season, 1, or 0 for no differences
 */
export function differenced(values: Float64Array, lag: number): Differenced {
  const filled = fill(values, lag || 1);
  if (lag === 0) return { seen: values, inputs: filled, baseAt: () => 0 };
  const inputs = filled.map((value, step) => (step < lag ? Number.NaN : value - filled[step - lag]!));
  const seen = inputs.map((difference, step) => (Number.isNaN(values[step]) ? Number.NaN : difference));
  return { seen, inputs, baseAt: (step) => filled[step - lag]! };
}

/** Replaces each missing value by the one `lag` steps earlier, or before that by the last observed one. */
function fill(values: Float64Array, lag: number): Float64Array {
  const filled = values.slice();
  for (let step = 1; step < filled.length; step++) {
    if (Number.isNaN(filled[step])) filled[step] = filled[Math.max(step - lag, 0)]!;
    if (Number.isNaN(filled[step])) filled[step] = filled[step - 1]!;
  }
  return filled;
}

/**
 * Turns paths of differences (paths, horizon) into paths of values, in place.
 *
 * @param past the last values before the paths, as many as the lag
 */
export function integrate(paths: Float64Array, horizon: number, past: Float64Array): void {
  const lag = past.length;
  for (let index = 0; index < paths.length; index++) {
    const step = index % horizon;
    paths[index]! += step < lag ? past[step]! : paths[index - lag]!;
  }
}
