import { type Checks, checkInteger, checkNumber, checkSize, readOptions, within } from '../check';
import { invalidArgument } from '../errors';
import type { ForecastOptions } from '../models/forecast-options';
import { toElements } from './numbers';

/** How {@link Forecaster.paths} draws. */
export type PathOptions = Omit<ForecastOptions, 'known'>;

/** A century of hours is less. */
export const MAX_HORIZON = 1_000_000;

/** Values of all paths together: 2 GiB of them. */
const MAX_VALUES = 2 ** 28;

export const PATH_OPTIONS: Checks<PathOptions> = {
  horizon: (name, value) => checkInteger(name, value, { min: 1, max: MAX_HORIZON }),
  paths: checkSize,
  temperature: within({ above: 0 }),
  seed: (name, value) => checkInteger(name, value),
};

/** The options, with their defaults. @throws ERR_INVALID_ARGUMENT, also for more values than there is memory for */
export function readPathOptions(options: PathOptions | undefined): Required<PathOptions> {
  return withDefaults(readOptions(options, PATH_OPTIONS));
}

/** Options that were read, with their defaults. @throws ERR_INVALID_ARGUMENT for more values than there is memory for */
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

/** A copy of levels of quantiles. @throws ERR_INVALID_ARGUMENT unless each is above 0 and below 1, and there is one */
export function toLevels(name: string, value: readonly number[]): number[] {
  const levels = toElements(name, value);
  if (levels.length === 0) throw invalidArgument(name, 'one level or more', value);
  for (const [index, level] of levels.entries()) checkNumber(`${name}[${index}]`, level, { above: 0, below: 1 });
  return levels as number[];
}

/** Another seed for another origin, a safe integer too. */
export function seedAt(seed: number, origin: number): number {
  return Number.isSafeInteger(seed + origin) ? seed + origin : seed - origin;
}
