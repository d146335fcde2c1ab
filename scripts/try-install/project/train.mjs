// A training, its forecast, and a GAN's training; in a worker thread too.
import { writeFileSync } from 'node:fs';
import { trainGan, trainMdnRnn } from 'libtorch-generative';

const rows = Array.from({ length: 120 }, (_, hour) => Math.sin(hour / 4).toFixed(4));
writeFileSync('wave.csv', ['value', ...rows].join('\n'));
const training = trainMdnRnn({ data: 'wave.csv', column: 'value', epochs: 2, seed: 7 });
let epochs = 0;
for await (const { loss } of training) epochs += Number.isFinite(loss);
const { forecaster, series } = await training.result;
const paths = await forecaster.paths(series[0], { horizon: 12, paths: 10, seed: 1 });

const gan = trainGan({ data: 'noise', asWritten: true, epochs: 2, seed: 7 });
for await (const { lossD, lossG } of gan) epochs += Number.isFinite(lossD + lossG);
console.log(`${epochs} epochs, ${paths.length} values`);
