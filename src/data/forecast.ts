import type { Checks } from '../check';
import { pathQuantiles, valuesAt } from '../models/forecast';
import { PATH_OPTIONS, type PathOptions, toLevels, withDefaults } from './forecast-options';
import { mean } from './mean';
import type { NextValue } from './next-value';
import type { Series } from './series';

/** A forecast as a few numbers per step, in the data's units. */
export interface Forecast {
  /** Name of the series, empty if it has none. */
  name: string;
  /** Levels of the quantiles. */
  levels: number[];
  /** The steps past the series' end. */
  steps: ForecastStep[];
}

/** A step of a {@link Forecast}. */
export interface ForecastStep {
  /** Counted from 1. */
  step: number;
  /** Set if the series has times. */
  time?: string | undefined;
  /** Mean of all paths. */
  mean: number;
  /** At the requested levels: for the first step those of the model's mixture, afterwards those of all paths. */
  quantiles: number[];
}

/** Options of {@link Forecaster.forecastSync}. */
export interface ForecastOptions extends PathOptions {
  /** Levels of the quantiles, each above 0 and below 1; default [0.1, 0.5, 0.9]. */
  quantiles?: readonly number[] | undefined;
}

export const FORECAST: Checks<ForecastOptions> = { ...PATH_OPTIONS, quantiles: (name, value) => toLevels(name, value as number[]) }; // biome-ignore format: one line
const LEVELS = [0.1, 0.5, 0.9];

/** Fills in the defaults of checked options. */
export function withForecastDefaults({ quantiles = LEVELS, ...options }: ForecastOptions) {
  return { ...withDefaults(options), quantiles: toLevels('quantiles', quantiles) };
}

/** Returns the numbers of a forecast from its paths (paths, horizon) and the distribution of its first value. */
export function forecastOf(
  { name }: Pick<Series, 'name'>,
  paths: Float64Array,
  next: NextValue,
  { horizon, quantiles: levels }: { horizon: number; quantiles: number[] },
): Forecast {
  const byLevel = pathQuantiles(paths, horizon, levels);
  const first = next.quantiles(levels);
  const steps = Array.from({ length: horizon }, (_, index) => ({
    step: index + 1,
    mean: mean(valuesAt(paths, horizon, index)),
    quantiles: index === 0 ? first : byLevel.map((values) => values[index]!),
  }));
  return { name, levels, steps };
}

/** Adds the times of a series' steps, if it has any. */
export function withTimes(forecast: Forecast, { time, values }: Series): Forecast {
  if (!time) return forecast;
  const steps = forecast.steps.map(({ step, ...rest }, index) => {
    return { step, time: time.labelAt(values.length + index), ...rest };
  });
  return { ...forecast, steps };
}
