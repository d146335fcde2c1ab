// Ends workers in the middle of their work, then works on.
const { isMainThread, parentPort, Worker } = require('node:worker_threads');
const { trainTinyGan } = require('./tiny-gan');

async function startAndTerminate() {
  const worker = new Worker(__filename);
  await new Promise((resolve) => worker.once('message', resolve));
  return worker.terminate();
}

async function main() {
  const before = trainTinyGan(1);
  const codes = [];
  for (let round = 0; round < 3; round++) {
    codes.push(...(await Promise.all([startAndTerminate(), startAndTerminate(), startAndTerminate()])));
  }
  process.stdout.write(JSON.stringify({ codes, same: trainTinyGan(1) === before }));
}

if (isMainThread) {
  main();
} else {
  trainTinyGan(1, 5);
  parentPort.postMessage('at work');
  for (;;) trainTinyGan(1, 5);
}
