import { LibtorchGenerativeError } from '../errors';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

/**
 * Subtracts a mean and divides by a deviation, both fitted on the training part only.
 *
 * @example
 * ```ts
 * import { Scaler } from 'libtorch-generative';
 *
 * const scaler = Scaler.fit(Float64Array.of(1, 3));
 * console.log(scaler.scale(Float64Array.of(1, 2, 5)).toArray()); // Float32Array(3) [ -1, 0, 3 ]
 * console.log(scaler.unscale(3)); // 5
 * ```
 */
export class Scaler {
  /**
   * A scaler by a mean and a deviation that are known; {@link Scaler.fit} takes them from values.
   *
   * @param deviation above 0
   */
  constructor(
    /** What is subtracted. */
    readonly mean: number,
    /** What is divided by. */
    readonly deviation: number,
  ) {}

  /**
   * A scaler by the mean and the population's deviation of values.
   *
   * @throws ERR_DATA_FORMAT if all are the same, or too large to be squared
   */
  static fit(values: Float64Array): Scaler {
    const { mean, deviation } = scope(() => {
      const series = tensor(values);
      return { mean: series.mean().item(), deviation: series.std(undefined, { correction: 0 }).item() };
    });
    // By the values themselves: their mean is rounded, so that the deviation need not be 0.
    const isConstant = values.every((value) => value === values[0]);
    if (isConstant || !(deviation > 0 && deviation < Infinity)) {
      const problem = isConstant
        ? `is constant: all ${values.length} values are ${values[0]}`
        : `has a standard deviation of ${deviation}: its values are too large, or too close together`;
      throw new LibtorchGenerativeError('ERR_DATA_FORMAT', `The series ${problem}`);
    }
    return new Scaler(mean, deviation);
  }

  /** The scaled values: (T), float32. */
  scale(values: Float64Array): Tensor {
    return scope(() => tensor(values).sub(this.mean).div(this.deviation).to({ dtype: 'float32' }));
  }

  /** Back to the values' units. */
  unscale(value: number): number {
    return value * this.deviation + this.mean;
  }
}

/**
 * Every run of `window` inputs and the value that follows them.
 *
 * @param series (T)
 * @param window inputs of a run, at least 1
 * @returns (T - window, window + 1, 1)
 * @throws ERR_DATA_FORMAT if the series is too short for one
 * @example
 * ```ts
 * import { arange, slidingWindows } from 'libtorch-generative';
 *
 * const windows = slidingWindows(arange(0, 6), 3);
 * console.log(windows.shape, windows.select(0, 0).toArray()); // [ 3, 4, 1 ] BigInt64Array(4) [ 0n, 1n, 2n, 3n ]
 * ```
 */
export function slidingWindows(series: Tensor, window: number): Tensor {
  const length = series.shape[0]!;
  if (length < window + 1) {
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
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
