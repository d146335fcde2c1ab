/** Series of all kinds, none of them in R's own datasets or those of its forecast package, which are kept for judging. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readSeries } from '../../../src/data/series';

export interface StudySeries {
  name: string;
  values: Float64Array;
  season: number;
  /** Steps that a forecast goes ahead. */
  horizon: number;
  /** Whether values are numbers of events, often 0. */
  isCount?: boolean;
}

/** Longer series are cut to their last values, as R's methods take minutes for them. */
const MAX_VALUES = 2000;
const HORIZONS: Record<number, number> = { 1: 6, 4: 8, 12: 18, 13: 13, 24: 48 };

/** [file, column, season, horizon] in vega-datasets. */
const IN_VEGA: [file: string, column: string, season: number, horizon?: number][] = [
  ['co2-concentration.csv', 'CO2', 12],
  ['us-employment.csv', 'construction', 12],
  ['us-employment.csv', 'leisure_and_hospitality', 12],
  ['us-employment.csv', 'government', 12],
  ['seattle-weather.csv', 'temp_max', 1, 14],
  ['seattle-weather.csv', 'wind', 1, 14],
  ['sp500-2000.csv', 'close', 1, 14],
  ['seattle-weather-hourly-normals.csv', 'temperature', 24],
];
const INDUSTRIES = ['Government', 'Construction', 'Agriculture', 'Education and Health', 'Wholesale and Retail Trade', 'Manufacturing']; // biome-ignore format: one line

/** [package, data set, column or position, season, horizon] in Debian's r-cran-aer, r-cran-tseries and r-cran-urca. */
const IN_R: [library: string, data: string, column: string | number, season: number, horizon?: number][] = [
  ['AER', 'DutchSales', 1, 12],
  ['AER', 'FrozenJuice', 'price', 12],
  ['AER', 'PepperPrice', 'black', 12],
  ['AER', 'DutchAdvert', 'tv', 13],
  ['AER', 'UKNonDurables', 1, 4],
  ['AER', 'USProdIndex', 'unadjusted', 4],
  ['AER', 'GermanUnemployment', 'unadjusted', 4],
  ['AER', 'USMacroG', 'gdp', 4],
  ['AER', 'USMacroSW', 'unemp', 4],
  ['AER', 'OrangeCounty', 'employment', 4],
  ['AER', 'USGasB', 'gas', 1, 4],
  ['tseries', 'nino', 'nino3', 12],
  ['tseries', 'tcm', 'tcm1y', 12],
  ['tseries', 'USeconomic', 'rl', 4],
  ['tseries', 'NelPlo', 'gnp.real', 1],
  ['tseries', 'NelPlo', 'unemp', 1],
  ['tseries', 'bev', 1, 1],
  ['tseries', 'camp', 1, 1],
  ['tseries', 'ice.river', 'flow.jok', 1, 14],
  ['urca', 'UKconsumption', 'cons', 4],
];

const folder = resolve(__dirname, '../../../node_modules/vega-datasets/data');

export function vegaSeries(): StudySeries[] {
  const columns = IN_VEGA.map(([file, column, season, horizon]) =>
    studied(column, readSeries(join(folder, file), { column })[0]!.values, season, horizon),
  );
  const counts = readJson<{ series: string; count: number }[]>('unemployment-across-industries.json');
  const industries = INDUSTRIES.map((industry) => {
    const values = counts.filter(({ series }) => series === industry).map(({ count }) => count);
    return studied(`unemployed, ${industry}`, Float64Array.from(values), 12);
  });
  return [...columns, ...industries];
}

const HOUR = 3_600_000;
const [DAY, WEEK] = [24 * HOUR, 7 * 24 * HOUR];

/** Counts of events, many of them 0, in vega-datasets. */
export function countSeries(): StudySeries[] {
  const strikes = rowsOf('birdstrikes.csv').map((row) => ({ of: row['Origin State']!, at: Date.parse(`${row['Flight Date']} UTC`) })); // biome-ignore format: one line
  const commits = rowsOf('github.csv').flatMap(({ time, count }) =>
    new Array<number>(Number(count)).fill(Date.parse(`${time} UTC`)),
  );
  const { features } = readJson<{ features: { properties: { time: number; mag: number } }[] }>('earthquakes.json');
  const quakes = features.filter(({ properties }) => properties.mag > 2.5).map(({ properties }) => properties.time);
  const films = readJson<{ 'Major Genre': string; 'Release Date': string }[]>('movies.json').map((film) => {
    return { of: film['Major Genre'], at: new Date(`${film['Release Date']} UTC`) };
  });
  const strikesIn = (state: string, unit: number) =>
    perUnit(
      strikes.map(({ of, at }) => (of === state ? at : Number.NaN)),
      { unit, from: strikes },
    );
  const released = (genre: string) => {
    const months = new Float64Array(12 * 20);
    for (const { of, at } of films) if (of === genre) months[12 * (at.getUTCFullYear() - 1990) + at.getUTCMonth()]!++;
    return months;
  };
  return [
    ...['Texas', 'California', 'Louisiana', 'Tennessee'].map((state) =>
      studied(`bird strikes a day, ${state}`, strikesIn(state, DAY), 1, 14),
    ),
    ...['Pennsylvania', 'Missouri', 'Florida', 'Georgia', 'Massachusetts'].map((state) =>
      studied(`bird strikes a week, ${state}`, strikesIn(state, WEEK), 1, 8),
    ),
    ...['Horror', 'Western', 'Musical', 'Documentary', 'Action'].map((genre) =>
      studied(`films a month, ${genre}`, released(genre), 12, 12),
    ),
    studied('earthquakes an hour', perUnit(quakes, { unit: HOUR }), 1, 24),
    studied('commits an hour', perUnit(commits, { unit: HOUR }), 24, 24),
  ].map((series) => ({ ...series, isCount: true }));
}

/** Returns the number of times in each unit, from the first to the last of those given. */
function perUnit(times: number[], { unit, from }: { unit: number; from?: { at: number }[] }): Float64Array {
  const all = (from?.map(({ at }) => at) ?? times).filter(Number.isFinite);
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const counts = new Float64Array(Math.floor((last - first) / unit) + 1);
  for (const time of times) if (Number.isFinite(time)) counts[Math.floor((time - first) / unit)]!++;
  return counts;
}

function rowsOf(file: string): Record<string, string>[] {
  return parse(readFileSync(join(folder, file)), { columns: true, bom: true }) as Record<string, string>[];
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
}

/** @throws Error if R or a package is missing */
export function seriesInR(): StudySeries[] {
  return IN_R.map(([library, data, column, season, horizon]) => {
    const program = `e <- new.env(); data("${data}", package = "${library}", envir = e)
      x <- if (exists("${column}", e)) get("${column}", e) else get(ls(e)[1], e)
      if (is.matrix(x)) x <- x[, ${JSON.stringify(column)}]
      x <- as.numeric(x); cat(x[!is.na(x)], sep = "\\n")`;
    const lines = execFileSync('Rscript', ['-e', program], { encoding: 'utf8' }).trim().split('\n');
    return studied(
      `${data} ${typeof column === 'string' ? column : ''}`.trim(),
      Float64Array.from(lines, Number),
      season,
      horizon,
    );
  });
}

function studied(name: string, values: Float64Array, season: number, horizon = HORIZONS[season]!): StudySeries {
  return { name, values: values.subarray(-MAX_VALUES), season, horizon };
}
