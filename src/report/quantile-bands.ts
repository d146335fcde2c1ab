/** One quantile of a forecast: a value for each step ahead. */
export interface QuantileSeries {
  /** Above 0 and below 1. */
  level: number;
  values: number[];
}

/** The area between two quantiles that are symmetric about the median. */
export interface Band {
  /** Probability between the two quantiles. */
  part: number;
  lower: QuantileSeries;
  upper: QuantileSeries;
}

/** Splits quantiles into bands, widest first, and the quantiles outside any band. */
export function splitQuantiles(quantiles: QuantileSeries[]): { bands: Band[]; lines: QuantileSeries[] } {
  const sorted = quantiles.toSorted((a, b) => a.level - b.level);
  const bands: Band[] = [];
  for (const lower of sorted) {
    const upper = sorted.find(({ level }) => lower.level < 0.5 && isSame(level, 1 - lower.level));
    if (upper) bands.push({ part: upper.level - lower.level, lower, upper });
  }
  const isInBand = (quantile: QuantileSeries) => bands.some(({ lower, upper }) => [lower, upper].includes(quantile));
  return { bands, lines: sorted.filter((quantile) => !isInBand(quantile)) };
}

export function isMedian({ level }: QuantileSeries): boolean {
  return isSame(level, 0.5);
}

/** Equal up to rounding: 1 - 0.059 is not exactly 0.941. */
function isSame(level: number, other: number): boolean {
  return Math.abs(level - other) < 1e-9;
}
