// Trains on a series and prints the next twelve months with their 80 % interval.
import { createRequire } from 'node:module';
import { pathQuantiles, trainMdnRnn } from 'libtorch-generative';

const data = createRequire(import.meta.url).resolve('libtorch-generative/demo/co2.csv');
const { forecaster, series } = await trainMdnRnn({
  data,
  column: 'CO2',
  time: 'Date',
  calendar: ['month'],
  scale: 'window',
  window: 30,
  hidden: 8,
  mixtures: 1,
  lr: 3e-3,
  epochs: 60,
}).result;

const horizon = 12;
const paths = forecaster.paths(series[0], { horizon, paths: 500, seed: 1 });
const [low, median, high] = pathQuantiles(paths, horizon, [0.1, 0.5, 0.9]);
for (let step = 0; step < horizon; step++) {
  console.log(`${step + 1}: ${median[step].toFixed(1)} ppm (${low[step].toFixed(1)} to ${high[step].toFixed(1)})`);
}
