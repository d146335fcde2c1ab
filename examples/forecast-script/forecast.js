// Forecasts a series without training, and prints the next twelve months with their 80 % interval.
import { createRequire } from 'node:module';
import { pathQuantiles, pretrainedForecaster, readSeries } from 'libtorch-generative';

const data = createRequire(import.meta.url).resolve('libtorch-generative/demo/co2.csv');
const [co2] = readSeries(data, { column: 'CO2', time: 'Date' });
const horizon = 12;
const forecaster = await pretrainedForecaster([co2], { horizon });
const paths = await forecaster.paths(co2, { horizon, paths: 500, seed: 1 });
const [low, median, high] = pathQuantiles(paths, horizon, [0.1, 0.5, 0.9]);
for (let step = 0; step < horizon; step++) {
  console.log(`${step + 1}: ${median[step].toFixed(1)} ppm (${low[step].toFixed(1)} to ${high[step].toFixed(1)})`);
}
