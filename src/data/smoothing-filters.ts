import { mean } from './mean';

/** How far an error moves the parts of a filter's forecast. */
interface Filter {
  /** Gain of the level. */
  level: number;
  /** Gain of the trend. */
  trend: number;
  /** Part of the trend that is left after a step. */
  damping: number;
  /** Gain of the season; undefined for a filter without seasons. */
  season: number | undefined;
}

/** The filter that the others are compared with: its forecast is the origin of the model's inputs and outputs. */
const BASE = 0;
/** Follows the level at once: its errors are the changes that the seasons do not explain. */
const FOLLOWER = 1;
/** Forecasts the mean of all values of the same phase, as long as there are few. */
const MEAN = 2;
/** Repeats the last season. */
const NAIVE = 5;

const FILTERS: readonly Filter[] = [
  { level: 0.3, trend: 0, damping: 0, season: 0.15 },
  { level: 0.95, trend: 0, damping: 0, season: 0.1 },
  { level: 0.03, trend: 0, damping: 0, season: 0.05 },
  { level: 0.5, trend: 0.05, damping: 0.97, season: 0.1 },
  { level: 0.4, trend: 0, damping: 0, season: 0.5 },
  { level: 0, trend: 0, damping: 0, season: 1 },
  { level: 0.7, trend: 0, damping: 0, season: undefined },
  { level: 0.8, trend: 0.3, damping: 1, season: 0.1 },
];

/** Least gains of the running means: the slow ones over the whole past, the fast ones over the last few steps. */
const [SLOW, FAST] = [0.02, 0.15];
/** Errors count as at most this many times the usual one, so that an outlier does not hide what follows. */
const [MOST_IN_SCALE, MOST_IN_DRIFT, LEAST_PART] = [5, 6, 0.2];
const LEAST_SCALE = 1e-12;
/** Values that differ by less than this part of their size are taken as equal. */
const RESOLUTION = 1e-7;
/** No scaled value is farther than this. */
const MOST_DISTANT = 20;
/** Logarithms of ratios are cut off here. */
const MOST_LOG_RATIO = 3;
/** Steps in the first cycles beyond which a second cycle can be told from the first. */
const BEYOND_TWO_CYCLES = 4;
/** Values from which filters without a season start. */
const FIRST_VALUES = 3;

const COUNT = FILTERS.length;

/** Inputs that describe a series to a model, per step. */
export const NUM_SMOOTHING_INPUTS = 3 * COUNT + 7;

/**
 * Exponential smoothing with several fixed gains at once, of one series or of many paths that continue it. What the
 * filters forecast for the next step, relative to each other, and how wrong they have been so far tell a model which
 * kind of series it sees: the model learns what to make of it.
 *
 * All numbers depend on earlier values only, so that a model can be trained on every step of a series.
 *
 * @see https://otexts.com/fpp3/expsmooth.html
 */
export class SmoothingFilters {
  /** Steps since the first value that is not missing. */
  #step = 0;
  /** Steps since the first forecast. */
  #age = 0;
  #isMissing = false;
  // (filters, paths)
  readonly #levels: Float64Array;
  readonly #trends: Float64Array;
  readonly #forecasts: Float64Array;
  readonly #errors: Float64Array;
  readonly #meanErrors: Float64Array;
  // (filters, season, paths)
  readonly #seasons: Float64Array;
  // (paths)
  readonly #scales: Float64Array;
  readonly #recentScales: Float64Array;
  readonly #drifts: Float64Array;
  readonly #recentDrifts: Float64Array;

