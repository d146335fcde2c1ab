// Workers train at once, some from the same seed; then the main thread trains from each seed.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { trainTinyGan } = require('./tiny-gan');

const SEEDS = [1, 2, 3, 1];
const STEPS = 400;

if (isMainThread) {
  const runs = SEEDS.map(
    (seed) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(__filename, { workerData: seed });
        worker.on('message', resolve);
        worker.on('error', reject);
      }),
  );
  // The main thread works at the same time too.
  const meanwhile = trainTinyGan(1, STEPS);
  Promise.all(runs).then((fromWorkers) => {
    const fromMain = SEEDS.map((seed) => trainTinyGan(seed, STEPS));
    process.stdout.write(JSON.stringify({ fromWorkers, fromMain, meanwhile }));
  });
} else {
  parentPort.postMessage(trainTinyGan(workerData, STEPS));
}
