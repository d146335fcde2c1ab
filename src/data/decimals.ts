/** The sign before the fraction of a number. */
export type DecimalSign = '.' | ',';

/** A comma before anything but three digits, or after a point: it begins a fraction. */
const COMMA_FRACTION = /^[+-]?[\d.' \u00a0]*\d?,(\d{0,2}|\d{4,})$|\.\d{3},\d+$/;
/** Commas between groups of three digits that a point or another comma follows. */
const COMMA_GROUPS = /^[+-]?\d{1,3}(,\d{3})+\.\d*$|^[+-]?\d{1,3}(,\d{3}){2,}$/;
const EITHER = /^[+-]?\d{1,3},\d{3}$/;
/** Points between groups of three digits, of which there are several. */
const POINT_GROUPS = /^[+-]?\d{1,3}(\.\d{3}){2,}$/;
const GROUPS = { '.': /[,' \u00a0](?=\d{3})/g, ',': /[.' \u00a0](?=\d{3})/g };

/** Returns the decimal sign of a column's cells; undefined if it can't be told. */
export function decimalSignOf(cells: readonly string[]): DecimalSign | undefined {
  const odd = cells.map((cell) => cell.trim()).filter((cell) => cell.includes(',') || POINT_GROUPS.test(cell));
  if (odd.length === 0) return '.';
  if (odd.some((cell) => COMMA_FRACTION.test(cell) || POINT_GROUPS.test(cell))) return ',';
  if (odd.some((cell) => COMMA_GROUPS.test(cell))) return '.';
  return odd.some((cell) => EITHER.test(cell)) ? undefined : '.';
}

/** Returns a number's text with a decimal point and without separators of thousands. */
export function plainNumber(cell: string, decimal: DecimalSign): string {
  if (/^[+-]?[\d.]*(e[+-]?\d+)?$/i.test(cell) && decimal === '.') return cell;
  const ungrouped = cell.replace(GROUPS[decimal], '');
  return decimal === ',' ? ungrouped.replace(',', '.') : ungrouped;
}
