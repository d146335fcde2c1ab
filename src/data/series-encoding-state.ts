import { arrayOf, type Check, checkBoolean, checkInteger, checkNumber, checkSize, oneOf, readAll } from '../check';
import { invalidArgument } from '../errors';
import { CALENDAR_CYCLES } from './calendar';
import type { CovariateScale, KnownInputsState } from './known-inputs';
import { LINK_NAMES, type LinkName } from './link';
import { SCALING_KINDS, type ScalingState } from './scaling';

/** A {@link Link}, as saved in config.json. */
export interface LinkState {
  /** The name of the function. */
  name: LinkName;
  /** Where softplus bends, in the data's units; 1 for other links. */
  unit: number;
}

/** The fitted values of a {@link SeriesEncoding}, as saved in config.json. */
export interface SeriesEncodingState extends KnownInputsState {
  /** Number of past values that predict the next one. */
  window: number;
  /** Transformation of values before scaling. */
  link: LinkState;
  /** Steps between the values whose differences the model sees: a season, 1, or 0 for the values themselves. */
  difference: number;
  /** What values, or their differences, are scaled by. */
  scaling: ScalingState;
  /** Whether an input flags observed values, as some were missing in training. */
  mask: boolean;
}

/** Copies and checks a state, which may come from a corrupt file. @throws ERR_INVALID_ARGUMENT, with the place */
export function readEncodingState(state: SeriesEncodingState): SeriesEncodingState {
  const { window, link, difference, scaling, mask, ...known } = readAll(
    state,
    {
      window: checkSize,
      link: anyObject,
      difference: checkLag,
      scaling: anyObject,
      mask: checkBoolean,
      ...KNOWN_STATE,
    },
    'state',
  );
  const { kind, series } = readAll(
    scaling,
    { kind: oneOf(...SCALING_KINDS), series: arrayOf(anyObject) },
    'state.scaling',
  );
  return {
    window,
    link: readLinkState(link),
    difference,
    scaling: {
      kind,
      series: series.map((each, index) =>
        readAll(each, { name: checkName, ...MOMENTS }, `state.scaling.series[${index}]`),
      ),
    },
    mask,
    ...readKnownState(known),
  };
}

/** Copies and checks the state of a link. @throws ERR_INVALID_ARGUMENT */
export function readLinkState(link: LinkState): LinkState {
  return readAll(link, { name: oneOf(...LINK_NAMES), unit: checkDeviation }, 'state.link');
}

/** Copies a state and checks its covariates. @throws ERR_INVALID_ARGUMENT */
export function readKnownState({ covariates, staticCovariates, calendar }: KnownInputsState): KnownInputsState {
  const readScales = (name: string, scales: CovariateScale[]) =>
    scales.map((each, index) => readAll(each, MOMENTS, `state.${name}[${index}]`));
  return {
    covariates: readScales('covariates', covariates),
    staticCovariates: readScales('staticCovariates', staticCovariates),
    calendar: [...calendar],
  };
}

/** First checks of a state, before {@link readKnownState}. */
export const KNOWN_STATE = {
  covariates: arrayOf(anyObject),
  staticCovariates: arrayOf(anyObject),
  calendar: arrayOf(oneOf(...CALENDAR_CYCLES)),
};

/** @throws ERR_INVALID_ARGUMENT unless `value` is a whole number of at least 0 */
export const checkLag: Check = (name, value) => checkInteger(name, value, { min: 0 });

const checkDeviation: Check = (name, value) => checkNumber(name, value, { above: 0 });

const MOMENTS = { mean: checkNumber as Check, deviation: checkDeviation };

/** Any text; a single series has no name. */
export const checkName: Check = (name, value) => {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
};

/** For values that are checked later. */
export function anyObject(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object', value);
}
