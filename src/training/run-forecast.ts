import { readCsvColumns } from '../data/csv';
import { forecastSeries } from '../data/forecast-series';
import { pathQuantiles } from '../models/forecast';
import type { Fan } from '../report/fan-chart';
import { loadSeriesModel } from './load-run';

/** Of the bands 90, 80 and 50 %, and the median. */
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const PATHS = 500;

/** Values before the forecast, in horizons. */
const HISTORY_HORIZONS = 5;

/**
 * Forecasts of each series past its end, with the history before them.
 *
 * @throws ERR_FILE, ERR_CHECKPOINT or ERR_DATA_FORMAT if the model or its data aren't there any more
 */
export function forecastFans(run: string, { horizon = 24 }: { horizon?: number }): { name: string; forecast: Fan }[] {
  const { series, settings } = loadSeriesModel(run);
  const { column, data } = settings;
  const values = readCsvColumns(data, [column])[column]!;
  const paths = forecastSeries(series, values, { horizon, paths: PATHS });
  const byLevel = pathQuantiles(paths, horizon, LEVELS);
  const quantiles = LEVELS.map((level, index) => ({ level, values: [...byLevel[index]!] }));
  return [{ name: column, forecast: { history: [...values.subarray(-HISTORY_HORIZONS * horizon)], quantiles } }];
}
