import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Series } from '../data/series';
import { invalidArgument } from '../errors';
import { writeFileAtomic } from '../files';
import { forecastChartSvg } from '../report/forecast-chart';
import { forecastFan } from '../report/forecast-fan';
import { type ForecastSummary, forecastsToCsv, summarizeForecast } from '../report/forecast-summary';
import { loadForecaster } from '../training/load-run';
import { levels, positiveNumber, wholeNumber } from './flags';
import { readHistory } from './history';

interface ForecastFlags {
  data?: string;
  series?: string;
  horizon: number;
  paths: number;
  quantiles: number[];
  temperature: number;
  seed: number;
  out?: string;
  chart?: string;
  json?: boolean;
}

export function addForecastCommand(program: Command): void {
  program
    .command('forecast')
    .description("forecast series past their end with a trained MDN-RNN, by joint paths in the data's units")
    .argument('<run>', 'its run folder')
    .option(
      '--data <file>',
      'a CSV file with the past, and where the model has covariates their future (default: the one trained on)',
    )
    .option('--series <name>', 'one series of the file (default: all)')
    .option('--horizon <n>', 'steps ahead', wholeNumber(1), 24)
    .option('--paths <n>', 'joint futures to draw', wholeNumber(1), 500)
    .option('--quantiles <list>', 'the quantiles to write; those of the first step are exact', levels, [0.1, 0.5, 0.9])
    .option('--temperature <x>', 'above 1 draws more freely, below 1 more surely', positiveNumber, 1)
    .option('--seed <n>', 'the same seed draws the same paths', wholeNumber(), 0)
    .option('--out <file>', 'a .csv or .json file to write (default: CSV on stdout)', csvOrJson)
    .option('--chart <file>', 'an SVG chart to write too')
    .option('--json', 'JSON on stdout')
    .action(run);
}

function csvOrJson(file: string): string {
  if (['.csv', '.json'].includes(extname(file))) return file;
  throw new InvalidArgumentError('Expected a name that ends in .csv or .json.');
}

async function run(runFolder: string, flags: ForecastFlags): Promise<void> {
  const { forecaster, settings } = loadForecaster(runFolder);
  const series = readHistory(settings, flags.data, flags.series);
  if (flags.chart && series.length > 1) {
    throw invalidArgument('series', `one series to draw, such as "${series[0]!.name}",`, flags.series);
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
