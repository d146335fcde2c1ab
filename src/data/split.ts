import type { Series } from './series';

/** The last parts of a series that are kept from training, the test part after the validation part. */
export interface SplitOptions {
  validation: number;
  test: number;
}

/** Where the parts of a series end: they begin at 0, `training` and `validation`. */
export interface PartEnds {
  training: number;
  validation: number;
  test: number;
}

/** Cuts by time: nothing after a cut is seen before it. */
export function partEnds({ values: { length } }: Series, { validation, test }: SplitOptions): PartEnds {
  const validationEnd = length - Math.floor(length * test);
  return { training: validationEnd - Math.floor(length * validation), validation: validationEnd, test: length };
}

/** A series as it was known after `length` steps; covariates and times stay, as they are known in advance. */
export function upTo(series: Series, length: number): Series {
  return { ...series, values: series.values.subarray(0, length) };
}
