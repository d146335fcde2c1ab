// Ends the process while a worker thread trains: `node exit-beside-worker.js RUN exit|wait`.
const { trainGan } = require('../../../lib');

const [, , out, how] = process.argv;
const training = trainGan({
  ...{ data: 'noise', threads: 1, seed: 3, epochs: 1e6, out, worker: true },
  onProgress: ({ epoch }) => how === 'exit' && epoch === 5 && process.exit(3),
});

// A training that waits for a loop does not keep the process alive.
if (how === 'exit') training.result.catch(() => {});
else training[Symbol.asyncIterator]().next();