  private constructor(
    /** Steps after which the series repeats; 1 if it does not. */
    readonly season: number,
    /** Number of paths. */
    readonly paths: number,
  ) {
    const perFilter = () => new Float64Array(COUNT * paths);
    const perPath = () => new Float64Array(paths);
    [this.#levels, this.#trends, this.#forecasts] = [perFilter(), perFilter(), perFilter()];
    [this.#errors, this.#meanErrors] = [perFilter(), perFilter()];
    this.#seasons = new Float64Array(COUNT * season * paths);
    [this.#scales, this.#recentScales] = [perPath(), perPath()];
    [this.#drifts, this.#recentDrifts] = [perPath(), perPath()];
  }

  /**
   * Returns the filters of a series after its last value.
   *
   * @param values in the link's units, NaN where missing
   * @param onStep called before each value that is forecast, with the filters as they are before it
   */
  static over(
    values: Float64Array,
    season: number,
    onStep?: (filters: SmoothingFilters, step: number) => void,
  ): SmoothingFilters {
    const begin = beginOf(values);
    const filters = SmoothingFilters.#start(values.subarray(begin), season);
    const next = new Float64Array(1);
    for (let step = begin + filters.#step; step < values.length; step++) {
      onStep?.(filters, step);
      next[0] = values[step]!;
      filters.push(next);
    }
    return filters;
  }

  /** Returns the step of the first value of a series that the filters forecast. */
  static firstStep(values: Float64Array, season: number): number {
    const begin = beginOf(values);
    return begin + numFirst(values.length - begin, season);
  }

  /** Starts from the first values: two seasons, or one if there are no more than that. */
  static #start(values: Float64Array, wanted: number): SmoothingFilters {
    const season = values.length > wanted ? wanted : 1;
    const first = season > 1 ? firstSeasons(values, season) : firstValues(values);
    const filters = new SmoothingFilters(season, 1);
    filters.#step = first.length;
    for (const [filter, { season: gain, damping }] of FILTERS.entries()) {
      const isSeasonal = gain !== undefined;
      filters.#levels[filter] = isSeasonal ? first.level : first.last;
      if (damping > 0) filters.#trends[filter] = first.slope;
      if (isSeasonal) filters.#seasons.set(first.profile, filter * season);
    }
    filters.#levels[FOLLOWER] = first.last - first.profile[(first.length - 1) % season]!;
    filters.#levels[NAIVE] = 0;
    for (let step = first.length - season; step < first.length; step++) {
      filters.#seasons[NAIVE * season + (step % season)] = first.filled[step] ?? 0;
    }
    const largest = first.filled.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const scale = Math.max(first.scale, largest * RESOLUTION, LEAST_SCALE);
    for (const array of [filters.#meanErrors, filters.#scales, filters.#recentScales]) array.fill(scale);
    for (const array of [filters.#drifts, filters.#recentDrifts]) array.fill(first.slope);
    filters.#forecast();
    return filters;
  }

  /** Returns filters for many paths that continue this series. */
  copies(paths: number): SmoothingFilters {
    const copies = new SmoothingFilters(this.season, paths);
    [copies.#step, copies.#age, copies.#isMissing] = [this.#step, this.#age, this.#isMissing];
    for (const [from, to] of zip(this.#state(), copies.#state())) {
      for (const [index, value] of from.entries()) to.fill(value, index * paths, (index + 1) * paths);
    }
    return copies;
  }

  /** Steps since the first forecast. */
  get age(): number {
    return this.#age;
  }

  /** The origin of a path's next value, in the link's units: what the base filter forecasts. */
  originOf(path: number): number {
    return this.#forecasts[BASE * this.paths + path]!;
  }

  /** The unit of a path's next value, in the link's units: its usual error. */
  scaleOf(path: number): number {
    return this.#scales[path]!;
  }

  /** Converts a scaled value per path to the link's units. */
  unscale(scaled: ArrayLike<number>): Float64Array {
    return this.#scales.map((scale, path) => this.originOf(path) + scale * bounded(scaled[path]!));
  }

  /** Moves on by a step: one value per path, in the link's units, NaN where missing. */
  push(values: Float64Array): void {
    this.#age++;
    const first = 1 / (this.#age + 3);
    const slow = Math.max(SLOW, first);
    const fast = Math.max(FAST, first);
    for (let filter = 0; filter < COUNT; filter++) this.#correct(filter, values, slow);
    for (let path = 0; path < this.paths; path++) if (!Number.isNaN(values[path])) this.#measure(path, slow, fast);
    this.#isMissing = Number.isNaN(values[0]);
    this.#step++;
    this.#forecast();
  }

  /** Writes the inputs that describe each path before its next value: (paths, {@link NUM_SMOOTHING_INPUTS}). */
  write(inputs: Float32Array, offset: number, stride: number): void {
    const { paths, season } = this;
    const [forecasts, errors, meanErrors] = [this.#forecasts, this.#errors, this.#meanErrors];
    const shared = [Math.log(season) / 4, Number(season > 1), 3 / Math.sqrt(this.#age + 4)];
    const cycles = Math.min(this.#step / season / 10, 2);
    for (let path = 0; path < paths; path++) {
      const scale = this.#scales[path]!;
      const origin = forecasts[BASE * paths + path]!;
      let at = offset + path * stride;
      for (let filter = 1; filter < COUNT; filter++) {
        inputs[at++] = asinh((forecasts[filter * paths + path]! - origin) / scale);
      }
      for (let filter = 0; filter < COUNT; filter++) inputs[at++] = asinh(errors[filter * paths + path]! / scale);
      for (let filter = 1; filter < COUNT; filter++) {
        inputs[at++] = logRatio(meanErrors[filter * paths + path]!, meanErrors[BASE * paths + path]!);
      }
      inputs[at++] = logRatio(this.#recentScales[path]!, scale);
      inputs[at++] = asinh((5 * this.#drifts[path]!) / scale);
      inputs[at++] = asinh((2 * this.#recentDrifts[path]!) / scale);
      inputs[at++] = shared[0]!;
      inputs[at++] = shared[1]!;
      inputs[at++] = shared[2]!;
      inputs[at++] = cycles;
      inputs[at++] = asinh(this.#seasons[this.#phase * paths + path]! / scale);
      inputs[at++] = Number(this.#isMissing);
    }
  }

  get #phase(): number {
    return this.#step % this.season;
  }

  #state(): Float64Array[] {
    return [
      this.#levels,
      this.#trends,
      this.#forecasts,
      this.#errors,
      this.#meanErrors,
      this.#seasons,
      this.#scales,
      this.#recentScales,
      this.#drifts,
      this.#recentDrifts,
    ];
  }

  /** Updates a filter by the errors of its forecasts. */
  #correct(filter: number, values: Float64Array, slow: number): void {
    const { level, trend, damping, season: gain } = FILTERS[filter]!;
    const { season, paths } = this;
    const levelGain = filter === MEAN ? Math.max(level, 1 / (this.#step + 1)) : level;
    // While few seasons were seen, the profile is their mean.
    const seasonGain =
      gain === undefined || season === 1 ? 0 : Math.max(gain, 1 / (this.#age / season + 2)) * (1 - levelGain);
    const [levels, trends, forecasts] = [this.#levels, this.#trends, this.#forecasts];
    const [errors, meanErrors, seasons] = [this.#errors, this.#meanErrors, this.#seasons];
    const from = filter * paths;
    const seasonFrom = (filter * season + this.#phase) * paths;
    for (let path = 0; path < paths; path++) {
      const at = from + path;
      const value = values[path]!;
      const isMissing = Number.isNaN(value);
      const error = isMissing ? 0 : value - forecasts[at]!;
      errors[at] = error;
      if (filter === NAIVE) {
        if (!isMissing) seasons[seasonFrom + path] = value;
      } else {
        levels[at]! += damping * trends[at]! + levelGain * error;
        trends[at] = damping * trends[at]! + trend * error;
        seasons[seasonFrom + path]! += seasonGain * error;
      }
      if (isMissing) continue;
      const usual = meanErrors[at]!;
      meanErrors[at] = Math.max(usual + slow * (Math.abs(error) - usual), LEAST_SCALE);
    }
  }

  /** Updates a path's scale by the base filter's error, and its drift by the follower's. */
  #measure(path: number, slow: number, fast: number): void {
    const scale = this.#scales[path]!;
    const limit = MOST_IN_DRIFT * scale;
    const change = Math.max(Math.min(this.#errors[FOLLOWER * this.paths + path]!, limit), -limit);
    this.#drifts[path]! += slow * (change - this.#drifts[path]!);
    this.#recentDrifts[path]! += fast * (change - this.#recentDrifts[path]!);
    const error = Math.abs(this.#errors[BASE * this.paths + path]!);
    // Of what is beyond all errors so far, as where values begin after zeros, a part counts.
    const size = Math.min(error, Math.max(MOST_IN_SCALE * scale, LEAST_PART * error));
    this.#scales[path] = Math.max(scale + slow * (size - scale), LEAST_SCALE);
    const recent = this.#recentScales[path]!;
    this.#recentScales[path] = Math.max(recent + fast * (size - recent), LEAST_SCALE);
  }

  #forecast(): void {
    const { season, paths } = this;
    for (let filter = 0; filter < COUNT; filter++) {
      const { damping, season: gain } = FILTERS[filter]!;
      const from = filter * paths;
      const seasonFrom = (filter * season + this.#phase) * paths;
      for (let path = 0; path < paths; path++) {
        const seasonal = gain === undefined ? 0 : this.#seasons[seasonFrom + path]!;
        this.#forecasts[from + path] = this.#levels[from + path]! + damping * this.#trends[from + path]! + seasonal;
      }
    }
  }
}

/** What the first values of a series tell. */
interface First {
  /** Number of these values. */
  length: number;
  /** The values, missing ones replaced. */
  filled: Float64Array;
  last: number;
  level: number;
  /** Change per step. */
  slope: number;
  /** Mean deviation from the level by phase: (season). */
  profile: Float64Array;
  /** Usual error. */
  scale: number;
}

function firstSeasons(values: Float64Array, season: number): First {
  const length = numFirst(values.length, season);
  const filled = fillGaps(values.subarray(0, length));
  const cycle = filled.subarray(0, season);
  const center = mean(cycle);
  if (length === season) {
    const changes = mean(cycle.subarray(1).map((value, index) => Math.abs(value - cycle[index]!)));
    const profile = cycle.map((value) => value - center);
    return { length, filled, last: filled.at(-1)!, level: center, slope: 0, profile, scale: changes / 2 };
  }
  const nextCenter = mean(filled.subarray(season));
  const slope = (nextCenter - center) / season;
  const middle = (season - 1) / 2;
  const deviations = (step: number) => {
    const trend = slope * (step - middle);
    return [cycle[step]! - center - trend, filled[season + step]! - nextCenter - trend] as const;
  };
  const profile = cycle.map((_, step) => mean(deviations(step)));
  const scale = mean(cycle.map((_, step) => Math.abs(deviations(step)[0] - deviations(step)[1]) / 2));
  return { length, filled, last: filled.at(-1)!, level: nextCenter + slope * middle, slope, profile, scale };
}

function firstValues(values: Float64Array): First {
  const filled = fillGaps(values.subarray(0, FIRST_VALUES));
  const last = filled.at(-1) ?? 0;
  const changes = filled.subarray(1).map((value, index) => Math.abs(value - filled[index]!));
  const scale = changes.length > 0 ? mean(changes) : Math.abs(last);
  return { length: filled.length, filled, last, level: last, slope: 0, profile: new Float64Array(1), scale };
}

/** Returns the step of the first value that is not missing. */
function beginOf(values: Float64Array): number {
  const first = values.findIndex((value) => !Number.isNaN(value));
  return first === -1 ? values.length : first;
}

/** Returns the number of values that filters start from. */
function numFirst(length: number, season: number): number {
  if (season === 1 || length <= season) return Math.min(length, FIRST_VALUES);
  return length >= 2 * season + BEYOND_TWO_CYCLES ? 2 * season : season;
}

/** Replaces missing values by the one before, or before the first one by that. */
function fillGaps(values: Float64Array): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}

/** Bounds a scaled value, so that a model neither learns from nor draws what lies absurdly far away. */
export function bounded(scaled: number): number {
  return Math.max(Math.min(scaled, MOST_DISTANT), -MOST_DISTANT);
}

/** Math.asinh takes three times as long. */
function asinh(value: number): number {
  const size = Math.abs(value);
  return Math.sign(value) * Math.log(size + Math.sqrt(size * size + 1));
}

function logRatio(value: number, other: number): number {
  return Math.max(Math.min(Math.log(value / other), MOST_LOG_RATIO), -MOST_LOG_RATIO);
}

function zip<T>(a: T[], b: T[]): [T, T][] {
  return a.map((each, index) => [each, b[index]!]);
}
