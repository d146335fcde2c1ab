import { finiteNumber, type OptionTable, wholeNumber } from '../option';
import type { ForecastOptions } from './forecast';

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
