import type { Series } from '../data/series';
import type { Fan } from './fan-chart';
import type { ForecastSummary } from './forecast-summary';

/** What came before fills most of the chart. */
const HISTORY_A_FORECAST = 5;

/** A forecast and the part of its series before it, named by their times if there are any. */
export function forecastFan({ values, time }: Series, { steps, levels }: ForecastSummary): Fan {
  const start = Math.max(values.length - HISTORY_A_FORECAST * steps.length, 0);
  const history = Array.from(values.subarray(start));
  const labelAt = (index: number) => time!.labelAt(start + index);
  return {
    history,
    quantiles: levels.map((level, index) => ({ level, values: steps.map((step) => step.quantiles[index]!) })),
    labels: time && Array.from({ length: history.length + steps.length }, (_, index) => labelAt(index)),
  };
}
