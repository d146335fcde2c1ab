import { type Checks, checkInteger, checkNumber, checkSize, within } from '../check';
import { invalidArgument } from '../errors';
import type { ForecastPathsOptions } from '../models/forecast-options';
import { toElements } from './numbers';

/** Options of {@link Forecaster.paths}. */
export type PathOptions = Omit<ForecastPathsOptions, 'known'>;

/** More than a century of hourly steps. */
export const MAX_HORIZON = 1_000_000;

/** Limit on the values of all paths together: 2 GiB. */
const MAX_VALUES = 2 ** 28;

export const PATH_OPTIONS: Checks<PathOptions> = {
  horizon: (name, value) => checkInteger(name, value, { min: 1, max: MAX_HORIZON }),
  paths: checkSize,
  temperature: within({ above: 0 }),
  seed: (name, value) => checkInteger(name, value),
};

/** Fills in the defaults of checked options. @throws ERR_INVALID_ARGUMENT if the paths would not fit in memory */
export function withDefaults({
  horizon = 24,
  paths = 500,
  temperature = 1,
  seed = 0,
}: PathOptions): Required<PathOptions> {
  const most = Math.floor(MAX_VALUES / horizon);
  if (paths > most) throw invalidArgument('paths', `at most ${most} paths of ${horizon} steps`, paths);
  return { horizon, paths, temperature, seed };
}

/** Copies quantile levels. @throws ERR_INVALID_ARGUMENT unless there is at least one and each is above 0 and below 1 */
export function toLevels(name: string, value: readonly number[]): number[] {
  const levels = toElements(name, value);
  if (levels.length === 0) throw invalidArgument(name, 'at least one level', value);
  for (const [index, level] of levels.entries()) checkNumber(`${name}[${index}]`, level, { above: 0, below: 1 });
  return levels as number[];
}

/** Derives a seed, again a safe integer, for a forecast origin. */
export function seedAt(seed: number, origin: number): number {
  return Number.isSafeInteger(seed + origin) ? seed + origin : seed - origin;
}
