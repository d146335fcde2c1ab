import { LibtorchGenerativeError } from '../errors';

/**
 * How values are seen by a model that draws any number: as they are, by their logarithm (for values above 0), or by the
 * inverse of softplus (for values of at least 0). What the model draws goes the other way, so that it stays in range.
 */
export type LinkName = 'identity' | 'log' | 'softplus';

export const LINK_NAMES: LinkName[] = ['identity', 'log', 'softplus'];

/** Below this part of the unit softplus takes values for it: the logarithm of 0 is no number. */
const SOFTPLUS_FLOOR = 1e-3;

/**
 * A function that only rises, from values in the data's units to a model's, and its inverse. {@link SeriesEncoding} has
 * one.
 *
 * @example
 * ```ts
 * import { SeriesEncoding } from 'libtorch-generative';
 *
 * const values = Float64Array.of(1, 2, 4, 8, 16, 32);
 * const options = { window: 2, link: 'log', scale: 'global', calendar: [] } as const;
 * const { link } = SeriesEncoding.fit([{ name: '', values }], options);
 * console.log(link.invert(link.apply(values)[4]!).toFixed(3), link.accepts(0)); // 16.000 false
 * ```
 */
export class Link {
  /** @param unit softplus's bend, in the data's units: a typical value; default 1 */
  constructor(
    /** Which function it is. */
    readonly name: LinkName,
    /** Softplus's bend, in the data's units. */
    readonly unit = 1,
  ) {}

  /**
   * From the data's units to the model's; NaN stays NaN.
   *
   * @throws ERR_DATA_FORMAT, with the row, for a value out of the link's range
   */
  apply(values: Float64Array): Float64Array {
    const row = values.findIndex((value) => !this.accepts(value));
    if (row === -1) return values.map((value) => this.#apply(value));
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
      `Expected ${this.expected} for the link ${this.name} but row ${row + 1} has ${values[row]}`,
    );
  }

  /** Whether a value is in the link's range, as NaN is. */
  accepts(value: number): boolean {
    return !(this.name === 'log' ? value <= 0 : this.name === 'softplus' && value < 0);
  }

  /** What {@link Link.accepts}, in words. */
  get expected(): string {
    return this.name === 'log' ? 'values above 0 (softplus takes 0 too)' : 'values of at least 0';
  }

  /** From the model's units to the data's. */
  invert(value: number): number {
    if (this.name === 'identity') return value;
    if (this.name === 'log') return Math.exp(value);
    return this.unit * (Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))));
  }

  /** The logarithm of the derivative at a value in the data's units, which log densities change by. */
  logDerivative(value: number): number {
    if (this.name === 'identity') return 0;
    if (this.name === 'log') return -Math.log(value);
    return -Math.log(this.unit) - Math.log(-Math.expm1(-this.#inUnits(value)));
  }

  #apply(value: number): number {
    if (this.name === 'identity') return value;
    if (this.name === 'log') return Math.log(value);
    const inUnits = this.#inUnits(value);
    return inUnits + Math.log(-Math.expm1(-inUnits)); // log(e^x - 1), for large x too
  }

  #inUnits(value: number): number {
    return Number.isNaN(value) ? value : Math.max(value / this.unit, SOFTPLUS_FLOOR);
  }
}
