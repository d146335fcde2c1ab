import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { checkString } from '../check';
import type { DecimalSign } from '../data/decimals';
import type { Forecast, ForecastOptions } from '../data/forecast';
import type { Forecaster } from '../data/forecaster';
import { LINK_NAMES, type LinkName } from '../data/link';
import { readSeries, type Series } from '../data/series';
import { formatError, invalidArgument, LibtorchGenerativeError, messageOn, type Surface, worded } from '../errors';
import { writeFileAtomic } from '../files';
import { FORECAST_OPTIONS } from '../models/forecast-options';
import {
  choice,
  finiteNumber,
  listOf,
  missingOption,
  name,
  type OptionTable,
  onOff,
  path,
  type Resolved,
  size,
  withDefaults,
} from '../option';
import { forecastChartSvg } from '../report/forecast-chart';
import { forecastFan } from '../report/forecast-fan';
import { loadForecaster } from '../training/load-run';
import { MDN_RNN_OPTIONS } from '../training/mdn-rnn-options';
import { pretrainedForecaster } from '../training/pretrained-forecaster';
import { addExamples, addFlags, commandLine, type Headings } from './flags';
import { ForecastOutput } from './forecast-output';
import { named, readHistory } from './history';
import { progressBar } from './progress';
import { warn } from './warn';

interface GivenFlags {
  column?: string | string[];
  time?: string;
  delimiter?: string;
  decimal?: DecimalSign;
  frequency?: string;
  dateFormat?: string;
  timeZone?: string;
  seriesColumn?: string;
  link?: LinkName | 'auto';
  season?: number;
  data?: string;
  series?: string;
  horizon?: number;
  paths?: number;
  quantiles?: number[];
  temperature?: number;
  seed?: number;
  out?: string;
  chart?: string;
  json?: boolean;
}

const OF_FILE = {
  column: MDN_RNN_OPTIONS.column,
  time: MDN_RNN_OPTIONS.time,
  delimiter: MDN_RNN_OPTIONS.delimiter,
  decimal: MDN_RNN_OPTIONS.decimal,
  frequency: MDN_RNN_OPTIONS.frequency,
  dateFormat: MDN_RNN_OPTIONS.dateFormat,
  timeZone: MDN_RNN_OPTIONS.timeZone,
  seriesColumn: { ...name, help: "take the name of each row's series from this column" },
  link: { ...choice('auto', ...LINK_NAMES), help: 'transform values', defaultHelp: 'auto, found by a backtest' },
  season: { ...size, help: 'take this many steps as the season, 1 for none', defaultHelp: 'found by a backtest' },
} satisfies Partial<OptionTable<GivenFlags>>;

const FLAGS = {
  ...OF_FILE,
  data: {
    ...path('file'),
    help: 'forecast from this CSV file; it must include future covariates if the model uses any',
    defaultHelp: "the run's data",
  },
  series: { ...name, help: 'forecast only this series', defaultHelp: 'all' },
  ...FORECAST_OPTIONS,
  paths: {
    ...FORECAST_OPTIONS.paths,
    default: undefined,
    defaultHelp: '500, of more than 100 series 200, of more than 5000 100',
  },
  quantiles: {
    ...listOf(finiteNumber({ above: 0, below: 1 })),
    default: [0.1, 0.5, 0.9],
    help: 'write these quantiles; those of the first step are exact',
  },
  out: {
    ...path('file'),
    check: checkCsvOrJson,
    help: 'write the forecast to this .csv or .json file',
    defaultHelp: 'CSV to stdout',
  },
  chart: { ...path('file'), help: 'also write an SVG chart to this file' },
  json: { ...onOff, default: false, help: 'print JSON to stdout' },
} satisfies OptionTable<GivenFlags>;

type ForecastFlags = Resolved<GivenFlags, typeof FLAGS>;

export function addForecastCommand(program: Command): void {
  const command = program
    .command('forecast')
    .description("forecast series past their end, from joint sample paths, in the data's units")
    .argument('<run>', 'the run folder of a trained MDN-RNN, or a CSV file to forecast without training');
  addExamples(
    command,
    'forecast sales.csv --column sold --time day --horizon 14',
    'forecast runs/co2 --horizon 24 --quantiles 0.05,0.5,0.95 --out forecast.csv --chart forecast.svg',
    'forecast runs/sales --data new.csv --series north --json',
  );
  addFlags<GivenFlags>(command, FLAGS, HEADINGS).action(run);
}

function checkCsvOrJson(name: string, file: unknown): void {
  checkString(name, file);
  if (!['.csv', '.json'].includes(extname(file as string))) {
    throw invalidArgument(name, 'a file name ending in .csv or .json', file);
  }
}

const HEADINGS: Headings<GivenFlags> = { 'For a CSV file': Object.keys(OF_FILE) as (keyof typeof OF_FILE)[] };

