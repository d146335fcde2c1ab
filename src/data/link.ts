import { checkNumber, oneOf } from '../check';
import { formatError, invalidArgument, LibtorchGenerativeError } from '../errors';
import { type Numbers, toNumbers } from './numbers';

/**
 * How values are transformed for a model that can output any number. The model's output is transformed back, so it stays
 * in range:
 *
 * - "identity": not at all;
 * - "log": by the logarithm, for values above 0;
 * - "softplus": by the inverse of softplus, for values of at least 0;
 * - "relu": not at all, but what the model expects below 0 counts as 0, for values of at least 0, many of which are 0;
 * - "count": as "relu", and rounded, for whole numbers of at least 0.
 */
export type LinkName = 'identity' | 'log' | 'softplus' | 'relu' | 'count';

export const LINK_NAMES: LinkName[] = ['identity', 'log', 'softplus', 'relu', 'count'];

const EXPECTED: Record<LinkName, string> = {
  identity: 'numbers',
  log: 'values above 0 (softplus also accepts 0)',
  softplus: 'values of at least 0',
  relu: 'values of at least 0',
  count: 'whole numbers of at least 0',
};

/** Softplus raises values to at least this fraction of the unit, as the logarithm of 0 is infinite. */
const SOFTPLUS_FLOOR = 1e-3;
/** What becomes of values at the floor; anything below counts as 0, as it does for them. */
const INVERSE_OF_FLOOR = SOFTPLUS_FLOOR + Math.log(-Math.expm1(-SOFTPLUS_FLOOR));

/**
 * An increasing function from the data's units to the model's, and its inverse. {@link SeriesEncoding} has one.
 *
 * @example
 * ```ts
 * import { SeriesEncoding } from 'libtorch-generative';
 *
 * const values = Float64Array.of(1, 2, 4, 8, 16, 32);
 * const { link } = SeriesEncoding.fit([{ values }], { window: 2, link: 'log' });
 * console.log(link.invert(link.apply(values)[4]!).toFixed(3), link.accepts(0)); // 16.000 false
 * ```
 */
export class Link {
  /**
   * Creates a link.
   *
   * @param unit where softplus bends, in the data's units: a typical value; default 1
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** The name of the function. */
    readonly name: LinkName,
    /** Where softplus bends, in the data's units. */
    readonly unit = 1,
  ) {
    oneOf(...LINK_NAMES)('link', name);
    checkNumber('unit', unit, { above: 0 });
  }

  /**
   * Transforms values from the data's units to the model's; NaN stays NaN.
   *
   * @throws ERR_DATA_FORMAT, with the place, for a value outside the link's range
   */
  apply(values: Numbers | readonly (number | null)[]): Float64Array {
    return linked(this, toNumbers('values', values, { missing: true }));
  }

  /** Returns whether a value is within the link's range; NaN is. */
  accepts(value: number): boolean {
    if (typeof value !== 'number') throw invalidArgument('value', 'a number', value);
    if (this.name === 'identity' || Number.isNaN(value)) return true;
    if (this.name === 'log') return value > 0;
    return value >= 0 && (this.name !== 'count' || Number.isInteger(value) || value === Infinity);
  }

  /** Describes the values that {@link Link.accepts} accepts. */
  get expected(): string {
    return EXPECTED[this.name];
  }

  /**
   * Transforms a value from the model's units to the data's.
   *
   * @throws ERR_NOT_FINITE if the result overflows
   */
  invert(value: number): number {
    checkNumber('value', value);
    const inverse = this.invertOne(value);
    if (Number.isFinite(inverse)) return inverse;
    throw new LibtorchGenerativeError('ERR_NOT_FINITE', `The inverse of the link ${this.name} overflows at ${value}`);
  }

  /** Returns the log of the derivative at a value in the data's units, by which log densities change. */
  logDerivative(value: number): number {
    if (!this.accepts(value)) throw invalidArgument('value', this.expected, value);
    if (this.name === 'log') return -Math.log(value);
    if (this.name !== 'softplus') return 0;
    return -Math.log(this.unit) - Math.log(-Math.expm1(-this.#inUnits(value)));
  }

  /** @internal {@link Link.invert} without checks: may overflow. */
  invertOne(value: number): number {
    if (this.name === 'identity') return value;
    if (this.name === 'log') return Math.exp(value);
    if (this.name !== 'softplus') return Math.max(this.name === 'count' ? Math.round(value) : value, 0);
    if (value <= INVERSE_OF_FLOOR) return 0;
    return this.unit * (Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
  }

  /** @internal Returns what a number in the model's units counts as when it is drawn: that of a value in the data's units. */
  settled(value: number): number {
    if (this.name === 'softplus') return Math.max(value, INVERSE_OF_FLOOR);
    return this.name === 'relu' || this.name === 'count' ? this.invertOne(value) : value;
  }

  /** @internal Returns the largest number that {@link Link.invertOne} maps to at most a value, -Infinity if none. */
  upperOne(value: number): number {
    if (this.name === 'identity' || value === Infinity) return value;
    if (value < 0 || (this.name === 'log' && value === 0)) return -Infinity;
    return this.name === 'count' ? Math.floor(value) + 0.5 : this.applyOne(value);
  }

  /** @internal {@link Link.apply} of one accepted value; may overflow. */
  applyOne(value: number): number {
    if (this.name === 'log') return Math.log(value);
    if (this.name !== 'softplus') return value;
    const inUnits = this.#inUnits(value);
    return inUnits + Math.log(-Math.expm1(-inUnits)); // log(e^x - 1), stable for large x
  }

  #inUnits(value: number): number {
    return Number.isNaN(value) ? value : Math.max(value / this.unit, SOFTPLUS_FLOOR);
  }
}

/**
 * Applies a link to values.
 *
 * @param options.of names the series in messages: ` of the series "a"`
 * @param options.first the step of the first value
 * @throws ERR_DATA_FORMAT
 */
export function linked(link: Link, values: Float64Array, { of = '', first = 0 } = {}): Float64Array {
  return values.map((value, index) => {
    const refused = (expected: string) =>
      formatError(`Expected ${expected} for the link ${link.name} but values[${first + index}]${of} is ${value}`);
    if (!link.accepts(value)) throw refused(link.expected);
    const result = link.applyOne(value);
    if (result === Infinity) throw refused(`values closer to the typical one, ${link.unit},`);
    return result;
  });
}
