import type { PathOptions } from '../data/forecast-options';
import type { Forecaster } from '../data/forecaster';
import { mean } from '../data/mean';
import type { Series } from '../data/series';
import { pathQuantiles } from '../models/forecast';

/** A forecast as a few numbers per step, in the data's units. */
export interface ForecastSummary {
  /** Name of the series, empty if there is only one. */
  name: string;
  levels: number[];
  steps: ForecastStep[];
}

export interface ForecastStep {
  /** Counted from 1. */
  step: number;
  /** Set if the series has times. */
  time?: string;
  /** Mean of all paths. */
  mean: number;
  /** At the requested levels: for the first step those of the model's mixture, afterwards those of all paths. */
  quantiles: number[];
}

export interface ForecastSummaryOptions extends PathOptions {
  horizon: number;
  /** Levels between 0 and 1. */
  quantiles: number[];
}

/** Forecasts a series past its end. @throws as {@link Forecaster.paths} */
export function summarizeForecast(
  forecaster: Forecaster,
  series: Series,
  { quantiles: levels, ...options }: ForecastSummaryOptions,
): ForecastSummary {
  const { horizon } = options;
  const paths = forecaster.paths(series, options);
  const numPaths = paths.length / horizon;
  const byLevel = pathQuantiles(paths, horizon, levels);
  const first = forecaster.next(series, { temperature: options.temperature }).quantiles(levels);
  const steps = Array.from({ length: horizon }, (_, index) => ({
    step: index + 1,
    ...(series.time && { time: series.time.labelAt(series.values.length + index) }),
    mean: mean(Float64Array.from({ length: numPaths }, (_, path) => paths[path * horizon + index]!)),
    quantiles: index === 0 ? first : byLevel.map((values) => values[index]!),
  }));
  return { name: series.name, levels, steps };
}

/** Which columns a forecast has in CSV. */
export interface CsvColumns {
  /** Whether there are several series, which have names. */
  hasNames: boolean;
  hasTimes: boolean;
  /** Levels of the quantiles. */
  levels: number[];
}

/** Returns the header of {@link csvRows}, with a column of names for several series, and of times if available. */
export function csvHeader({ hasNames, hasTimes, levels }: CsvColumns): string {
  const keys = [...(hasNames ? ['series'] : []), ...(hasTimes ? ['time'] : [])];
  return `${[...keys, 'step', 'mean', ...levels.map((level) => `q${level}`)].join(',')}\n`;
}

/** Returns one row per step. */
export function csvRows({ name, steps }: ForecastSummary, { hasNames, hasTimes }: CsvColumns): string {
  const rows = steps.map(({ step, time, mean, quantiles }) => [
    ...(hasNames ? [csvCell(name)] : []),
    ...(hasTimes ? [csvCell(time!)] : []),
    step,
    mean,
    ...quantiles,
  ]);
  return rows.map((row) => `${row.join(',')}\n`).join('');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
