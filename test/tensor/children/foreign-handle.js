// A worker uses the number of a tensor of the main thread, and the other way round.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { ones, Tensor } = require('../../../lib');

function errorOf(body) {
  try {
    return { returned: body() };
  } catch ({ name, code, message }) {
    return { name, code, message };
  }
}

const mine = ones([2]);
const use = (handle) => [
  errorOf(() => new Tensor(handle).toArray()),
  errorOf(() => mine.add(new Tensor(handle))),
  new Tensor(handle).isDisposed,
  errorOf(() => new Tensor(handle).dispose()),
];

if (isMainThread) {
  const worker = new Worker(__filename, { workerData: mine.handle });
  worker.once('message', ({ handle, inWorker }) => {
    const inMain = use(handle);
    worker.terminate();
    process.stdout.write(JSON.stringify({ inWorker, inMain, alive: !mine.isDisposed }));
  });
} else {
  parentPort.postMessage({ handle: mine.handle, inWorker: use(workerData) });
  parentPort.on('message', () => undefined);
}
