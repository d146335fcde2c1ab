// Trains the GAN on MNIST and prints its peak of resident memory: `node mnist-job.cjs PRESET EPOCHS THREADS`. Plain
// JavaScript, so that no transpiler's memory is counted.
const { readFileSync } = require('node:fs');
const { trainGan } = require('../../../lib');

const [preset, epochs, threads] = process.argv.slice(2);
const options = { data: 'mnist', preset, emaDecay: 0, device: 'cpu' };
trainGan({ ...options, epochs: Number(epochs), threads: Number(threads) }).result.then(() => {
  const kibibytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  console.log(kibibytes / 1024);
});
