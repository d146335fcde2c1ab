import type { Forecast } from '../data/forecast';
import type { Series } from '../data/series';
import type { Fan } from './fan-chart';

/** Length of the history relative to the forecast. */
const HISTORY_A_FORECAST = 5;

/** Combines a forecast with the end of its series, labelled by time if available. */
export function forecastFan({ values, time }: Series, { steps, levels }: Forecast): Fan {
  const start = Math.max(values.length - HISTORY_A_FORECAST * steps.length, 0);
  const history = Array.from(values.subarray(start));
  const labelAt = (index: number) => time!.labelAt(start + index);
  return {
    history,
    quantiles: levels.map((level, index) => ({ level, values: steps.map((step) => step.quantiles[index]!) })),
    labels: time && Array.from({ length: history.length + steps.length }, (_, index) => labelAt(index)),
  };
}
