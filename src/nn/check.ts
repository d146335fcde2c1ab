import { invalidArgument } from '../errors';

/** Throws unless `value` is a whole number of at least 1. */
export function checkSize(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(name, 'a whole number of at least 1', value);
}

interface Bounds {
  min?: number;
  above?: number;
  max?: number;
  below?: number;
}

/** Throws unless `value` is a finite number within the bounds. */
export function checkNumber(name: string, value: number, bounds: Bounds = {}): void {
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = bounds;
  const isWithin = value >= min && value > above && value <= max && value < below;
  if (typeof value === 'number' && Number.isFinite(value) && isWithin) return;
  const words = { min: 'of at least', above: 'above', max: 'of at most', below: 'below' };
  const limits = Object.entries(bounds).map(([bound, limit]) => `${words[bound as keyof Bounds]} ${limit}`);
  throw invalidArgument(name, ['a number', limits.join(' and ')].filter(Boolean).join(' '), value);
}
