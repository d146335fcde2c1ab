import { finiteNumber, type OptionTable, wholeNumber } from '../option';
import type { Tensor } from '../tensor/tensor';

/** Options of {@link forecastPaths}. */
export interface ForecastPathsOptions {
  /** Steps to forecast beyond the history. Default 24. */
  horizon?: number | undefined;
  /** Sample paths to draw. Default 500. */
  paths?: number | undefined;
  /** Above 1 widens the forecast, below 1 narrows it; see {@link MixtureOptions.temperature}. Default 1. */
  temperature?: number | undefined;
  /** The same seed draws the same paths, whatever the number of paths or threads. Default 0. */
  seed?: number | undefined;
  /**
   * (horizon - 1, inputDim - 1), scaled: the model's inputs known in advance; row s is read with the value drawn at
   * step s. Required if the model has such inputs, rejected otherwise.
   */
  known?: Tensor | undefined;
}

/** The declarations of {@link ForecastPathsOptions}, without those that exist only in the API. */
export const FORECAST_OPTIONS = {
  // A longer one can only be a mistake and would run for hours.
  horizon: { ...wholeNumber({ min: 1, max: 1_000_000 }), default: 24, help: 'forecast n steps ahead' },
  paths: { ...wholeNumber({ min: 1 }), default: 500, help: 'draw n sample paths' },
  temperature: {
    ...finiteNumber({ above: 0 }),
    default: 1,
    help: 'widen the forecast above 1, narrow it below 1',
  },
  seed: { ...wholeNumber(), default: 0, help: 'seed the random numbers; the same seed draws the same paths' },
} satisfies OptionTable<Omit<ForecastPathsOptions, 'known'>>;
