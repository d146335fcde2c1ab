// Ends with tensors, a graph, models and an optimizer alive, here and in a worker.
const { isMainThread, Worker } = require('node:worker_threads');
const lib = require('../../../lib');

const model = new lib.MdnRnn();
const optimizer = new lib.Adam(model.parameters());
const loss = model.forward(lib.randn([4, 6, 1])).sum();
loss.backward({ retainGraph: true });
optimizer.step();
globalThis.alive = [model, optimizer, loss, new lib.RandomGenerator(1), lib.ones([1000, 1000])];

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('exit', (code) => process.stdout.write(JSON.stringify({ code, tensors: lib.memory().tensors > 2 })));
}
