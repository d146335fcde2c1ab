import { finiteNumber, type OptionTable, wholeNumber } from '../option';
import type { Tensor } from '../tensor/tensor';

/** How {@link forecastPaths} draws. */
export interface ForecastOptions {
  /** Steps past the history's end; default 24. */
  horizon?: number | undefined;
  /** Joint futures to draw; default 500. */
  paths?: number | undefined;
  /** Above 1 draws more freely, below 1 more surely, see {@link MixtureOptions.temperature}; default 1. */
  temperature?: number | undefined;
  /** The same seed draws the same paths, however many and on any number of threads; default 0. */
  seed?: number | undefined;
  /**
   * (horizon - 1, inputDim - 1) scaled: what the model reads beside the value, in row s together with the value drawn
   * at step s. Required of a model with such inputs, refused by others.
   */
  known?: Tensor | undefined;
}

/** The declarations of {@link ForecastOptions}, all but those that only a program can give. */
export const FORECAST_OPTIONS = {
  // Longer ones can only be a mistake, and take the machine for hours.
  horizon: { ...wholeNumber({ min: 1, max: 1_000_000 }), default: 24, help: 'steps ahead' },
  paths: { ...wholeNumber({ min: 1 }), default: 500, help: 'joint futures to draw' },
  temperature: {
    ...finiteNumber({ above: 0 }),
    default: 1,
    help: 'above 1 widens the forecast, below 1 narrows it',
  },
  seed: { ...wholeNumber(), default: 0, help: 'the same seed draws the same paths' },
} satisfies OptionTable<Omit<ForecastOptions, 'known'>>;
