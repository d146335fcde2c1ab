// Terminates the worker threads of trainings: in the middle of an epoch, and while they wait for a loop.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { trainGan } = require('../../../lib');

const folder = mkdtempSync(join(tmpdir(), 'terminated-'));
const out = join(folder, 'run');
const noise = { data: 'noise', threads: 1, seed: 3, worker: true };

let worker;
process.on('worker', (started) => {
  worker = started;
});

async function failure(promise) {
  const { code, message } = await promise.then(
    () => ({ code: 'none' }),
    (error) => error,
  );
  return { code, message: message.replace(folder, '') };
}

async function leave(training) {
  for await (const { epoch } of training) {
    if (epoch !== 2) continue;
    await worker.terminate();
    break;
  }
}

async function main() {
  const onProgress = ({ epoch }) => epoch === 5 && worker.terminate();
  const midway = await failure(trainGan({ ...noise, epochs: 1e6, out, onProgress }).result);
  const waiting = await failure(leave(trainGan({ ...noise, epochs: 1e6 })));
  const { settings } = await trainGan({ resume: out, epochs: 10, worker: true }).result;
  process.stdout.write(JSON.stringify({ midway, waiting, epochs: settings.epochs }));
}

main().finally(() => rmSync(folder, { recursive: true }));
