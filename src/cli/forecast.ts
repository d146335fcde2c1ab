import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { forecastSeries } from '../data/forecast-series';
import { writeFileAtomic } from '../files';
import { pathQuantiles } from '../models/forecast';
import { forecastChartSvg } from '../report/forecast-chart';
import { loadSeriesModel } from '../training/load-run';
import { levels, positiveNumber, wholeNumber } from './flags';
import { readHistory } from './history';

interface ForecastFlags {
  data?: string;
  horizon: number;
  paths: number;
  quantiles: number[];
  temperature: number;
  seed: number;
  out?: string;
  chart?: string;
  json?: boolean;
}

/** What is written: for each step ahead the mean of all paths and their quantiles, in the data's units. */
interface Forecast {
  column: string;
  levels: number[];
  steps: { step: number; mean: number; quantiles: number[] }[];
}

export function addForecastCommand(program: Command): void {
  program
    .command('forecast')
    .description("forecast a series past its end with a trained MDN-RNN, by joint paths in the data's units")
    .argument('<run>', 'its run folder')
    .option('--data <file>', "a CSV file with the series' past (default: the one trained on)")
    .option('--horizon <n>', 'steps ahead', wholeNumber(1), 24)
    .option('--paths <n>', 'joint futures to draw', wholeNumber(1), 500)
    .option('--quantiles <list>', 'their quantiles to write', levels, [0.1, 0.5, 0.9])
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
  const { series, settings } = loadSeriesModel(runFolder);
  const values = readHistory(settings, flags.data);
  const forecast = summarize(forecastSeries(series, values, flags), settings.column, flags);
  writeForecast(forecast, flags);
  if (flags.chart) await writeChart(flags.chart, forecast, values);
}

function summarize(paths: Float64Array, column: string, { horizon, quantiles }: ForecastFlags): Forecast {
  const byLevel = pathQuantiles(paths, horizon, quantiles);
  const numPaths = paths.length / horizon;
  const steps = Array.from({ length: horizon }, (_, index) => {
    let sum = 0;
    for (let path = 0; path < numPaths; path++) sum += paths[path * horizon + index]!;
    return { step: index + 1, mean: sum / numPaths, quantiles: byLevel.map((values) => values[index]!) };
  });
  return { column, levels: quantiles, steps };
}

function writeForecast(forecast: Forecast, { out, json }: ForecastFlags): void {
  const asJson = `${JSON.stringify(forecast)}\n`;
  if (out) {
    writeFileAtomic(out, extname(out) === '.json' ? asJson : toCsv(forecast));
    console.error(`The forecast is in ${out}`);
  }
  if (json) process.stdout.write(asJson);
  else if (!out) process.stdout.write(toCsv(forecast));
}

function toCsv({ levels, steps }: Forecast): string {
  const header = ['step', 'mean', ...levels.map((level) => `q${level}`)];
  const rows = steps.map(({ step, mean, quantiles }) => [step, mean, ...quantiles]);
  return [header, ...rows].map((row) => `${row.join(',')}\n`).join('');
}

async function writeChart(file: string, { column, levels, steps }: Forecast, values: Float64Array): Promise<void> {
  const quantiles = levels.map((level, index) => ({ level, values: steps.map((step) => step.quantiles[index]!) }));
  const history = [...values.subarray(-5 * steps.length)];
  const title = `${column}: ${steps.length} steps ahead`;
  writeFileAtomic(file, await forecastChartSvg({ title, column, history, quantiles }));
  console.error(`The chart is in ${file}`);
}
