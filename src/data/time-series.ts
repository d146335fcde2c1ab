import { checkInstance, checkNumber, checkSize } from '../check';
import { formatError, LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { type Numbers, toNumbers } from './numbers';

/**
 * Standardizes values: subtracts a mean and divides by a standard deviation, both fitted on the training part only.
 *
 * @example
 * ```ts
 * import { Scaler } from 'libtorch-generative';
 *
 * const scaler = Scaler.fit([1, 3]);
 * console.log(scaler.scale([1, 2, 5]).toArray()); // Float32Array(3) [ -1, 0, 3 ]
 * console.log(scaler.unscale(3)); // 5
 * ```
 */
export class Scaler {
  /**
   * Creates a scaler with a known mean and standard deviation; {@link Scaler.fit} computes them from values.
   *
   * @param deviation above 0
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** The mean, which is subtracted. */
    readonly mean: number,
    /** The standard deviation, which is divided by. */
    readonly deviation: number,
  ) {
    checkNumber('mean', mean);
    checkNumber('deviation', deviation, { above: 0 });
  }

  /**
   * Fits a scaler to the mean and population standard deviation of values.
   *
   * @throws ERR_DATA_FORMAT if all values are equal, one is not finite, or they are too large to be squared
   */
  static fit(values: Numbers): Scaler {
    const numbers = toNumbers('values', values);
    if (numbers.length === 0) throw formatError('The series has no values');
    const { mean, deviation } = scope(() => {
      const series = tensor(numbers);
      return { mean: series.mean().item(), deviation: series.std(undefined, { correction: 0 }).item() };
    });
    // Compare the values themselves: their mean is rounded, so the deviation of a constant may not be 0.
    const isConstant = numbers.every((value) => value === numbers[0]);
    if (isConstant || !(deviation > 0 && deviation < Infinity)) {
      const problem = isConstant
        ? `is constant: all ${numbers.length} values are ${numbers[0]}`
        : `has a standard deviation of ${deviation}: its values are too large, or too close together`;
      throw formatError(`The series ${problem}`);
    }
    return new Scaler(mean, deviation);
  }

  /**
   * Returns the scaled values: (T), float32.
   *
   * @param values NaN stays NaN
   * @throws ERR_DATA_FORMAT if a scaled value overflows float32
   */
  scale(values: Numbers | readonly (number | null)[]): Tensor {
    const numbers = toNumbers('values', values, { missing: true });
    const odd = numbers.findIndex((value) => !Number.isNaN(value) && !Number.isFinite(this.scaleOne(value)));
    if (odd !== -1) throw formatError(`Expected values closer to ${this.mean} but values[${odd}] is ${numbers[odd]}`);
    return scope(() => tensor(numbers).sub(this.mean).div(this.deviation).to({ dtype: 'float32' }));
  }

  /** @internal Returns a scaled value in float32, infinite if it overflows. */
  scaleOne(value: number): number {
    return Math.fround((value - this.mean) / this.deviation);
  }

  /**
   * Converts a scaled value back to the data's units.
   *
   * @throws ERR_NOT_FINITE if the result overflows
   */
  unscale(value: number): number {
    checkNumber('value', value);
    const result = value * this.deviation + this.mean;
    if (Number.isFinite(result)) return result;
    throw new LibtorchGenerativeError('ERR_NOT_FINITE', `${value} overflows when scaled back`);
  }
}

/**
 * Returns every run of `window` inputs together with the value that follows.
 *
 * @param series (T)
 * @param window number of inputs, at least 1
 * @returns (T - window, window + 1, 1)
 * @throws ERR_DATA_FORMAT if the series is too short for one window; ERR_SHAPE if it is not one-dimensional
 * @example
 * ```ts
 * import { arange, slidingWindows } from 'libtorch-generative';
 *
 * const windows = slidingWindows(arange(0, 6), 3);
 * console.log(windows.shape, windows.select(0, 0).toArray()); // [ 3, 4, 1 ] BigInt64Array(4) [ 0n, 1n, 2n, 3n ]
 * ```
 */
export function slidingWindows(series: Tensor, window: number): Tensor {
  checkInstance('series', series, Tensor);
  checkSize('window', window);
  const { shape } = series;
  if (shape.length !== 1) {
    throw new LibtorchGenerativeError(
      'ERR_SHAPE',
      `Expected a Tensor of shape (T) for series but received (${shape.join(', ')})`,
    );
  }
  const length = shape[0]!;
  if (length < window + 1) {
    throw formatError(
      `Expected a series of at least ${window + 1} values for a window of ${window} and the next value but received ${length}`,
    );
  }
  return scope(() =>
    series
      .unfold(0, window + 1, 1)
      .unsqueeze(-1)
      .contiguous(),
  );
}
