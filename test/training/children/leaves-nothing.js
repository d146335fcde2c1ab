// Trains both models and counts the tensors that are alive, where no other test's are collected in between.
const { join } = require('node:path');
const { memory, trainGan, trainMdnRnn } = require('../../../lib');

const data = join(__dirname, '../../../node_modules/vega-datasets/data/co2-concentration.csv');

async function main() {
  const { generator, discriminator } = await trainGan({ data: 'noise', epochs: 2, threads: 1 }).result;
  const afterGan = memory().tensors;
  const { model } = await trainMdnRnn({ data, column: 'CO2', epochs: 1 }).result;
  const afterBoth = memory().tensors;
  for (const each of [generator, discriminator, model]) each.dispose();
  const { cachedBytes: _, ...atTheEnd } = memory();
  process.stdout.write(JSON.stringify({ afterGan, afterBoth, atTheEnd }));
}

main();
