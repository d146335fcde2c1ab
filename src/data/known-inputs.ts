import { formatError } from '../errors';
import { type CalendarCycle, calendarInputs, INPUTS_A_CYCLE } from './calendar';
import { concatenate } from './scaling';
import type { Series } from './series';
import { ofSeries } from './series-like';
import { Scaler } from './time-series';

/** Mean and standard deviation of a covariate, in the data's units. */
export interface CovariateScale {
  /** The mean. */
  mean: number;
  /** The standard deviation. */
  deviation: number;
}

/** The fitted values of {@link KnownInputs}, as saved in config.json. */
export interface KnownInputsState {
  /** The scale of each covariate. */
  covariates: CovariateScale[];
  /** The scale of each static covariate. */
  staticCovariates: CovariateScale[];
  /** Calendar features of the predicted step. */
  calendar: readonly CalendarCycle[];
}

/** What is known of a time step in advance, as inputs of a model: scaled covariates and calendar features. */
export class KnownInputs {
  readonly #covariates: Scaler[];
  readonly #statics: Scaler[];
  readonly #calendar: readonly CalendarCycle[];

  constructor({ covariates, staticCovariates, calendar }: KnownInputsState) {
    this.#covariates = covariates.map(({ mean, deviation }) => new Scaler(mean, deviation));
    this.#statics = staticCovariates.map(({ mean, deviation }) => new Scaler(mean, deviation));
    this.#calendar = calendar;
  }

  /** Fits scalers to the covariates of series. @throws ERR_DATA_FORMAT if their numbers of covariates differ */
  static fit(series: readonly Series[], calendar: readonly CalendarCycle[]): KnownInputsState {
    const [count, numStatic] = [series[0]!.covariates?.length ?? 0, series[0]!.staticCovariates?.length ?? 0];
    for (const each of series) checkCovariates(each, count, numStatic);
    const covariates = Array.from({ length: count }, (_, index) => {
      return scaleOf(concatenate(series.map((each) => each.covariates![index]!.subarray(0, each.values.length))));
    });
    const staticCovariates = Array.from({ length: numStatic }, (_, index) => {
      return scaleOf(Float64Array.from(series, (each) => each.staticCovariates![index]!));
    });
    return { covariates, staticCovariates, calendar };
  }

  /** Number of inputs per time step. */
  get size(): number {
    return this.#covariates.length + this.#statics.length + this.#calendar.length * INPUTS_A_CYCLE;
  }

  /** @throws ERR_DATA_FORMAT unless a series has as many covariates as those that the scalers were fitted to */
  check(series: Series): void {
    checkCovariates(series, this.#covariates.length, this.#statics.length);
  }

  /** Returns the inputs of a time step. @throws ERR_DATA_FORMAT if its covariates or its date are unknown */
  at(series: Series, step: number): number[] {
    const { name, covariates = [], staticCovariates = [], time } = series;
    const ofCovariates = this.#covariates.map((scaler, index) => {
      const value = covariates[index]![step];
      if (value !== undefined) return scaled(scaler, value, series, step, `covariates[${index}]`);
      const known = `${covariates[index]!.length} steps${ofSeries(name)}`;
      throw formatError(`Expected covariates for the whole forecast horizon, but they are known for only ${known}`);
    });
    for (const [index, scaler] of this.#statics.entries()) {
      ofCovariates.push(scaled(scaler, staticCovariates[index]!, series, index, 'staticCovariates'));
    }
    if (this.#calendar.length === 0) return ofCovariates;
    const date = time?.clockAt(step);
    if (!date) throw formatError(`Expected dates for time${ofSeries(name)}: the model uses calendar features`);
    return [...ofCovariates, ...calendarInputs(date, this.#calendar)];
  }
}

/** A covariate that never changes in training can't be learned from, and keeps its unit. */
function scaleOf(values: Float64Array): { mean: number; deviation: number } {
  if (values.every((value) => value === values[0])) return { mean: values[0] ?? 0, deviation: 1 };
  const { mean, deviation } = Scaler.fit(values);
  return { mean, deviation };
}

/** Scales a value for the model. @throws ERR_DATA_FORMAT if it overflows float32 */
export function scaled(scaler: Scaler, value: number, { name }: Series, step: number, column = 'values'): number {
  const result = scaler.scaleOne(value);
  if (Number.isFinite(result)) return result;
  throw formatError(`${column}[${step}]${ofSeries(name)} is too far from the values that the encoding was fitted on`);
}

function checkCovariates(
  { name, covariates = [], staticCovariates = [] }: Series,
  count: number,
  numStatic: number,
): void {
  const counts = [
    ['covariates', covariates.length, count],
    ['static covariates', staticCovariates.length, numStatic],
  ] as const;
  for (const [what, received, expected] of counts) {
    if (received === expected) continue;
    throw formatError(`Expected ${expected} for the number of ${what}${ofSeries(name)} but received ${received}`);
  }
}
