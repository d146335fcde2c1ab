import { checkInstance, checkNumber, checkSize } from '../check';
import { formatError, LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { type Numbers, toNumbers } from './numbers';

/**
 * Subtracts a mean and divides by a deviation, both fitted on the training part only.
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
   * A scaler by a mean and a deviation that are known; {@link Scaler.fit} takes them from values.
   *
   * @param deviation above 0
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** What is subtracted. */
    readonly mean: number,
    /** What is divided by. */
    readonly deviation: number,
  ) {
    checkNumber('mean', mean);
    checkNumber('deviation', deviation, { above: 0 });
  }

  /**
   * A scaler by the mean and the population's deviation of values.
   *
   * @throws ERR_DATA_FORMAT if all are the same, one is not finite, or they are too large to be squared
   */
  static fit(values: Numbers): Scaler {
    const numbers = toNumbers('values', values);
    if (numbers.length === 0) throw formatError('The series has no values');
    const { mean, deviation } = scope(() => {
      const series = tensor(numbers);
      return { mean: series.mean().item(), deviation: series.std(undefined, { correction: 0 }).item() };
    });
    // By the values themselves: their mean is rounded, so that the deviation need not be 0.
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
   * The scaled values: (T), float32.
   *
   * @param values NaN stays NaN
   * @throws ERR_DATA_FORMAT for a value too far from the mean for float32
   */
  scale(values: Numbers | readonly (number | null)[]): Tensor {
    const numbers = toNumbers('values', values, { missing: true });
    const odd = numbers.findIndex((value) => !Number.isNaN(value) && !Number.isFinite(this.scaleOne(value)));
    if (odd !== -1) throw formatError(`Expected values nearer to ${this.mean} but values[${odd}] is ${numbers[odd]}`);
    return scope(() => tensor(numbers).sub(this.mean).div(this.deviation).to({ dtype: 'float32' }));
  }

  /** @internal A scaled value, in float32; infinite where that can't hold it. */
  scaleOne(value: number): number {
    return Math.fround((value - this.mean) / this.deviation);
  }

  /**
   * Back to the values' units.
   *
   * @throws ERR_NOT_FINITE where that is beyond the range of numbers
   */
  unscale(value: number): number {
    checkNumber('value', value);
    const result = value * this.deviation + this.mean;
    if (Number.isFinite(result)) return result;
    throw new LibtorchGenerativeError('ERR_NOT_FINITE', `${value} scaled back is beyond the range of numbers`);
  }
}

/**
 * Every run of `window` inputs and the value that follows them.
 *
 * @param series (T)
 * @param window inputs of a run, at least 1
 * @returns (T - window, window + 1, 1)
 * @throws ERR_DATA_FORMAT if the series is too short for one; ERR_SHAPE unless it is of one dimension
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
