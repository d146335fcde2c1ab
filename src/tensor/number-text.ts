import type { DType, TypedArray } from '../native/handle';

/** Digits after the decimal point. */
const PRECISION = 4;

const isFloating = (dtype: DType) => dtype.includes('float');

/** How the elements of a tensor are printed, all equally wide, as by PyTorch's `_Formatter`. */
export interface NumberFormat {
  width: number;
  format(value: number | bigint): string;
}

/** Chooses one format for all `values`, the elements of a tensor. */
export function numberFormat(values: TypedArray, dtype: DType): NumberFormat {
  const [text, width] = isFloating(dtype) ? floatFormat(values as Float64Array) : integerFormat(values, dtype);
  return { width, format: (value) => text(value as number).padStart(width) };
}

type Format = [text: (value: number) => string, width: number];

function integerFormat(values: TypedArray, dtype: DType): Format {
  const text = dtype === 'bool' ? (value: number) => (value ? 'True' : 'False') : String;
  return [text, widest(values as Float64Array, text)];
}

/** Whole numbers, four decimals, or scientific notation if numbers are large, small or of very different magnitude. */
function floatFormat(values: Float64Array): Format {
  const numbers = Array.from(values).filter((value) => Number.isFinite(value) && value !== 0);
  const magnitudes = numbers.map(Math.abs);
  const [least, most] = [Math.min(...magnitudes), Math.max(...magnitudes)];
  const isScientific = most / least > 1000 || most > 1e8 || least < 1e-4;
  const areWhole = numbers.every(Number.isInteger);
  const kind = isScientific ? scientific : areWhole ? whole : fixed;
  return [(value) => (Number.isFinite(value) || value === 0 ? kind(value) : special(value)), widest(numbers, kind)];
}

function widest(values: Iterable<number>, text: (value: number) => string): number {
  let width = 1;
  for (const value of values) width = Math.max(width, text(value).length);
  return width;
}

const special = (value: number) => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');

const sign = (value: number) => (value < 0 || Object.is(value, -0) ? '-' : '');

const whole = (value: number) => `${sign(value)}${Math.abs(value).toFixed(0)}.`;

/** "-0.0312": rounds halves to even, as Python does; toFixed rounds them up. */
function fixed(value: number): string {
  const magnitude = Math.abs(value);
  return sign(value) + roundHalfToEven(magnitude.toFixed(PRECISION), magnitude.toFixed(40));
}

/** "1.0000e-05" */
function scientific(value: number): string {
  const magnitude = Math.abs(value);
  const [digits, exponent] = magnitude.toExponential(PRECISION).split('e') as [string, string];
  const rounded = roundHalfToEven(digits, magnitude.toExponential(60).split('e')[0]!);
  const [, direction, power] = /([+-])(\d+)/.exec(exponent)!;
  return `${sign(value)}${rounded}e${direction}${power!.padStart(2, '0')}`;
}

/** Returns `rounded`, or the `exact` digits truncated if the rest is exactly a half and the last digit is even. */
function roundHalfToEven(rounded: string, exact: string): string {
  const end = exact.indexOf('.') + 1 + PRECISION;
  const isTie = /^50*$/.test(exact.slice(end));
  return isTie && Number(exact[end - 1]) % 2 === 0 ? exact.slice(0, end) : rounded;
}
