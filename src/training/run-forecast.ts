import type { Fan } from '../report/fan-chart';
import { forecastFan } from '../report/forecast-fan';
import { loadForecaster } from './load-run';
import { readRunSeries } from './series-windows';

/** Bounds of the 90, 80 and 50 % intervals, and the median. */
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

export interface RunForecasts {
  /** Forecasts of the first series, each with its history. */
  forecasts: { name: string; fan: Fan }[];
  numSeries: number;
}

/**
 * Forecasts a run's series past their ends.
 *
 * @throws ERR_FILE, ERR_CHECKPOINT or ERR_DATA_FORMAT if the model or its data are missing, corrupt or changed
 */
export function forecastRun(run: string, { horizon, maxSeries }: { horizon: number; maxSeries: number }): RunForecasts {
  const { forecaster, settings } = loadForecaster(run);
  const column = [settings.column].flat().join(', ');
  const series = readRunSeries(settings, { onWarning: () => {} });
  const forecasts = series.slice(0, maxSeries).map((each) => ({
    name: each.name || column,
    fan: forecastFan(each, forecaster.forecastSync(each, { horizon, quantiles: LEVELS })),
  }));
  forecaster.model.dispose();
  return { forecasts, numSeries: series.length };
}
