import { arrayOf, type Check, checkBoolean, checkInteger, checkNumber, checkSize, oneOf, readAll } from '../check';
import { invalidArgument } from '../errors';
import { CALENDAR_CYCLES, type CalendarCycle } from './calendar';
import { LINK_NAMES, type LinkName } from './link';
import { SCALING_KINDS, type ScalingState } from './scaling';

/** The fitted values of a {@link SeriesEncoding}, as saved in config.json. */
export interface SeriesEncodingState {
  /** Number of past values that predict the next one. */
  window: number;
  /** Transformation of values before scaling. */
  link: {
    /** The name of the function. */
    name: LinkName;
    /** Where softplus bends, in the data's units; 1 for other links. */
    unit: number;
  };
  /** Steps between the values whose differences the model sees: a season, 1, or 0 for the values themselves. */
  difference: number;
  /** What values, or their differences, are scaled by. */
  scaling: ScalingState;
  /** Whether an input flags observed values, as some were missing in training. */
  mask: boolean;
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

/** Copies and checks a state, which may come from a corrupt file. @throws ERR_INVALID_ARGUMENT, with the place */
export function readEncodingState(state: SeriesEncodingState): SeriesEncodingState {
  const { window, link, difference, scaling, mask, covariates, calendar } = readAll(
    state,
    {
      window: checkSize,
      link: any,
      difference: checkLag,
      scaling: any,
      mask: checkBoolean,
      covariates: arrayOf(any),
      calendar: arrayOf(oneOf(...CALENDAR_CYCLES)),
    },
    'state',
  );
  const { kind, series } = readAll(scaling, { kind: oneOf(...SCALING_KINDS), series: arrayOf(any) }, 'state.scaling');
  return {
    window,
    link: readAll(link, { name: oneOf(...LINK_NAMES), unit: checkDeviation }, 'state.link'),
    difference,
    scaling: {
      kind,
      series: series.map((each, index) =>
        readAll(each, { name: checkName, ...MOMENTS }, `state.scaling.series[${index}]`),
      ),
    },
    mask,
    covariates: covariates.map((each, index) => readAll(each, MOMENTS, `state.covariates[${index}]`)),
    calendar: [...calendar],
  };
}

/** @throws ERR_INVALID_ARGUMENT unless `value` is a whole number of at least 0 */
export const checkLag: Check = (name, value) => checkInteger(name, value, { min: 0 });

const checkDeviation: Check = (name, value) => checkNumber(name, value, { above: 0 });

const MOMENTS = { mean: checkNumber as Check, deviation: checkDeviation };

const checkName: Check = (name, value) => {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
};

/** For values that are checked later. */
function any(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object', value);
}
