import { invalidArgument } from '../errors';

/** Throws unless `value` is a whole number of at least 1. */
export function checkSize(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidArgument(name, 'a whole number of at least 1', value);
}

/** Throws unless `value` is a finite number, at least `min` and below `below` where given. */
export function checkNumber(name: string, value: number, { min = -Infinity, below = Infinity } = {}): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value < below) return;
  const bounds = [min > -Infinity && `of at least ${min}`, below < Infinity && `below ${below}`]
    .filter(Boolean)
    .join(' and ');
  throw invalidArgument(name, `a number ${bounds}`.trim(), value);
}
