import type { Series } from './series';

/** Fractions at the end of a series that are held out from training: the validation part, then the test part. */
export interface SplitOptions {
  validation: number;
  test: number;
}

/** Where the parts of a series end; they start at 0, `training` and `validation`. */
export interface PartEnds {
  training: number;
  validation: number;
  test: number;
}

/** Splits a series by time, so that no part sees the values of a later one. */
export function partEnds({ values: { length } }: Series, { validation, test }: SplitOptions): PartEnds {
  const validationEnd = length - Math.floor(length * test);
  return { training: validationEnd - Math.floor(length * validation), validation: validationEnd, test: length };
}
