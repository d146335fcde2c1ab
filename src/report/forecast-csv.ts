import type { Forecast } from '../data/forecast';

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
export function csvRows({ name, steps }: Forecast, { hasNames, hasTimes }: CsvColumns): string {
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
