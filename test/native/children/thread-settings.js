// Prints what the main thread and a worker tell once libtorch is loaded; with "worker-first" the worker loads it.
const { spawnSync } = require('node:child_process');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { numThreads, setNumThreads } = require('../../../lib');
const { threadSettings } = require('../../../lib/native/load');

function tell() {
  const threads = numThreads();
  const inherited = spawnSync('printenv', ['GOMP_SPINCOUNT'], { encoding: 'utf8' }).stdout.trim();
  setNumThreads(7); // is of this thread alone
  return { threads, inherited, ...threadSettings() };
}

const tellInWorker = () => new Promise((resolve) => new Worker(__filename).once('message', resolve));

async function main() {
  const order = process.argv[2] === 'worker-first' ? [tellInWorker, tell] : [tell, tellInWorker];
  const told = [];
  for (const each of order) told.push(await each());
  console.log(JSON.stringify(told));
}

if (isMainThread) main();
else parentPort.postMessage(tell());
