// Benchmark figures are noisy upwards: other processes only ever add time, hence quartiles and medians.

/** The value below which a part `level` of the values lies, interpolated between neighbours as NumPy does. */
export function quantile(values: number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = level * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!;
  const high = sorted[Math.ceil(position)]!;
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

export interface Ratio {
  median: number;
  lowerQuartile: number;
  upperQuartile: number;
}

/** Over rounds, that of two columns in the same round: what slows down a whole round cancels. */
export function ratioOf(numerators: number[], denominators: number[]): Ratio {
  const ratios = numerators.map((numerator, round) => numerator / denominators[round]!);
  return { median: median(ratios), lowerQuartile: quantile(ratios, 0.25), upperQuartile: quantile(ratios, 0.75) };
}
