// Ends by process.exit() inside scopes and noGrad, here and in a worker, where it ends the worker only.
const { isMainThread, Worker } = require('node:worker_threads');
const lib = require('../../../lib');

function exitInScope() {
  lib.noGrad(() =>
    lib.scope(() => {
      lib.ones([10]);
      lib.scope(() => {
        new lib.Generator().forward(lib.randn([2, 100]));
        process.exit(0);
      });
    }),
  );
}

if (isMainThread) {
  new Worker(__filename).on('exit', (code) => {
    require('node:fs').writeSync(1, JSON.stringify({ code }));
    exitInScope();
  });
} else {
  exitInScope();
}
