import { arrayOf, type Check, checkBoolean, checkNumber, checkSize, oneOf, readAll } from '../check';
import { invalidArgument } from '../errors';
import { CALENDAR_CYCLES, type CalendarCycle } from './calendar';
import { LINK_NAMES, type LinkName } from './link';
import { SCALING_KINDS, type ScalingState } from './scaling';

/** What a {@link SeriesEncoding} was fitted to, for config.json. */
export interface SeriesEncodingState {
  /** Values that the next one is predicted from. */
  window: number;
  /** How the model sees values. */
  link: {
    /** Which function it is. */
    name: LinkName;
    /** Softplus's bend, in the data's units; else 1. */
    unit: number;
  };
  /** What values are scaled by. */
  scaling: ScalingState;
  /** Whether an input says if the value is there, as some were missing in training. */
  mask: boolean;
  /** What each covariate is scaled by. */
  covariates: {
    /** In the data's units. */
    mean: number;
    /** In the data's units. */
    deviation: number;
  }[];
  /** What the calendar tells the model of the step after each. */
  calendar: readonly CalendarCycle[];
}

/** A copy of a state that may come from a corrupt file. @throws ERR_INVALID_ARGUMENT, with the place */
export function readEncodingState(state: SeriesEncodingState): SeriesEncodingState {
  const { window, link, scaling, mask, covariates, calendar } = readAll(
    state,
    {
      window: checkSize,
      link: any,
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

const checkDeviation: Check = (name, value) => checkNumber(name, value, { above: 0 });

const MOMENTS = { mean: checkNumber as Check, deviation: checkDeviation };

const checkName: Check = (name, value) => {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
};

/** For what is read further. */
function any(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object', value);
}
