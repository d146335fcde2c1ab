import { extname } from 'node:path';
import type { Command } from 'commander';
import { checkString } from '../check';
import type { Series } from '../data/series';
import { invalidArgument, worded } from '../errors';
import { writeFileAtomic } from '../files';
import { FORECAST_OPTIONS } from '../models/forecast-options';
import { finiteNumber, listOf, name, type OptionTable, onOff, path, type Resolved, withDefaults } from '../option';
import { forecastChartSvg } from '../report/forecast-chart';
import { forecastFan } from '../report/forecast-fan';
import { type ForecastSummary, forecastsToCsv, summarizeForecast } from '../report/forecast-summary';
import { loadForecaster } from '../training/load-run';
import { addExamples, addFlags } from './flags';
import { readHistory } from './history';

interface GivenFlags {
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

const FLAGS = {
  data: {
    ...path('file'),
    help: 'forecast from this CSV file; it must include future covariates if the model uses any',
    defaultHelp: "the run's data",
  },
  series: { ...name, help: 'forecast only this series', defaultHelp: 'all' },
  ...FORECAST_OPTIONS,
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
    .description("forecast series past their end with a trained MDN-RNN, from joint sample paths, in the data's units")
    .argument('<run>', 'the run folder');
  addExamples(
    command,
    'forecast runs/co2 --horizon 24 --quantiles 0.05,0.5,0.95 --out forecast.csv --chart forecast.svg',
    'forecast runs/sales --data new.csv --series north --json',
  );
  addFlags<GivenFlags>(command, FLAGS).action(run);
}

function checkCsvOrJson(name: string, file: unknown): void {
  checkString(name, file);
  if (!['.csv', '.json'].includes(extname(file as string))) {
    throw invalidArgument(name, 'a file name ending in .csv or .json', file);
  }
}

async function run(runFolder: string, given: GivenFlags): Promise<void> {
  const flags = withDefaults<GivenFlags, typeof FLAGS>(given, FLAGS);
  const { forecaster, settings } = loadForecaster(runFolder);
  const series = readHistory(settings, flags.data, flags.series);
  if (flags.chart && series.length > 1) {
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) =>
        `${option('chart')} draws a single series: choose one with ${option('series')}, such as ${series[0]!.name}.`,
    );
  }
  const { horizon, paths, quantiles, temperature, seed } = flags;
  const options = { horizon, paths, quantiles, temperature, seed };
  const forecasts = series.map((each) => summarizeForecast(forecaster, each, options));
  const column = [settings.column].flat().join(', ');
  writeForecasts(column, forecasts, flags);
  if (flags.chart) await writeChart(flags.chart, column, series[0]!, forecasts[0]!);
}

function writeForecasts(column: string, forecasts: ForecastSummary[], { quantiles, out, json }: ForecastFlags): void {
  const [only] = forecasts.length === 1 ? forecasts : [];
  const content = only ? { steps: only.steps } : { series: forecasts.map(({ name, steps }) => ({ name, steps })) };
  const asJson = `${JSON.stringify({ column, levels: quantiles, ...content })}\n`;
  const asCsv = () => forecastsToCsv(forecasts, quantiles);
  if (out) {
    writeFileAtomic(out, extname(out) === '.json' ? asJson : asCsv());
    console.error(`The forecast is in ${out}`);
  }
  if (json) process.stdout.write(asJson);
  else if (!out) process.stdout.write(asCsv());
}

async function writeChart(file: string, column: string, series: Series, forecast: ForecastSummary): Promise<void> {
  const title = `${column}: ${forecast.steps.length} steps ahead`;
  writeFileAtomic(file, await forecastChartSvg({ title, column, ...forecastFan(series, forecast) }));
  console.error(`The chart is in ${file}`);
}
