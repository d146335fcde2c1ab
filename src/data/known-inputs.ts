import { formatError } from '../errors';
import { type CalendarCycle, calendarInputs, INPUTS_A_CYCLE } from './calendar';
import { concatenate } from './scaling';
import type { Series } from './series';
import { ofSeries } from './series-like';
import { Scaler } from './time-series';

/** The fitted values of {@link KnownInputs}, as saved in config.json. */
export interface KnownInputsState {
  /** Mean and standard deviation of each covariate. */
  covariates: {
    /** Mean, in the data's units. */
    mean: number;
    /** Standard deviation, in the data's units. */
    deviation: number;
  }[];
  /** Calendar features of the predicted step. */
  calendar: readonly CalendarCycle[];
}

/** What is known of a time step in advance, as inputs of a model: scaled covariates and calendar features. */
export class KnownInputs {
  readonly #covariates: Scaler[];
  readonly #calendar: readonly CalendarCycle[];

  constructor({ covariates, calendar }: KnownInputsState) {
    this.#covariates = covariates.map(({ mean, deviation }) => new Scaler(mean, deviation));
    this.#calendar = calendar;
  }

  /** Fits scalers to the covariates of series. @throws ERR_DATA_FORMAT if their numbers of covariates differ */
  static fit(series: readonly Series[], calendar: readonly CalendarCycle[]): KnownInputsState {
    const count = series[0]!.covariates?.length ?? 0;
    for (const each of series) checkCovariates(each, count);
    const covariates = Array.from({ length: count }, (_, index) => {
      const values = series.map((each) => each.covariates![index]!.subarray(0, each.values.length));
      const { mean, deviation } = Scaler.fit(concatenate(values));
      return { mean, deviation };
    });
    return { covariates, calendar };
  }

  /** Number of inputs per time step. */
  get size(): number {
    return this.#covariates.length + this.#calendar.length * INPUTS_A_CYCLE;
  }

  /** @throws ERR_DATA_FORMAT unless a series has as many covariates as those that the scalers were fitted to */
  check(series: Series): void {
    checkCovariates(series, this.#covariates.length);
  }

  /** Returns the inputs of a time step. @throws ERR_DATA_FORMAT if its covariates or its date are unknown */
  at(series: Series, step: number): number[] {
    const { name, covariates = [], time } = series;
    const ofCovariates = this.#covariates.map((scaler, index) => {
      const value = covariates[index]![step];
      if (value !== undefined) return scaled(scaler, value, series, step, `covariates[${index}]`);
      const known = `${covariates[index]!.length} steps${ofSeries(name)}`;
      throw formatError(`Expected covariates for the whole forecast horizon, but they are known for only ${known}`);
    });
    if (this.#calendar.length === 0) return ofCovariates;
    const date = time?.clockAt(step);
    if (!date) throw formatError(`Expected dates for time${ofSeries(name)}: the model uses calendar features`);
    return [...ofCovariates, ...calendarInputs(date, this.#calendar)];
  }
}

/** Scales a value for the model. @throws ERR_DATA_FORMAT if it overflows float32 */
export function scaled(scaler: Scaler, value: number, { name }: Series, step: number, column = 'values'): number {
  const result = scaler.scaleOne(value);
  if (Number.isFinite(result)) return result;
  throw formatError(`${column}[${step}]${ofSeries(name)} is too far from the values that the encoding was fitted on`);
}

function checkCovariates({ name, covariates = [] }: Series, count: number): void {
  if (covariates.length === count) return;
  throw formatError(
    `Expected ${count} for the number of covariates${ofSeries(name)} but received ${covariates.length}`,
  );
}