async function run(place: string, given: GivenFlags, command: Command): Promise<void> {
  const flags = withDefaults<GivenFlags, typeof FLAGS>(given, FLAGS);
  const { forecaster, series, column } = isFile(place) ? await fromFile(place, flags) : fromRun(place, flags);
  if (flags.chart && series.length > 1) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) =>
        `${option('chart')} draws a single series: choose one with ${option('series')}, such as ${series[0]!.name}.`,
    );
  }
  const { horizon, paths = usualPaths(series.length), quantiles, temperature, seed } = flags;
  const options = { horizon, paths, quantiles, temperature, seed };
  const hasNames = series.length > 1;
  const format = { column, levels: quantiles, hasNames, hasTimes: series[0]!.time !== undefined };
  const output = new ForecastOutput(format, flags);
  try {
    const forecasts = hasNames
      ? forecastEach(forecaster, series, options, commandLine(command))
      : [forecaster.forecastSync(series[0]!, options)];
    let last: Forecast | undefined;
    for await (const forecast of forecasts) {
      output.add(forecast);
      last = forecast;
    }
    if (!last) throw formatError('None of the series can be forecast: the warnings above tell why');
    output.finish();
    if (flags.out) console.error(`The forecast is in ${flags.out}`);
    if (flags.chart) await writeChart(flags.chart, column, series[0]!, last);
  } finally {
    output.close();
  }
}

/** Forecasts several series; one that can't be forecast is left out, with a warning, for the sake of the others. */
async function* forecastEach(
  forecaster: Forecaster,
  series: Series[],
  options: ForecastOptions,
  surface: Surface,
): AsyncGenerator<Forecast> {
  const bar = progressBar();
  const forecasts: Promise<Forecast>[] = [];
  try {
    for (const [index, each] of series.entries()) {
      while (forecasts.length < Math.min(AT_ONCE, series.length - index)) {
        const forecast = forecaster.forecast(series[index + forecasts.length]!, options);
        forecast.catch(() => {}); // its turn comes
        forecasts.push(forecast);
      }
      try {
        yield await forecasts.shift()!;
      } catch (error) {
        if (!(error instanceof LibtorchGenerativeError) || !ABOUT_ONE_SERIES.includes(error.code)) throw error;
        warn(`the series ${each.name} is left out: ${messageOn(surface, error)}`);
      }
      bar?.work({ task: 'forecast', done: index + 1, total: series.length });
    }
  } finally {
    bar?.stop();
  }
}

/** Enough to keep the worker threads busy. */
const AT_ONCE = 256;
const ABOUT_ONE_SERIES = ['ERR_DATA_FORMAT', 'ERR_NOT_FINITE'];

/** Paths of many series together take long. */
function usualPaths(numSeries: number): number {
  return numSeries <= 100 ? 500 : numSeries <= 5000 ? 200 : 100;
}

/** What to forecast from. */
interface Source {
  forecaster: Forecaster;
  series: Series[];
  /** The column's name, for people. */
  column: string;
}

function fromRun(run: string, flags: ForecastFlags): Source {
  const odd = (Object.keys(OF_FILE) as (keyof typeof OF_FILE)[]).find((name) => flags[name] !== undefined);
  if (odd !== undefined) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) => `${option(odd)} is for a CSV file, but ${run} is not a file: a run folder has its own.`,
    );
  }
  const { forecaster, settings } = loadForecaster(run);
  const series = readHistory(settings, flags.data, flags.series);
  return { forecaster, series, column: [settings.column].flat().join(', ') };
}

async function fromFile(file: string, flags: ForecastFlags): Promise<Source> {
  const { seriesColumn, link, season, horizon, seed } = flags;
  const { column, time, delimiter, decimal, frequency, dateFormat, timeZone } = flags;
  if (column === undefined) throw missingOption('column', 'the column to forecast, or several');
  if (flags.data !== undefined)
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) => `${option('data')} is for a run folder, but ${file} is a file.`,
    );
  const source = { column, series: seriesColumn, time, delimiter, decimal, frequency, dateFormat, timeZone };
  const all = readSeries(file, { ...source, ...(link !== 'auto' && { link }), onWarning: warn });
  const series = named(all, flags.series);
  const bar = progressBar();
  const choice = pretrainedForecaster(series, { horizon, link, season, seed, onProgress: bar?.work });
  const forecaster = await choice.finally(() => bar?.stop());
  return { forecaster, series, column: [column].flat().join(', ') };
}

function isFile(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function writeChart(file: string, column: string, series: Series, forecast: Forecast): Promise<void> {
  const title = `${column}: ${forecast.steps.length} steps ahead`;
  writeFileAtomic(file, await forecastChartSvg({ title, column, ...forecastFan(series, forecast) }));
  console.error(`The chart is in ${file}`);
}
